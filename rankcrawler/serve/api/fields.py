"""What the fields of answers mean, as their declarations say: the texts below them in the source."""

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar.handlers import HTTPRouteHandler

from rankcrawler.insight.answers import Answer

Struct = type[msgspec.Struct]


def is_table(handler: HTTPRouteHandler) -> bool:
    """Whether a handler's answer has rows."""
    return any(issubclass(each, Answer) for each in _returned(handler))


def describe(schemas: dict[str, Any], handlers: Iterable[HTTPRouteHandler]) -> None:
    """Add to the schemas of structs what their docstrings say of them, and of their fields."""
    known: dict[str, Struct] = {}
    for handler in handlers:
        for each in (*_returned(handler), *_taken(handler)):
            known |= {struct.__name__: struct for struct in _within(each)}
    for name, struct in known.items():
        if name in schemas:
            schemas[name]["description"] = inspect.getdoc(struct) or ""
            if struct.__struct_config__.forbid_unknown_fields:
                schemas[name]["additionalProperties"] = False
            _describe_fields(schemas[name].get("properties", {}), _texts(struct))


def _describe_fields(properties: dict[str, Any], texts: dict[str, str]) -> None:
    for name, schema in properties.items():
        if name.endswith("_at"):
            _add_format(schema)
        if name in texts:
            schema.setdefault("description", texts[name])


def _add_format(schema: dict[str, Any]) -> None:
    for each in (schema, *schema.get("oneOf", ())):
        if each.get("type") == "string":
            each["format"] = "date-time"


def _texts(struct: Struct) -> dict[str, str]:
    """The text below each field, of the struct and of those that it inherits from."""
    found: dict[str, str] = {}
    for each in reversed(struct.__mro__):
        if issubclass(each, msgspec.Struct) and each is not msgspec.Struct:
            found |= dict(_texts_in(textwrap.dedent(inspect.getsource(each))))
    return found


def _texts_in(source: str) -> Iterator[tuple[str, str]]:
    [declared] = ast.parse(source).body
    assert isinstance(declared, ast.ClassDef)
    for field, text in zip(declared.body, declared.body[1:], strict=False):
        is_text = isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            yield field.target.id, inspect.cleandoc(str(text.value.value)).replace("\n", " ").replace("None", "null")  # type: ignore[attr-defined]


def _returned(handler: HTTPRouteHandler) -> Iterator[Struct]:
    """The structs of what a handler returns."""
    return _structs(get_type_hints(handler.fn)["return"])


def _taken(handler: HTTPRouteHandler) -> Iterator[Struct]:
    """The structs of the body that a handler takes."""
    return _structs(get_type_hints(handler.fn).get("data"))


def _structs(hint: Any) -> Iterator[Struct]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and get_origin(hint) is None:
        yield hint
    for each in get_args(hint):
        yield from _structs(each)


def _within(struct: Struct) -> Iterator[Struct]:
    """A struct, and those in its fields."""
    yield struct
    for hint in get_type_hints(struct).values():
        for each in _structs(hint):
            yield from _within(each)
