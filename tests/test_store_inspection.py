"""`scrapy store sql`: a query that reads, for a limited time; and `grant`, for programs that ask on their own."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rankcrawler.errors import NoStore, SettingError, StoreError
from rankcrawler.store import grants, inspection, locate, migration, schema
from rankcrawler.store.dialects import POSTGRESQL
from rankcrawler.store.views import dropped, views
from tests import earlier, stores
from tests.builders import entry, polled, snapshot
from tests.gateways import Finished, environment, run
from tests.postgresql import PostgresServer
from tests.reading import rows

ENDLESS = "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n > 0) SELECT count(*) FROM a"
Ask = Callable[..., Finished]


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with one list, whose first contributor has a nickname that might steer a terminal."""
    return stores.ready(request.param, tmp_path, request, filled)


def filled(address: str) -> None:
    """Write a list."""
    store = locate.open_records(address, create=True)
    store.write([polled(snapshot([entry(1, nickname="a\x1b[31m", user_id="9007199254740993"), entry(2)]))])
    store.close()


@pytest.fixture
def ask(where: str, tmp_path: Path) -> Ask:
    def asked(*words: str) -> Finished:
        return run("store", "sql", *words, env=environment(None, tmp_path, {"STORE_URL": where}))

    return asked


QUERY = "SELECT rank, nickname, user_id, fans_club_name FROM latest_ranks ORDER BY rank"


def test_a_query_is_answered_as_lines_json_and_csv(ask: Ask) -> None:
    done = ask(QUERY)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == [
        "rank\tnickname\tuser_id\tfans_club_name",
        "1\ta�[31m\t9007199254740993\t粉丝团",
    ]
    objects = [json.loads(line) for line in ask(QUERY, "--json").stdout.splitlines()]
    assert objects[0] == {
        "rank": 1,
        "nickname": "a\x1b[31m",
        "user_id": "9007199254740993",
        "fans_club_name": "粉丝团",
    }
    table = list(csv.reader(ask(QUERY, "--csv").stdout.splitlines()))
    assert [len(table), table[0][0], table[1][2]] == [3, "rank", "9007199254740993"]


def test_an_answer_without_rows_has_its_columns(ask: Ask) -> None:
    assert ask("SELECT rank FROM ranks WHERE rank > 9").stdout == "rank\n"
    assert ask("SELECT rank FROM ranks WHERE rank > 9", "--csv").stdout == "rank\n"
    assert ask("SELECT rank FROM ranks WHERE rank > 9", "--json").stdout == ""


WRITES = [
    "DELETE FROM _polls",
    "WITH gone AS (SELECT 1) DELETE FROM _polls",
    "SELECT 1; DELETE FROM _polls",
    "COMMIT; DELETE FROM _polls",
    "DROP VIEW ranks",
    "SET TRANSACTION READ WRITE",
    "/* harmless */ UPDATE _rooms SET fence = 0",
]


@pytest.mark.parametrize("query", WRITES)
def test_what_writes_is_refused(where: str, query: str) -> None:
    with pytest.raises((SettingError, StoreError)), inspection.asked(where, query, 5) as answer:
        list(answer.records)
    assert rows(where, "SELECT count(*) FROM ranks") == [(2,)]


@pytest.mark.parametrize(
    "query",
    ["SELECT writefile('x', 'y')", "SELECT load_extension('x')", "SELECT 1 FROM pragma_journal_mode('delete')"],
)
def test_a_query_of_a_file_reaches_no_other(tmp_path: Path, query: str) -> None:
    address = f"sqlite:///{tmp_path}/ranks.db"
    locate.open_records(address, create=True).close()
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(StoreError, match="the query fails"), inspection.asked(address, query, 5) as answer:
        list(answer.records)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_query_that_takes_too_long_is_stopped(ask: Ask) -> None:
    done = ask(ENDLESS, "--timeout", "0.5")
    assert (done.returncode, done.stdout) == (1, "")
    assert "took longer than 0.5 s: ask for less" in done.stderr


def test_an_error_in_a_query_is_one_line(ask: Ask) -> None:
    done = ask("SELECT nothing FROM ranks")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the query fails: " in done.stderr


