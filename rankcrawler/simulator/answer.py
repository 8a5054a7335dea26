"""The gateway's answers as JSON: a rank list, an audience or a refusal."""

from typing import Any

import msgspec

from rankcrawler.model.kinds import ListKind
from rankcrawler.simulator.amount import crowd_text
from rankcrawler.simulator.club import club_json
from rankcrawler.simulator.portrait import portrait, sketch
from rankcrawler.simulator.ranklist import RankList, Row
from rankcrawler.simulator.skeleton import Json, skeleton

_encode = msgspec.json.Encoder().encode


def list_answer(kind: ListKind, ranklist: RankList, anchor_id: int | None = None) -> bytes:
    """Return the list as the gateway answers for that kind: a kind that states ranks gets the rank list's rows."""
    return ranklist_answer(ranklist, anchor_id) if kind.states_ranks else audience_answer(ranklist)


def ranklist_answer(ranklist: RankList, anchor_id: int | None = None) -> bytes:
    """Return the answer with every documented field, about 4.7 KB a row; an `anchor_id` fills in `fans_club`."""
    return _answer(ranklist, [_whole_row(row, anchor_id) for row in ranklist.rows])


def audience_answer(ranklist: RankList) -> bytes:
    """Return the same list with fewer fields, about 1 KB a row."""
    return _answer(ranklist, [{"user": sketch(row.user), **_standing(row)} for row in ranklist.rows])


def refusal(code: int, message: str) -> bytes:
    """Return an answer with a code and a message, and without data."""
    return _encode({"code": code, "msg": message})


def inner_refusal(status_code: int, prompts: str, now: int) -> bytes:
    """Return an answer whose `code` is 200 but whose inner `status_code` is not 0; `now` is in ms since 1970."""
    return _envelope({"prompts": prompts}, now, status_code)


def _envelope(data: Json, now: int, status_code: int) -> bytes:
    inner: dict[str, Any] = {"data": data, "extra": {"now": now}, "status_code": status_code}
    return _encode({"code": 200, "msg": "成功", "data": inner})


def _answer(ranklist: RankList, rows: list[Json]) -> bytes:
    shown = {
        "ranks": rows,
        "self_info": {**skeleton().list["self_info"], **_own_standing(ranklist)},
        "total": ranklist.audience,
        "user_count_desc": crowd_text(ranklist.audience),
    }
    return _envelope({**skeleton().list, **shown}, ranklist.now, 0)


def _whole_row(row: Row, anchor_id: int | None) -> Json:
    user = portrait(row.user, club_json(row.user, anchor_id))
    return {**skeleton().entry, "user": user, **_standing(row)}


def _standing(row: Row) -> Json:
    return {
        "score": row.score,
        "rank": row.rank,
        "gap_description": row.text,
        "delta": row.delta,
        "is_hidden": row.is_hidden,
        "score_description": row.text,
        "exactly_score": row.text,
    }


def _own_standing(ranklist: RankList) -> Json:
    """Return the standing of the account that asks: it has given nothing, and needs one coin more than the last row."""
    missing = ranklist.rows[-1].score if len(ranklist.rows) == ranklist.capacity else 0
    return {"gap_description": f"距离上榜还差\n{missing + 1}", "delta": missing}
