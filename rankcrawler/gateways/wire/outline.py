"""The outline of a gateway's answers: typed structs for what is around a list, made once from the profile's pointers.

Nothing is looked up by name while an answer is read: msgspec decodes the whole body into these structs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from rankcrawler.gateways.profiles import Layout, pointer
from rankcrawler.gateways.profiles.pointer import Steps
from rankcrawler.gateways.wire.codes import normal
from rankcrawler.gateways.wire.schema import LISTING, Answer, Code, Moment

_RANKS = "ranks"
_ROWS = object()
"""Stands for the rows, whose type differs between decoders."""
_OUTER_CODE: Any = bool | Code | str | None
_INNER_CODE: Any = Code | None
_CLOCK: Any = Moment | None

_Getter = Callable[[Any], Any]
_Tree = dict[str, Any]
"""The members of an object that are kept: each a tree, or the type of its value."""


class _Shape(NamedTuple):
    """One of the places where the platform's own answer may be."""

    ranklist: _Getter
    status_code: _Getter
    now: _Getter
    ranks_path: str

    def is_in(self, decoded: Any) -> bool:
        """Whether an answer has something at this place."""
        return self.ranklist(decoded) is not None or self.status_code(decoded) is not None


class Outline:
    """The structs of a layout, whose pointers rankcrawler.gateways.profiles.check has compared."""

    def __init__(self, layout: Layout) -> None:
        self._tree: _Tree = {}
        self._shapes = [self._shape(layout, pointer.steps(within)) for within in layout.within]
        codes = [pointer.steps(each) for each in layout.code]
        # A code that is in an object of its own is in answers without a list: rankcrawler.gateways.wire.codes finds it.
        self._codes = [self._getter(each, _OUTER_CODE) for each in codes if self._has_object(each[:-1])]

    def decoder(self, row: Any, *, strict: bool = True) -> Callable[[bytes], Any]:
        """A function that decodes a body, with rows of this type, into what `answer` takes."""
        return msgspec.json.Decoder(_struct(self._tree, row), strict=strict).decode

    def answer(self, decoded: Any) -> Answer:
        """What a decoded body says."""
        shape = next((each for each in self._shapes if each.is_in(decoded)), self._shapes[-1])
        codes = (code for get in self._codes if (code := get(decoded)) is not None)
        return Answer(
            code=normal(next(codes, None)),
            inner_code=shape.status_code(decoded),
            ranklist=shape.ranklist(decoded),
            now=shape.now(decoded),
            ranks_path=shape.ranks_path,
        )

    def _shape(self, layout: Layout, within: Steps) -> _Shape:
        rows = within + pointer.steps(layout.list)
        self._add(rows, _ROWS)
        return _Shape(
            _follow(self._attributes(rows[:-1])),
            self._optional(within, layout.status_code, _INNER_CODE),
            self._optional(within, layout.clock, _CLOCK),
            pointer.path(rows),
        )

    def _optional(self, within: Steps, of: str | None, kind: Any) -> _Getter:
        return _nothing if of is None else self._getter(within + pointer.steps(of), kind)

    def _getter(self, steps: Steps, kind: Any) -> _Getter:
        self._add(steps, kind)
        return _follow(self._attributes(steps))

    def _add(self, steps: Steps, kind: Any) -> None:
        tree = self._tree
        for step in steps[:-1]:
            tree = tree.setdefault(step, {})
        tree[steps[-1]] = kind

    def _has_object(self, steps: Steps) -> bool:
        tree: Any = self._tree
        for step in steps:
            tree = tree.get(step) if isinstance(tree, dict) else None
        return isinstance(tree, dict)

    def _attributes(self, steps: Steps) -> list[str]:
        """The attributes that lead to a value; members are added last, so their numbers stay."""
        found, tree = [], self._tree
        for step in steps:
            found.append(_attribute(list(tree).index(step)))
            tree = tree[step]
        return found


def _struct(tree: _Tree, row: Any) -> Any:
    """A struct for an object; attributes have numbers, since a member can have any name."""
    fields: list[tuple[str, Any, Any]] = []
    names = {}
    for number, (name, kind) in enumerate(tree.items()):
        if kind is _ROWS:
            names[_RANKS] = name
            fields += [(_RANKS, list[row] | UnsetType | None, UNSET), *LISTING]
        else:
            names[_attribute(number)] = name
            fields.append((_attribute(number), _struct(kind, row) | None if isinstance(kind, dict) else kind, None))
    return msgspec.defstruct("Object", fields, rename=names)


def _attribute(number: int) -> str:
    return f"member_{number}"


def _follow(attributes: list[str]) -> _Getter:
    def get(decoded: Any) -> Any:
        for attribute in attributes:
            if decoded is None:
                return None
            decoded = getattr(decoded, attribute)
        return decoded

    return get


def _nothing(_: Any) -> None:
    return None
