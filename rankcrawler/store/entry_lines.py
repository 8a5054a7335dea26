"""The lines of entries.jsonl: one row each. Lines from before a column are read as if it were null."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import FieldInfo, asdict, fields

from rankcrawler.model.columns import FIRST_VERSION
from rankcrawler.model.rows import COLUMNS, RankEntry
from rankcrawler.store.values import absent

_ABSENT = {each.name: absent(each) for each in COLUMNS if each.since > FIRST_VERSION}


def _field(info: FieldInfo) -> tuple[str, Any] | tuple[str, Any, Any]:
    if info.required and info.name not in _ABSENT:
        return info.name, info.type
    return info.name, info.type, _ABSENT[info.name] if info.required else info.default


_Line = msgspec.defstruct("_Line", [_field(each) for each in fields(RankEntry)], kw_only=True)
_decoder = msgspec.json.Decoder(_Line)
_encoder = msgspec.json.Encoder()


def encoded(entries: Sequence[RankEntry]) -> bytes:
    """The lines of rows."""
    return _encoder.encode_lines(entries)


def decoded(lines: bytes, **changes: str | None) -> tuple[RankEntry, ...]:
    """The rows of lines, with some columns changed."""
    return tuple(RankEntry(**(asdict(line) | changes)) for line in _decoder.decode_lines(lines))
