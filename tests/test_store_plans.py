"""The questions that readers ask find their rows by an index, on both databases."""

import re
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.store import locate, queries, sqlite
from rankcrawler.store.sql_store import SqlStore
from tests import stores
from tests.builders import snapshot

CHAIN = (1, 0, 1, 2, 1, 2)
QUESTIONS: dict[str, tuple[Any, ...]] = {
    "rooms_named": ("1", "ranklist"),
    "latest_list": (1,),
    "list_at": (1, 2),
    "lists_between": (1, 2, 3),
    "scores_between": (1, 2, 3),
    "served_rows": (*CHAIN, 100),
    "list_rows": CHAIN,
    "polls": (1, 2, 3, 4),
    "poll_times": (1, 2, 3),
    "users_named": ("7",),
    "stays": (1, 1, 1, 100),
    "score_in": (*CHAIN, 1),
    "last_seen": (1, 1, 1),
    "top_givers": (1, 100),
    "active_rooms": (1, 100),
    "recurring": (1, 0),
}
SMALL = "sources|grades|clubs|texts|verdicts|arrivals|_other"
"""What has few rows however many polls there are, or none."""


def plan(store: SqlStore, kind: str, query: str, values: tuple[Any, ...]) -> str:
    sql = queries.load("sqlite" if kind == "sqlite" else "postgresql")[query]
    database: Any = store._database
    if kind == "sqlite":
        return "\n".join(row[3] for row in database._db.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    connection = database._connected()
    connection.execute("SET enable_seqscan = off")
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}", values))


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_no_question_reads_a_table_from_end_to_end(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    store = locate.open_records(stores.address(kind, tmp_path, request))
    assert isinstance(store, SqlStore)
    store.write([snapshot(room_id=str(room)) for room in range(1, 30)])
    derived = "[edpv]$"  # the names of what a query has cut out by an index before
    whole = rf"SCAN (?!{derived}|arrivals)\w+" if kind == "sqlite" else rf"Seq Scan on (?!\w*({SMALL}))\w+"
    plans = {query: plan(store, kind, query, values) for query, values in QUESTIONS.items()}
    store.close()
    assert {query: text for query, text in plans.items() if re.search(whole, text, re.MULTILINE)} == {}
    assert all("INDEX" in text or "PRIMARY KEY" in text or "Index" in text for text in plans.values())


def test_what_is_written_for_many_rows_at_once_is_found_by_an_index(tmp_path: Path) -> None:
    store = locate.open_records(f"sqlite:///{tmp_path}/ranks.db")
    assert isinstance(store, SqlStore)
    store.write([snapshot(room_id=str(room)) for room in range(1, 30)])
    database: Any = store._database
    plans: dict[str, str] = {}
    for name, query in queries.load("sqlite").items():
        if "VALUES (?" in query and not name.startswith(("insert", "add", "count")):
            for rows in (1, 4, sqlite.TOGETHER):
                sql = database._repeated(name, rows)
                plan = database._db.execute(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
                plans[f"{name} {rows}"] = "\n".join(each[3] for each in plan)
    store.close()
    assert {each.split()[0] for each in plans} >= {"find_rooms", "find_profiles", "end_stays", "advance_rooms"}
    tables = "rooms|snapshots|users|profiles|grades|clubs|texts|verdicts|stays|[rsuy]$"
    assert {name: plan for name, plan in plans.items() if re.search(rf"SCAN ({tables})", plan, re.MULTILINE)} == {}
    assert all("SEARCH" in plan for plan in plans.values())
