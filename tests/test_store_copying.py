"""Records that are copied into PostgreSQL are there as they are."""

from datetime import timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rankcrawler.store.copying import copy
from rankcrawler.store.database import Record
from rankcrawler.store.tables import Table, columns
from tests.postgresql import PostgresServer

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1)
ODD = st.sampled_from(["null", '"', '""', "\\", "\\.", "\\N", ",", "\n", "\r\n", " a ", "\\x00", ""])
MIXED = st.tuples(NUMBERS, st.none() | TEXTS | ODD, st.none() | st.binary())
WITH_TEXTS = Table("_with_texts", columns("number big, words text, print bytes"))
OF_NUMBERS = Table("_of_numbers", columns("one big, other big"))


def copied(postgres: PostgresServer, table: Table, rows: list[Record]) -> list[Record]:
    """What a table has after it was empty, and rows were copied into it."""
    types = {"big": "BIGINT", "text": "TEXT", "bytes": "BYTEA"}
    definitions = ", ".join(f"{name} {types[kind]}" for name, kind in table.columns)
    with postgres.connect() as connection:
        connection.execute(f"CREATE TEMPORARY TABLE {table.name} ({definitions})".encode())
        copy(connection, table, rows)
        return connection.execute(f"SELECT * FROM {table.name}".encode()).fetchall()  # noqa: S608 - our name


@settings(max_examples=60, deadline=timedelta(seconds=20))
@given(rows=st.lists(MIXED, min_size=1, max_size=5))
def test_texts_and_bytes_are_there_as_they_are(postgres: PostgresServer, rows: list[Record]) -> None:
    assert copied(postgres, WITH_TEXTS, rows) == rows


@settings(max_examples=20, deadline=timedelta(seconds=20))
@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5))
def test_numbers_are_there_as_they_are(postgres: PostgresServer, rows: list[Record]) -> None:
    assert copied(postgres, OF_NUMBERS, rows) == rows


def test_half_of_a_surrogate_pair_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(UnicodeEncodeError):
        copied(postgres, WITH_TEXTS, [(1, "\ud800", None)])


def test_a_text_with_nul_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.DataError):
        copied(postgres, WITH_TEXTS, [(1, "\0", None)])
