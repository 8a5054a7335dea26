"""Finds the gateway's own words about an answer that holds no list, whatever form the answer has."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from msgspec import Raw

from rankcrawler.gateways.profiles import pointer
from rankcrawler.gateways.profiles.pointer import Steps
from rankcrawler.gateways.wire.surrogates import repaired

LONGEST = 200
"""Characters of words that are kept."""
_DEEPEST = 3
_ITEMS = 3
"""Complaints of a list that are read."""

_BOM = b"\xef\xbb\xbf"
_SUCCESS = (b"200", b'"200"')
_SUCCESSES = ("成功", "success", "ok")
"""Words of a success say nothing about what failed."""
_TITLE = re.compile(rb"<(title|h1)\b[^>]*+>([^<]++)", re.IGNORECASE)


class _Object(msgspec.Struct):
    """An object that may hold words. The order is that of the words: what is within comes first."""

    data: Raw = Raw()
    detail: Raw = Raw()
    error: Raw = Raw()
    details: Raw = Raw()
    prompts: Raw = Raw()
    message_zh: Raw = Raw()
    message: Raw = Raw()
    status_msg: Raw = Raw()
    errmsg: Raw = Raw()
    msg: Raw = Raw()
    router: Raw = Raw()
    """The place of the call; some answers have it in place of msg."""
    code: Raw = Raw()


_MESSAGES = [name for name in _Object.__struct_fields__ if name not in ("data", "router", "code")]


_decode = msgspec.json.Decoder(_Object).decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def said(body: bytes, places: Iterable[Steps] = ()) -> str:
    """The gateway's words in a body, joined and shortened; may be empty. They can be anything: quote them.

    They are what is at the `places` that the profile names: those in one object belong together, and the first object
    with any counts. Else they are the messages under the usual names, the title of a page, or the beginning of a text.
    """
    start = body.removeprefix(_BOM).lstrip()
    if start[:1] == b"<":
        title = _TITLE.search(start[:4096])
        return _joined([title[2].decode("utf-8", "replace").strip()]) if title else ""
    text = repaired(start)
    for _, together in groupby(places, key=lambda place: place[:-1]):
        if named := _joined(words for place in together for words in _of_value(pointer.find(text, place), _DEEPEST)):
            return named
    try:
        top = _decode(text)
    except _UNREADABLE:
        return _joined([_plain(start[: 4 * LONGEST]).strip()])
    return _joined(_of_object(top, _DEEPEST))


def _start(raw: Raw, length: int = 1) -> bytes:
    return bytes(memoryview(raw)[:length])


def _plain(start: bytes) -> str:
    """The beginning of a text that is neither JSON nor binary; empty for one that is."""
    text = start.decode("utf-8", "ignore")
    return text if text[:1].isalnum() and "\0" not in text else ""


def _joined(texts: Iterable[str]) -> str:
    told = (text for text in texts if text and text.lower() not in _SUCCESSES)
    return " ".join(dict.fromkeys(told))[:LONGEST]


def _of_object(found: _Object, depth: int) -> Iterator[str]:
    """The words of an object. What a success says of itself counts only if nothing within says more."""
    inner = list(_of_data(found.data, depth - 1))
    yield from inner
    if inner and _start(found.code, 8) in _SUCCESS:
        return
    messages = [text for name in _MESSAGES for text in _of_value(getattr(found, name), depth)]
    yield from messages or _of_value(found.router, depth)


def _of_data(raw: Raw, depth: int) -> Iterator[str]:
    """The words within `data`, which holds much else."""
    if depth and _start(raw) == b"{":
        try:
            yield from _of_object(_decode(raw), depth)
        except _UNREADABLE:
            return


def _of_value(raw: Raw, depth: int) -> Iterator[str]:
    """A message; if it is neither text nor holds any, the beginning of its JSON."""
    start = _start(raw, 4 * LONGEST)
    if start not in (b"", b"null"):
        yield from list(_texts(raw, depth - 1)) or [start.decode("utf-8", "replace")[:LONGEST]]


def _texts(raw: Raw, depth: int) -> Iterator[str]:
    try:
        if _start(raw) == b'"':
            yield _decode_text(raw)
        elif depth and _start(raw) == b"{":
            yield from _of_object(_decode(raw), depth)
        elif depth and _start(raw) == b"[":
            for each in _decode_list(raw)[:_ITEMS]:
                yield from _texts(each, depth - 1)
    except _UNREADABLE:
        return
