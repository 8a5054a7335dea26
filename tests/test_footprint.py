"""An answer's memory is bounded, however large it would be, and whatever it holds."""

import json
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from rankcrawler.gateways.wire.reader import LARGE, MOST_VALUES
from rankcrawler.settings import DOWNLOAD_MAXSIZE
from tests.builders import example
from tests.footprint import IS_MEASURABLE
from tests.scripted import Asked, scripted

Make = Callable[[], bytes]
MB = 1 << 20
CUT_OFF = 3 * DOWNLOAD_MAXSIZE
"""Of what is not taken: the bytes so far, which grow by being copied, and their like when unpacked."""
WHOLE = 8 * DOWNLOAD_MAXSIZE + 120 * MOST_VALUES
"""Of what is read: the body, its copy without half emojis and what that is made in; its text of four bytes a character,
made of one of a byte a character; and an object for each value."""
HEAD, TAIL = b'{"code":200,"data":{"data":{"ranks":[', b']},"extra":{"now":1631843079980},"status_code":0}}'

NAMED = HEAD + b'{"rank":1,"user":{"nickname":"'
GRADED = HEAD + b'{"rank":1,"user":{"pay_grade":{"grade_describe":"\xe5\xb7\xae'


def full(head: bytes, unit: bytes, tail: bytes, size: int = DOWNLOAD_MAXSIZE) -> bytes:
    """A body of this size, as nearly as so many units can make it."""
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def padded(head: bytes, unit: bytes, tail: bytes) -> bytes:
    """A body of the largest size that has as many values as are allowed."""
    marks = sum(unit.count(mark) for mark in (b",", b"[", b"{"))
    counted = head + unit * ((MOST_VALUES - 100) // marks) + tail
    return counted + b" " * (DOWNLOAD_MAXSIZE - len(counted))


def thousand_rows() -> bytes:
    """The largest list that is taken, in the documented answer's own rows."""
    answer = example()
    first = answer["data"]["data"]["ranks"][0]
    answer["data"]["data"]["ranks"] = [first | {"rank": rank} for rank in range(1, 1001)]
    return json.dumps(answer).encode()


MANY = f"unreadable answer: Expected at most {MOST_VALUES} values"
BODIES: dict[str, tuple[Make, str]] = {
    "a thousand rows": (thousand_rows, "1000 rows"),
    "open brackets": (lambda: full(b"", b"[", b""), MANY),
    "open braces": (lambda: full(b"", b'{"a":', b""), MANY),
    "open brackets in a body that is not counted": (
        lambda: full(b"", b"[", b"", LARGE),
        "unreadable answer: Expected `object`, got `array` - at `$`",
    ),
    "one text": (lambda: full(NAMED, b"x", b'"}}' + TAIL), "1 rows"),
    "one text with an emoji": (lambda: full(NAMED, b"x", '😀"}}'.encode() + TAIL), "1 rows"),
    "one text of escapes": (lambda: full(NAMED + b"\\ud83d", b"\\n", b'"}}' + TAIL), "1 rows"),
    "one text of half emojis": (lambda: full(NAMED, b"\\ud83d", b'"}}' + TAIL), "1 rows"),
    "one text of accents": (lambda: full(GRADED, b"\xcc\x81\xcc\xa3", b'"}}}' + TAIL), "1 rows"),
    "rows without a user": (lambda: full(HEAD, b'{"rank":1},', b"0" + TAIL), MANY),
    "rows that are zero": (lambda: full(HEAD, b"0,", b"0" + TAIL), MANY),
    "rows that are zero in a body that is not counted": (
        lambda: full(HEAD, b"0,", b"0" + TAIL, LARGE),
        "unreadable answer: Expected at most 1000 rows",
    ),
    "as many rows as are counted": (
        lambda: padded(HEAD, b'{"rank":1,"user":{}},', b'{"rank":1,"user":{}}' + TAIL),
        "unreadable answer: Expected at most 1000 rows",
    ),
    "as many fractions as are counted": (
        lambda: padded(HEAD + b'{"rank":"1","user":{},"x":1.5,"y":[', b"1.5,", b"1.5]}" + TAIL),
        "1 rows",
    ),
    "as many addresses as are counted": (
        lambda: padded(HEAD + b'{"rank":1,"user":{"avatar_thumb":{"url_list":[', b'"a",', b'"a"]}}}' + TAIL),
        "1 rows",
    ),
    "a refusal of as many arrays as are counted": (
        lambda: padded(b'{"code":401,"data":[', b"[],", b"0]}"),
        "code 401: the gateway refuses the token",
    ),
}
"""Answers that are not cut off, and how each of them ends."""


async def endless(asked: Asked) -> web.StreamResponse:
    """A body that goes on."""
    return await _goes_on(asked, web.StreamResponse())


async def promised(asked: Asked) -> web.StreamResponse:
    """A body that is said to have a thousand MB."""
    response = web.StreamResponse()
    response.content_length = 1000 * MB
    return await _goes_on(asked, response)


async def bomb(_asked: Asked) -> web.StreamResponse:
    """A gigabyte of zeros in a megabyte of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    header = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return web.Response(body=header + zeros * 1024, headers={"Content-Encoding": "gzip"})


async def _goes_on(asked: Asked, response: web.StreamResponse) -> web.StreamResponse:
    await response.prepare(asked.http)
    while True:
        await response.write(b"[" * 65536)


LARGER = f"the answer is larger than {DOWNLOAD_MAXSIZE} bytes"
STOPPED = {
    "endless": (endless, LARGER),
    "promised": (promised, LARGER),
    "bomb": (bomb, f"{LARGER} when decompressed"),
}


async def answer(asked: Asked) -> web.StreamResponse:
    """The answer that a room's number stands for: first those that are stopped."""
    number = int(asked.room_id) - 1
    if number < len(STOPPED):
        return await [*STOPPED.values()][number][0](asked)
    make, _ = [*BODIES.values()][number - len(STOPPED)]
    return web.Response(body=make())


@pytest.fixture(scope="module")
def taken() -> list[dict[str, Any]]:
    """What each of the answers took, in one process."""
    rooms = [str(number + 1) for number in range(len(STOPPED) + len(BODIES))]
    with scripted(answer) as gateway:
        command = [sys.executable, "-m", "tests.footprint", gateway.url, *rooms]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


pytestmark = pytest.mark.skipif(not IS_MEASURABLE, reason="a process's own peak is told by Linux's /proc")


@pytest.mark.parametrize(("place", "name"), [*enumerate(STOPPED)], ids=STOPPED)
def test_a_body_larger_than_allowed_is_stopped_at_a_few_times_what_is_allowed(
    taken: list[dict[str, Any]], place: int, name: str
) -> None:
    assert taken[place]["said"] == STOPPED[name][1]
    assert taken[place]["bytes"] < CUT_OFF


@pytest.mark.parametrize(("place", "name"), [*enumerate(BODIES, len(STOPPED))], ids=BODIES)
def test_a_body_as_large_as_allowed_takes_a_few_times_its_size_and_some_seconds(
    taken: list[dict[str, Any]], place: int, name: str
) -> None:
    assert taken[place]["said"].startswith(BODIES[name][1])
    assert taken[place]["bytes"] < WHOLE
    assert taken[place]["seconds"] < 5
