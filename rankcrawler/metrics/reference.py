"""Generates the tables of docs/watching.md, what each metric says, from the declaration; `make docs` updates them."""

from collections.abc import Sequence
from pathlib import Path

from rankcrawler.metrics import fleet, worker
from rankcrawler.metrics.metric import Metric

PAGE = Path(__file__).parents[2] / "docs/watching.md"
TABLES = {"fleet": fleet.METRICS, "worker": worker.METRICS}
"""What stands between `<!-- NAME metrics -->` and `<!-- /NAME metrics -->`."""


def with_tables(text: str) -> str:
    """The text of the page with the current tables between their markers."""
    for name, metrics in TABLES.items():
        begin, end = f"<!-- {name} metrics -->\n", f"<!-- /{name} metrics -->\n"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}{table(metrics)}{end}{after}"
    return text


def table(metrics: Sequence[Metric]) -> str:
    """Metrics as a Markdown table."""
    rows = (f"| `{_labelled(each)}` | {each.kind} | {each.meaning} |\n" for each in metrics)
    return "".join(["| metric | type | |\n", "|---|---|---|\n", *rows])


def main() -> None:
    """Rewrite the tables of the page."""
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")


def _labelled(metric: Metric) -> str:
    return metric.name + (f"{{{','.join(metric.labels)}}}" if metric.labels else "")


if __name__ == "__main__":
    main()
