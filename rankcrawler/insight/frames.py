"""The rows of an answer as a table of pyarrow, pandas or polars, where these are installed."""

from collections.abc import Sequence
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from rankcrawler.clock import ms
from rankcrawler.errors import SettingError
from rankcrawler.language import tr

_MOMENT = "_at"
"""How the names of moments end."""


def arrow(answer: type[msgspec.Struct], rows: Sequence[Any]) -> Any:
    """A pyarrow.Table of the rows of a type of answer, which may be none."""
    pyarrow = _installed("pyarrow", "to_arrow")
    kind = row_type(answer)
    schema = pyarrow.schema([(name, _type(pyarrow, name, hint)) for name, hint in _fields(kind).items()])
    columns = {name: [_value(name, getattr(row, name)) for row in rows] for name in schema.names}
    return pyarrow.Table.from_pydict(columns, schema=schema)


def pandas(answer: type[msgspec.Struct], rows: Sequence[Any]) -> Any:
    """A pandas.DataFrame."""
    _installed("pandas", "to_pandas")
    return arrow(answer, rows).to_pandas()


def polars(answer: type[msgspec.Struct], rows: Sequence[Any]) -> Any:
    """A polars.DataFrame."""
    return _installed("polars", "to_polars").from_arrow(arrow(answer, rows))


def row_type(answer: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The struct of an answer's rows."""
    found: type[msgspec.Struct] = get_args(get_type_hints(answer)["rows"])[0]
    return found


def _installed(name: str, method: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise SettingError(tr("{method} needs {package}: pip install {package}", method=method, package=name)) from None


def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind.__struct_fields__}


def _type(pyarrow: Any, name: str, hint: Any) -> Any:
    """The type of a field, by its annotation."""
    if get_origin(hint) in (UnionType, Union):
        [hint] = [each for each in get_args(hint) if each is not NoneType]
    if name.endswith(_MOMENT):
        return pyarrow.timestamp("ms", "UTC")
    if get_origin(hint) is tuple:
        return pyarrow.list_(_type(pyarrow, "", get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return pyarrow.struct([(each, _type(pyarrow, each, kind)) for each, kind in _fields(hint).items()])
    plain = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_(), str: pyarrow.string()}
    return plain[str if get_origin(hint) is Literal else hint]


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith(_MOMENT):
        return ms(value)
    if isinstance(value, tuple):
        return [_value("", each) for each in value]
    if isinstance(value, msgspec.Struct):
        return {each: _value(each, getattr(value, each)) for each in value.__struct_fields__}
    return value
