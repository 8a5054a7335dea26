"""Reads queries.sql: each query under its name."""

from importlib.resources import files


def load() -> dict[str, str]:
    """The queries by name."""
    text = files(__package__).joinpath("queries.sql").read_text("utf-8")
    blocks = text.split("-- name: ")[1:]
    return {name.strip(): query.strip() for name, _, query in (block.partition("\n") for block in blocks)}
