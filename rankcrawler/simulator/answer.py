"""The platform's answers as JSON, and as the default gateway wraps them: a rank list, an audience or a refusal."""

from typing import Any

import msgspec

from rankcrawler.model.kinds import AUDIENCE, RANKLIST, ListKind
from rankcrawler.simulator import dialect
from rankcrawler.simulator.amount import crowd_text
from rankcrawler.simulator.club import club_json
from rankcrawler.simulator.portrait import portrait, sketch
from rankcrawler.simulator.ranklist import RankList, Row
from rankcrawler.simulator.skeleton import Json, skeleton

_encode = msgspec.json.Encoder().encode


def list_answer(kind: ListKind, ranklist: RankList, anchor_id: int | None = None) -> bytes:
    """Return the list as the default gateway answers for that kind."""
    return _encode(dialect.named().good(platform_answer(kind, ranklist, anchor_id), {}))


def ranklist_answer(ranklist: RankList, anchor_id: int | None = None) -> bytes:
    """Return the answer with every documented field, about 4.7 KB a row; an `anchor_id` fills in `fans_club`."""
    return list_answer(RANKLIST, ranklist, anchor_id)


def audience_answer(ranklist: RankList) -> bytes:
    """Return the same list with fewer fields, about 1 KB a row."""
    return list_answer(AUDIENCE, ranklist)


def platform_answer(kind: ListKind, ranklist: RankList, anchor_id: int | None = None) -> Json:
    """Return the platform's own answer, which gateways wrap: a kind that states ranks gets the rank list's rows."""
    if kind.states_ranks:
        rows = [_whole_row(row, anchor_id) for row in ranklist.rows]
    else:
        rows = [{"user": sketch(row.user), **_standing(row)} for row in ranklist.rows]
    shown = {
        "ranks": rows,
        "self_info": {**skeleton().list["self_info"], **_own_standing(ranklist)},
        "total": ranklist.audience,
        "user_count_desc": crowd_text(ranklist.audience),
    }
    return _platform({**skeleton().list, **shown}, ranklist.now, 0)


def platform_refusal(status_code: int, prompts: str, now: int) -> Json:
    """Return an answer of the platform's with a `status_code` that is not 0; `now` is in ms since 1970."""
    return _platform({"prompts": prompts}, now, status_code)


def platform_answer_of(data: Any, now: int) -> Json:
    """Return a good answer of the platform's with that `data`."""
    return _platform(data, now, 0)


def _platform(data: Any, now: int, status_code: int) -> Json:
    return {"data": data, "extra": {"now": now}, "status_code": status_code}


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
