"""Every question finds its records by an index, on both databases."""

import re
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.store import locate, queries, sqlite
from rankcrawler.store.dialects import POSTGRESQL, SQLITE
from rankcrawler.store.sql_store import SqlStore
from tests import stores
from tests.builders import polled, snapshot

CHAIN = {"base_key": 1, "step": 0, "last_key": 2}
SPAN = {"room_key": 1, "since_ms": 2, "until_ms": 3}
HOURS = {"first": 24, "end": 48, "first_day": 1, "end_day": 2}
QUESTIONS: dict[str, dict[str, Any]] = {
    "rooms_named": {"room_id": "1", "kind": "ranklist"},
    "latest_list": {"room_key": 1},
    "list_at": {"room_key": 1, "at_ms": 2},
    "lists_between": {**SPAN, "every_poll": 0},
    "gains_first_list": SPAN,
    "gains_lists": SPAN,
    "list_places": CHAIN,
    "gains_last_list": {"room_key": 1, "until_ms": 3},
    "gains_unread": SPAN,
    "gains_polls": SPAN,
    "last_counted": SPAN,
    "first_counted": SPAN,
    "lists_standing": {"room_key": 1, "since_ms": 2, "standing": 3},
    "was_served": {**SPAN, "digest": b"1"},
    "resets": {"room_key": 1, "until_ms": 2},
    "served_rows": {**CHAIN, "entry_count": 100},
    "list_rows": CHAIN,
    "polls": {**SPAN, "limit": 4},
    "contributors_named": {"user_id": "7"},
    "stays": {"user_key": 1, "limit": 100},
    "score_in": {**CHAIN, "user_key": 1},
    "last_seen": {"user_key": 1},
    "sources_of_user": {"user_id": "7"},
    "recurring": {"source_key": 1, "after": 0},
    "insight_list_at": {"room_key": 1, "at_ms": 2},
    "insight_polls": SPAN,
    "insight_missed": SPAN,
    "insight_sums": {**HOURS, "kind": "ranklist"},
    "insight_rooms_with_coins": {"first": 24, "end": 25, "kind": "ranklist", "source": ""},
    "insight_failed": {"first": 24, "end": 25, "kind": "ranklist", "source": ""},
    "insight_room_hours": {"first": 24, "end": 25, "kind": "ranklist", "source": ""},
    "insight_names": {"user_id": "7", "source": "a"},
    "insight_list_ages": {},
    "insight_hours_since": {"first": 24},
}
SMALL = "sources|grades|clubs|texts|verdicts|arrivals|_other"
"""Tables that stay small, however many polls there are, and empty partitions."""


def plan(store: SqlStore, kind: str, query: str, values: dict[str, Any]) -> str:
    sql = queries.load(SQLITE if kind == "sqlite" else POSTGRESQL)[query]
    database: Any = store.database
    if kind == "sqlite":
        return "\n".join(row[3] for row in database._db.execute(f"EXPLAIN QUERY PLAN {sql}", values))
    connection = database._connected()
    connection.execute("SET enable_seqscan = off")
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {sql}", values))


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_no_question_reads_a_table_from_end_to_end(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    store = locate.open_records(stores.address(kind, tmp_path, request), create=True)
    assert isinstance(store, SqlStore)
    store.write([polled(snapshot(room_id=str(room))) for room in range(1, 30)])
    derived = "[dehpv]$|g$"  # the names of what a query has cut out by an index before; and gateways, which are few
    whole = rf"SCAN (?!{derived}|_arrivals)\w+" if kind == "sqlite" else rf"Seq Scan on (?!\w*({SMALL}))\w+"
    plans = {query: plan(store, kind, query, values) for query, values in QUESTIONS.items()}
    store.close()
    assert {query: text for query, text in plans.items() if re.search(whole, text, re.MULTILINE)} == {}
    assert all("INDEX" in text or "PRIMARY KEY" in text or "Index" in text for text in plans.values())


def test_a_check_reads_the_lists_of_a_chain_alone_whatever_values_it_is_planned_for(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = locate.open_records(stores.address("postgresql", tmp_path, request), create=True)
    assert isinstance(store, SqlStore)
    store.write([polled(snapshot(room_id=str(room))) for room in range(1, 30)])
    database: Any = store.database
    sql = re.sub(r"%\((after|last|last_key)\)b", r":\1", queries.load(POSTGRESQL)["check_chains"])
    for number, name in enumerate(("after", "last_key", "last"), 1):
        sql = sql.replace(f":{name}", f"${number}")
    connection = database._connected()
    ways = ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin")  # which suit few lists
    for setting in (*(f"{each} = off" for each in ways), "plan_cache_mode = force_generic_plan"):
        connection.execute(f"SET {setting}")
    connection.execute(f"PREPARE asked (bigint, bigint, bigint) AS {sql}")
    records = connection.execute("EXPLAIN EXECUTE asked(1, 3, 2)").fetchall()
    store.close()
    plan = [line for (line,) in records]
    own = [index for index, line in enumerate(plan) if re.search(r"Index Scan using \w+ on _snapshots_\w+ s_", line)]
    assert own, "\n".join(plan)
    assert all("(base_key = c.base_key)" in plan[index + 1] for index in own)


def test_what_is_written_for_many_rows_at_once_is_found_by_an_index(tmp_path: Path) -> None:
    store = locate.open_records(f"sqlite:///{tmp_path}/ranks.db", create=True)
    assert isinstance(store, SqlStore)
    store.write([polled(snapshot(room_id=str(room))) for room in range(1, 30)])
    database: Any = store.database
    plans: dict[str, str] = {}
    for name, query in queries.load(SQLITE).items():
        if "VALUES (?" in query and not name.startswith(("add", "count")):
            for rows in (1, 4, sqlite.TOGETHER):
                sql = database._repeated.text(query, rows)
                plan = database._db.execute(f"EXPLAIN QUERY PLAN {sql}", (None,) * sql.count("?"))
                plans[f"{name} {rows}"] = "\n".join(each[3] for each in plan)
    store.close()
    assert {each.split()[0] for each in plans} >= {
        "find_rooms",
        "find_profiles",
        "former_marks",
        "gains_contributors",
        "gains_rows",
        "users_of_profiles",
        "list_places_of_many",
        "insight_rooms_named",
        "end_stays",
        "advance_rooms",
        "insight_users",
        "insight_in_rooms",
        "insight_presence",
        "insight_presence_of",
        "insight_last_lists",
        "insight_hours_of",
        "insight_rooms_of",
    }
    tables = "_rooms|_snapshots|_entries|_users|_profiles|_grades|_clubs|_texts|_verdicts|_stays|[cerpsuy]$"
    assert {name: plan for name, plan in plans.items() if re.search(rf"SCAN ({tables})", plan, re.MULTILINE)} == {}
    assert all("SEARCH" in plan for plan in plans.values())