def test_a_reader_creates_no_store_and_names_the_place_where_none_is(tmp_path: Path) -> None:
    nowhere = inspection.asked(f"sqlite:///{tmp_path}/none/ranks.db", "SELECT 1", 5)
    with pytest.raises(NoStore, match=f"there is no store at {tmp_path}/none/ranks.db"), nowhere:
        pass
    for words in (("sql", "SELECT 1"), ("status",), ("export", "--room", "all", "--to", "a.csv"), ("gains", "1")):
        done = run("store", *words, env=environment(None, Path("data")), cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert f"there is no store at {tmp_path}/data/ranks.db" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def granted(postgres: PostgresServer, tmp_path: Path) -> tuple[str, str]:
    """The addresses of a store for its owner, and for a user who was granted the views."""
    owner = postgres.database()
    store = locate.open_records(owner, create=True)
    store.write([polled(snapshot())])
    store.close()
    secret = tmp_path / "secret"
    secret.write_text("a password; no's\n", "utf-8")
    role = f"grafana_{owner.partition('?')[0].rpartition('_')[2]}"
    line = run(
        "store", "grant", role, "--password-file", str(secret), env=environment(None, tmp_path, {"STORE_URL": owner})
    )
    assert f"{role} may read latest_ranks, ranks, " in line.stdout, line.stderr
    assert "password" not in line.stdout
    return owner, owner.replace("user=rank", f"user={role}")


def test_a_granted_user_reads_every_view_and_nothing_else(granted: tuple[str, str]) -> None:
    _, reader = granted
    for view in views():
        rows(reader, f"SELECT * FROM {view.name}")  # noqa: S608 - our own name
    assert rows(reader, "SELECT count(*) FROM ranks") == [(3,)]
    tables = rows(reader, "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relname ~ '^(_|store)'")
    assert len(tables) > 20
    for (table,) in tables:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(reader, f"SELECT * FROM {table}")  # noqa: S608 - a name from the catalogue
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        rows(reader, "CREATE TABLE mine (a int)")


def test_a_grant_can_be_repeated_and_its_password_is_kept_as_a_verifier(
    granted: tuple[str, str], tmp_path: Path
) -> None:
    owner, reader = granted
    role = reader.rpartition("=")[2]
    grants.grant(owner, role)
    [(kept,)] = rows(owner, "SELECT rolpassword FROM pg_authid WHERE rolname = ?", [role])
    assert kept.startswith("SCRAM-SHA-256$")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(SettingError, match="expected a password in the first line"):
        grants.grant(owner, role, tmp_path / "empty")


def test_the_user_who_writes_is_not_made_a_reader(granted: tuple[str, str]) -> None:
    with pytest.raises(SettingError, match="rank may write to the store, and is not made a reader"):
        grants.grant(granted[0], "rank")
    assert rows(granted[0], "SHOW default_transaction_read_only") == [("off",)]


def test_a_file_has_no_users(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="only PostgreSQL has users"):
        grants.grant(f"sqlite:///{tmp_path}/ranks.db", "grafana")


def test_a_migration_grants_the_views_again(granted: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    owner, reader = granted
    number = schema.version()
    made = [text for text in schema.step(number, POSTGRESQL) if text.startswith("CREATE VIEW")]
    with monkeypatch.context() as patched:
        patched.setattr(schema, "version", lambda: number + 1)
        patched.setattr(
            schema, "step", lambda *_: [*dropped(), *made, POSTGRESQL.set_version.format(version=number + 1)]
        )
        assert "migrated" in migration.migrate(owner)
    assert rows(reader, "SELECT count(*) FROM ranks") == [(3,)]


@pytest.mark.parametrize(("kind", "version"), [("sqlite", 2), ("sqlite", 3), ("postgresql", 2), ("postgresql", 3)])
def test_programs_of_earlier_versions_find_none_of_their_tables(
    kind: str, version: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    earlier.restore(where, version)
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if kind == "sqlite"
        else "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    before = {name for (name,) in rows(where, query)} - {"store"}
    migration.migrate(where)
    assert len(before) > 10
    assert before & {name for (name,) in rows(where, query)} == set()
    with pytest.raises(StoreError, match="entries"), inspection.asked(where, "SELECT * FROM entries", 5):
        pass
