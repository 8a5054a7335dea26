"""Generates docs/views.md and docs/views.zh.md, what each view and its columns mean, from the declaration; `make docs`
updates them.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from rankcrawler.model.rows import COLUMNS
from rankcrawler.store.views import View, views

DOCS = Path(__file__).parents[2] / "docs"
PAGE, CHINESE = DOCS / "views.md", DOCS / "views.zh.md"
BEGIN, END = "<!-- views -->\n", "<!-- /views -->\n"
"""The lines before and after what is generated."""
_CHINESE_OF_FEEDS = {column.name: column.chinese for column in COLUMNS}


class _Words(msgspec.Struct):
    """What views and columns mean, in Chinese."""

    views: dict[str, str]
    columns: dict[str, str]


def sections(*, chinese: bool = False) -> str:
    """A section for each view: what a row is, and a table of its columns."""
    return "\n".join(_section(view, chinese=chinese) for view in views())


def with_sections(text: str, *, chinese: bool = False) -> str:
    """The text of a page with the current sections between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{sections(chinese=chinese)}\n{END}{after}"


def main() -> None:
    """Rewrite the sections of both pages."""
    PAGE.write_text(with_sections(PAGE.read_text("utf-8")), "utf-8")
    CHINESE.write_text(with_sections(CHINESE.read_text("utf-8"), chinese=True), "utf-8")


def _section(view: View, *, chinese: bool) -> str:
    about = _words().views[view.name] if chinese else view.description
    columns = {name: _chinese(view, name) if chinese else meaning for name, meaning in view.columns.items()}
    head = "| 列 | 含义 |" if chinese else "| column | meaning |"
    rows = [f"| `{name}` | {meaning} |" for name, meaning in columns.items()]
    return "\n".join([f"## `{view.name}`", "", about, "", head, "|---|---|", *rows, ""])


def _chinese(view: View, column: str) -> str:
    """What a column means; raises KeyError where views.zh.toml does not say it."""
    known, at = _words().columns, f"{column.removesuffix('_ms')}_at"
    if f"{view.name}.{column}" in known:
        return known[f"{view.name}.{column}"]
    if column.endswith("_ms") and column not in known:
        return f"`{at}` 的毫秒数（自 1970 年起）"
    describes_itself = column in view.meanings or column not in _CHINESE_OF_FEEDS
    return known[column] if describes_itself else _CHINESE_OF_FEEDS[column]


@cache
def _words() -> _Words:
    text = files(__package__).joinpath("views.zh.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=_Words)


if __name__ == "__main__":
    main()
