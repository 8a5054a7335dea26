"""Generates the reference of a row's fields from their declaration: a table in docs/rows.md, and a JSON Schema.

`make docs` updates them.
"""

import json
from inspect import cleandoc
from pathlib import Path
from typing import Literal

import msgspec

from rankcrawler.model.columns import Column
from rankcrawler.model.rows import COLUMNS, RankEntry

Language = Literal["en", "zh"]

ROOT = Path(__file__).parents[2]
PAGES: dict[Language, Path] = {"en": ROOT / "docs/rows.md", "zh": ROOT / "docs/rows.zh.md"}
SCHEMA = ROOT / "docs/row.schema.json"
BEGIN, END = "<!-- columns -->", "<!-- /columns -->"
"""The lines before and after the table in a page."""

_HEADINGS: dict[Language, str] = {"en": "| field | type | meaning |", "zh": "| 字段 | 类型 | 含义 |"}
_TYPES: dict[type, dict[Language, str]] = {
    str: {"en": "text", "zh": "文本"},
    int: {"en": "integer", "zh": "整数"},
    bool: {"en": "boolean", "zh": "布尔值"},
    tuple: {"en": "list of texts", "zh": "文本列表"},
}
_UNITS_IN_CHINESE = {"coins": "音浪", "diamonds": "抖币"}
"""Other units are the same in both languages."""


def table(language: Language) -> str:
    """The fields as a Markdown table: name, type with unit, meaning. Ends with a newline."""
    lines = [_HEADINGS[language], "|---|---|---|"]
    for column in COLUMNS:
        meaning = column.description if language == "en" else column.chinese
        lines.append(f"| `{column.name}` | {_type(column, language)} | {meaning} |")
    return "\n".join(lines) + "\n"


def schema() -> str:
    """The JSON Schema of a row, as indented JSON. Ends with a newline."""
    generated = msgspec.json.schema(RankEntry)
    row = generated["$defs"]["RankEntry"]
    row["description"] = cleandoc(row["description"]).partition("\n")[0]
    version = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(version | generated, ensure_ascii=False, indent=2) + "\n"


def with_table(text: str, language: Language) -> str:
    """The text of a page with the current table between its markers."""
    before, _, rest = text.partition(f"{BEGIN}\n")
    _, _, after = rest.partition(f"{END}\n")
    return f"{before}{BEGIN}\n\n{table(language)}\n{END}\n{after}"


def main() -> None:
    """Rewrite the table in both pages, and docs/row.schema.json."""
    for language, page in PAGES.items():
        page.write_text(with_table(page.read_text("utf-8"), language), "utf-8")
    SCHEMA.write_text(schema(), "utf-8")


def _type(column: Column, language: Language) -> str:
    name = _TYPES[column.type][language]
    if language == "en":
        unit = f" ({column.unit})" if column.unit else ""
        return f"{name}{unit} or null" if column.is_nullable else f"{name}{unit}"
    unit = f"（{_UNITS_IN_CHINESE.get(column.unit, column.unit)}）" if column.unit else ""
    return f"{name}{unit}或 null" if column.is_nullable else f"{name}{unit}"


if __name__ == "__main__":
    main()
