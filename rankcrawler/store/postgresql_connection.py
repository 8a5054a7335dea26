"""Connects to a PostgreSQL server, as those who write need it, and as those who only read do."""

from collections.abc import Callable
from functools import partial

import psycopg

from rankcrawler.store.database import Record

Connect = Callable[[], psycopg.Connection[Record]]

CONNECT_SECONDS = 5
OPTIONS = "-c timezone=UTC -c client_encoding=UTF8 -c idle_in_transaction_session_timeout=60000 -c jit=off"
_READ_ONLY = (
    " -c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0"
    " -c random_page_cost=1.1"
)
"""Readers find what they ask for by indexes, whatever the values, and to plan a query takes longer than to run it. What
they ask for is mostly in memory. One process works for each of them: a crawl goes first."""


def connecting(url: str, *, is_read_only: bool, seconds: float | None) -> Connect:
    """What makes a connection, whose queries may take so many seconds each; a reader's are prepared at once."""
    limit = "" if seconds is None else f" -c statement_timeout={round(seconds * 1000)}"
    return partial(
        psycopg.connect,
        url,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        options=OPTIONS + _READ_ONLY * is_read_only + limit,
        prepare_threshold=0 if is_read_only else 2,
    )
