"""Reads the .sql files: each query under its name."""

from importlib.resources import files
from typing import Literal

Dialect = Literal["sqlite", "postgresql"]


def load(dialect: Dialect) -> dict[str, str]:
    """The queries by name; a value goes where `?` stands, or `%b`, in PostgreSQL's binary form."""
    texts = [_text(name) for name in ("write.sql", f"write.{dialect}.sql", "read.sql", f"read.{dialect}.sql")]
    blocks = [block for text in texts for block in text.split("-- name: ")[1:]]
    queries = {name.strip(): query.strip() for name, _, query in (block.partition("\n") for block in blocks)}
    if dialect == "postgresql":
        return {name: query.replace("?", "%b") for name, query in queries.items()}
    return queries


def schema(dialect: Dialect) -> str:
    """The statements that make the tables."""
    return _text(f"schema.{dialect}.sql")


def migration(version: int, dialect: Dialect) -> str:
    """The statements that bring tables of a version to the next."""
    return _text(f"from_{version}.{dialect}.sql")


def _text(name: str) -> str:
    return files(__package__).joinpath("sql", name).read_text("utf-8")
