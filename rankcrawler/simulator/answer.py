"""What the gateway says: a rank list, an audience or a refusal, as JSON."""

from typing import Any

import msgspec

from rankcrawler.simulator.amount import crowd_text
from rankcrawler.simulator.club import club_json
from rankcrawler.simulator.portrait import portrait, sketch
from rankcrawler.simulator.ranklist import LONGEST, RankList, Row
from rankcrawler.simulator.skeleton import Json, skeleton

_encode = msgspec.json.Encoder().encode


def ranklist_answer(ranklist: RankList, anchor_id: int | None = None) -> bytes:
    """Return the whole documented answer, 4.7 KB an entry; naming the anchor fills `fans_club`."""
    return _answer(ranklist, [_entry(row, anchor_id) for row in ranklist.rows])


def audience_answer(ranklist: RankList) -> bytes:
    """Return the same list with fewer fields an entry, about 1 KB."""
    return _answer(ranklist, [{"user": sketch(row.user), **_standing(row)} for row in ranklist.rows])


def refusal(code: int, message: str) -> bytes:
    """Return an answer that has a verdict and no data."""
    return _encode({"code": code, "msg": message})


def inner_refusal(status_code: int, prompts: str, now: int) -> bytes:
    """Return an answer whose outer verdict is success and whose inner one is not; `now` in ms since 1970."""
    return _envelope({"prompts": prompts}, now, status_code)


def _envelope(data: Json, now: int, status_code: int) -> bytes:
    inner: dict[str, Any] = {"data": data, "extra": {"now": now}, "status_code": status_code}
    return _encode({"code": 200, "msg": "成功", "data": inner})


def _answer(ranklist: RankList, entries: list[Json]) -> bytes:
    shown = {
        "ranks": entries,
        "self_info": {**skeleton().list["self_info"], **_own_standing(ranklist.rows)},
        "total": ranklist.audience,
        "user_count_desc": crowd_text(ranklist.audience),
    }
    return _envelope({**skeleton().list, **shown}, ranklist.now, 0)


def _entry(row: Row, anchor_id: int | None) -> Json:
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


def _own_standing(rows: tuple[Row, ...]) -> Json:
    """The asking account has given nothing: one coin more than the last place would list it."""
    missing = rows[-1].score if len(rows) == LONGEST else 0
    return {"gap_description": f"距离上榜还差\n{missing + 1}", "delta": missing}
