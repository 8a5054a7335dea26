"""Columns that are sent to PostgreSQL as arrays arrive as they are."""

from datetime import timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rankcrawler.store.arrays import arrays
from tests.postgresql import PostgresServer

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
ROWS = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | TEXTS | st.sampled_from(["null", "NULL", "{}", '"', "\\", ",", " a ", "\\x00", ""]),
    st.none() | st.binary(),
)
QUERY = "SELECT * FROM unnest(%t::INTEGER[], %t::BIGINT[], %t::DOUBLE PRECISION[], %t::TEXT[], %t::BYTEA[])"


@settings(max_examples=60, deadline=timedelta(seconds=20))
@given(rows=st.lists(ROWS, min_size=1, max_size=5))
def test_every_value_arrives_as_it_is(postgres: PostgresServer, rows: list[tuple[object, ...]]) -> None:
    with postgres.connect() as connection:
        assert connection.execute(QUERY, arrays(rows)).fetchall() == rows


def test_a_number_that_no_column_can_hold_is_refused(postgres: PostgresServer) -> None:
    with postgres.connect() as connection, pytest.raises(psycopg.errors.NumericValueOutOfRange):
        connection.execute("SELECT %t::BIGINT[]", arrays([(2**64,)]))


def test_half_of_a_surrogate_pair_is_refused(postgres: PostgresServer) -> None:
    with postgres.connect() as connection, pytest.raises(UnicodeEncodeError):
        connection.execute("SELECT %t::TEXT[]", arrays([("\ud800",)]))


def test_a_text_with_nul_is_refused(postgres: PostgresServer) -> None:
    with postgres.connect() as connection, pytest.raises(psycopg.DataError):
        connection.execute("SELECT %t::TEXT[]", arrays([("\0",)]))
