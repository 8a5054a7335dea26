"""Generates docs/views.md, what each view and its columns mean, from the declaration; `make docs` updates it."""

from pathlib import Path

from rankcrawler.store.views import View, views

PAGE = Path(__file__).parents[2] / "docs/views.md"
BEGIN, END = "<!-- views -->\n", "<!-- /views -->\n"
"""The lines before and after what is generated."""


def sections() -> str:
    """A section for each view: what a row is, and a table of its columns."""
    return "\n".join(map(_section, views()))


def with_sections(text: str) -> str:
    """The text of the page with the current sections between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{sections()}{END}{after}"


def main() -> None:
    """Rewrite the sections of the page."""
    PAGE.write_text(with_sections(PAGE.read_text("utf-8")), "utf-8")


def _section(view: View) -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in view.columns.items()]
    return "\n".join([f"## `{view.name}`", "", view.description, "", "| column | meaning |", "|---|---|", *rows, ""])


if __name__ == "__main__":
    main()
