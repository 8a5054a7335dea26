"""The documented answer, spoilt: at every place that is kept, by whatever should not be there, and by chance."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import pointer
from rankcrawler.gateways.wire import schema as answer
from tests.builders import EXAMPLE, example
from tests.conformance import ALL

Path = tuple[str | int, ...]

_LAYOUT = profiles.named().answer
_PLACES = (*_LAYOUT.within, _LAYOUT.list, _LAYOUT.clock or "", _LAYOUT.status_code or "", *_LAYOUT.code)
KEPT = {
    name
    for struct in vars(answer).values()
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct)
    for name in struct.__struct_fields__
}.union(*map(pointer.steps, _PLACES), (name for name, *_ in answer.LISTING))
"""The names of the fields that the reader takes."""
HOSTILE: dict[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "blank text": b'""',
    "text": b'"x"',
    "text of a number": b'"7"',
    "text of a fraction": b'"1.5"',
    "minus one": b"-1",
    "zero": b"0",
    "2 to the 31": b"2147483648",
    "2 to the 63": b"9223372036854775808",
    "2 to the 64": b"18446744073709551616",
    "5000 digits": b"7" * 5000,
    "beyond every float": b"1e999",
    "no number": b"NaN",
    "a fraction": b"1.5",
    "a fraction of nothing": b"1.0",
    "an exponent": b"1e3",
    "an array": b"[]",
    "an array of arrays": b"[[[]]]",
    "an object": b"{}",
    "an object of objects": b'{"data":{"data":{}}}',
    "half an emoji": b'"\\ud83d"',
    "no UTF-8": b'"\xff"',
    "a control character": b'"\\u001b[2J\\n"',
    "nesting of arrays": b"[" * 10_000 + b"]" * 10_000,
    "nesting of objects": b'{"a":' * 10_000 + b"0" + b"}" * 10_000,
    "text of a million": b'"' + b"x" * 1_000_000 + b'"',
    "digits of a million in text": b'"' + b"7" * 1_000_000 + b'"',
    "accents of a million bytes": b'"\xe5\xb7\xae' + b"\xcc\x81\xcc\xa3" * 250_000 + b'"',
}
_HERE = "@here@"


def kept_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a JSON value has something that the reader takes; from the outside in."""
    if path:
        yield path
    names: Iterator[str | int] = iter(())
    if isinstance(value, dict):
        names = (name for name in value if name in KEPT)
    elif isinstance(value, list):
        names = iter(range(len(value)))
    for name in names:
        yield from kept_paths(value[name], (*path, name))


def replaced(path: Path, text: bytes) -> bytes:
    """The documented answer with this text, JSON or not, at a place."""
    whole = example()
    _parent(whole, path)[path[-1]] = _HERE
    return json.dumps(whole).encode().replace(f'"{_HERE}"'.encode(), text)


def systematic() -> Iterator[tuple[str, bytes]]:
    """Every hostile value at every place, each place left out, turned round and told twice; the answer cut anywhere."""
    for path in kept_paths(example()):
        for name, text in HOSTILE.items():
            yield f"{name} at {path}", replaced(path, text)
        yield f"nothing at {path}", _without(path)
        yield from _reordered(path)
    body = (EXAMPLE / "answer.json").read_bytes()
    for length in range(0, len(body), 37):
        yield f"cut at {length}", body[:length]


def by_chance(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """So many answers, each spoilt in one to three ways at random places; the same for the same seed."""
    paths = list(kept_paths(example()))
    texts = [*ALL.values(), *HOSTILE.values()]
    for number in range(count):
        chance = random.Random(f"{seed}.{number}")
        body = replaced(chance.choice(paths), chance.choice(texts)) if chance.random() < 0.7 else _documented()
        for _ in range(chance.randint(0, 3)):
            body = chance.choice(_WAYS)(body, chance)
        yield f"seed {seed}, input {number}", body


def _documented() -> bytes:
    return (EXAMPLE / "answer.json").read_bytes()


def _parent(whole: Any, path: Path) -> Any:
    for step in path[:-1]:
        whole = whole[step]
    return whole


def _without(path: Path) -> bytes:
    whole = example()
    del _parent(whole, path)[path[-1]]
    return json.dumps(whole).encode()


def _reordered(path: Path) -> Iterator[tuple[str, bytes]]:
    """The members around a place in the other order; and the place's key told again, before and after."""
    whole = example()
    parent = _parent(whole, path)
    if not isinstance(parent, dict):
        return
    members = list(parent.items())
    parent.clear()
    parent |= reversed(members)
    yield f"the other order around {path}", json.dumps(whole).encode()
    key = json.dumps(path[-1])
    for name, text in (("null first", f"{key}: null, {key}:"), ("array first", f"{key}: [1], {key}:")):
        yield f"twice with {name} at {path}", json.dumps(whole).replace(f"{key}:", text, 1).encode()


def _flipped(body: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randint(0, len(body))]


def _shortened(body: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(body))
    return body[:start] + body[start + chance.randint(1, 200) :]


def _repeated(body: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(body))
    return body[:start] + body[start : start + chance.randint(1, 200)] * 2 + body[start:]


def _spliced(body: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(body))
    return body[:start] + chance.choice([*ALL.values()]) + body[start:]


def _renamed(body: bytes, chance: random.Random) -> bytes:
    one, other = chance.sample(sorted(KEPT), 2)
    return body.replace(f'"{one}"'.encode(), f'"{other}"'.encode(), chance.randint(1, 3))


_WAYS: list[Callable[[bytes, random.Random], bytes]] = [_flipped, _cut, _shortened, _repeated, _spliced, _renamed]
