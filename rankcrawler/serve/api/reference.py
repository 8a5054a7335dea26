"""The API's description as text, for docs/api.md: each operation with its parameters, each answer with its fields."""

from collections.abc import Iterator
from typing import Any

from rankcrawler.serve.api.document import Description

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
_NAMES = {"integer": "integer", "number": "number", "string": "text", "boolean": "boolean", "object": "object"}


def pages_of(description: Description) -> str:
    """All operations, and then all answers, as Markdown."""
    schemas = description.document["components"]["schemas"]
    operations = [part for each in description.operations() for part in _operation(*each)]
    answers = [part for name in sorted(schemas) for part in _answer(name, schemas[name])]
    return "\n".join([*operations, "## Fields of answers", "", *answers])


def _operation(method: str, path: str, operation: Json) -> Iterator[str]:
    yield f"## `{method} {path}`\n"
    yield f"{operation['summary']}. {_line(operation.get('description', ''))}\n"
    parameters = operation.get("parameters", ())
    if parameters:
        yield "| parameter | type | meaning |\n|---|---|---|"
        yield from (_parameter(each) for each in parameters)
        yield ""
    if body := operation.get("requestBody"):
        yield f"The body is {_type(body['content']['application/json']['schema'])}.\n"
    good = next(each for status, each in operation["responses"].items() if status.startswith("2"))
    types = [_type(each["schema"]) for kind, each in good["content"].items() if kind == "application/json"]
    forms = [f"`{kind}`" for kind in good["content"] if kind != "application/json"]
    yield f"Answers with {', or '.join([*types, *forms])}.\n"


def _parameter(parameter: Json) -> str:
    schema = parameter["schema"]
    needed = ", required" if parameter.get("required") and parameter["in"] != "path" else ""
    default = f"; `{schema['default']}` without it" if "default" in schema else ""
    meaning = _line(parameter.get("description", "")).removesuffix(".")
    place = ", a header" if parameter["in"] == "header" else ""
    return f"| `{parameter['name']}` | {_type(schema)}{needed}{place} | {meaning}{default} |"


def _answer(name: str, schema: Json) -> Iterator[str]:
    yield f"### `{name}`\n"
    if about := _line(schema.get("description", "")):
        yield f"{about}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for field, each in schema.get("properties", {}).items():
        yield f"| `{field}` | {_type(each)} | {_line(each.get('description', ''))} |"
    yield ""


def _type(schema: Json) -> str:
    """The type of a value in words; that of an answer leads to it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        return f"[`{name}`](#{name.lower()})"
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        return " or ".join(dict.fromkeys(map(_type, choices)))
    if values := schema.get("enum"):
        return " or ".join(f"`{value}`" for value in values)
    kind: str = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_type(schema['items'])}" if schema.get("items") else "list"
    return _NAMES.get(kind, kind)


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
