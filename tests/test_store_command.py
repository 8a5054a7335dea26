"""`scrapy store`, run as a user runs it, on SQLite and on PostgreSQL."""

import contextlib
import csv
import json
import re
import shlex
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet  # type: ignore[import-untyped]
import pytest

from rankcrawler.clock import iso
from rankcrawler.commands import moments
from rankcrawler.commands.store.subcommands import SUBCOMMANDS
from rankcrawler.errors import SettingError
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.model.rows import RankEntry
from rankcrawler.store import locate, schema
from rankcrawler.store.contract import Records
from tests import earlier, stores
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import Finished, environment, run
from tests.parsed_commands import parsed

NOON = 1_795_435_200_000
BEIJING = ZoneInfo("Asia/Shanghai")
LARGE = "9223372036854775807"
HOSTILE = "=cmd()<b>\x1b[31m\n‮😀"

Store = Callable[..., Finished]


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store with three lists of room 1, one of room 2, and a failed poll."""
    return stores.ready(request.param, tmp_path, request, filled)


@pytest.fixture
def command(where: str, tmp_path: Path) -> Store:
    def done(*args: str) -> Finished:
        return run("store", *args, env=environment(None, tmp_path, {"STORE_URL": where}))

    return done


def listed(minute: int, scores: list[int], room_id: str = "1") -> RoomSnapshot:
    place = {"captured_at": iso(NOON + 60_000 * minute), "polled_at": iso(NOON + 60_000 * minute), "room_id": room_id}
    rows = [
        entry(rank, score=score, user_id=LARGE if rank == 1 else str(rank), nickname=HOSTILE, **place)
        for rank, score in enumerate(scores, start=1)
    ]
    return snapshot(rows, digest=f"{sum(scores):032d}", **place)


def filled(address: str) -> None:
    """Write them."""
    store = locate.open_records(address, create=True)
    fill(store)
    store.close()


def fill(store: Records) -> None:
    lists = [listed(0, [100, 50]), listed(1, [130, 50]), listed(2, [131, 90]), listed(0, [7], "2")]
    store.write([polled(each) for each in lists])
    store.write([polled(failed(room_id="1", polled_at=iso(NOON + 90_000)))])


def test_status_says_what_is_in_it(command: Store) -> None:
    done = command("status")
    assert (done.returncode, done.stderr) == (0, "")
    figures = dict(line.split("\t") for line in done.stdout.splitlines())
    assert [figures[name] for name in ("rooms", "users", "polls", "failures", "lists")] == ["2", "2", "5", "1", "4"]
    assert json.loads(command("status", "--json").stdout)["first_day"] == "2026-11-23"


def test_the_gains_of_a_room_come_with_what_may_be_missing(command: Store) -> None:
    shown = command("gains", "1").stdout
    assert "1 poll failed\n" in shown
    assert "The longest time without a list: 1 min\n" in shown
    assert "Exact: lists leave no room for more coins than these\n" in shown
    found = json.loads(command("gains", "1", "--since", "2026-11-23T20:01", "--json").stdout)
    assert [(gain["user_id"], gain["coins"]) for gain in found["rows"]] == [("2", 40), (LARGE, 1)]
    assert (found["sure"]["coins"], found["sure"]["failed"]) == ("exact", 1)
    assert command("gains", "99").stderr == "rankcrawler: room 99 was never polled\n"
    done = command("gains", "1", "--until", "2026-11-23T19:00")
    assert (done.returncode, done.stderr) == (1, "rankcrawler: room 1 has no list in that time\n")


def test_a_contributor_is_shown_with_the_rooms_and_no_text_steers_the_terminal(command: Store) -> None:
    done = command("user", LARGE)
    assert "\x1b" not in done.stdout
    assert "‮" not in done.stdout
    assert f"user_id\t{LARGE}\n" in done.stdout
    found = json.loads(command("user", LARGE, "--json").stdout)
    assert found["nickname"] == HOSTILE
    assert {stay["room_id"]: stay["last_score"] for stay in found["rows"]} == {"1": 131, "2": 7}
    assert command("user", "5").stderr == "rankcrawler: contributor 5 was never in a list\n"


def expected(path: Path) -> list[RankEntry]:
    rooms = [listed(0, [100, 50]), listed(1, [130, 50]), listed(2, [131, 90]), listed(0, [7], "2")]
    return [row for each in (rooms if "all" in path.stem else rooms[1:2]) for row in each.entries]


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl", ".xlsx"])
def test_an_export_has_the_rows_as_they_were_served(command: Store, tmp_path: Path, ending: str) -> None:
    whole, part = tmp_path / f"all{ending}", tmp_path / f"minute{ending}"
    done = command("export", "--room", "all", "--to", str(whole))
    assert done.stdout == f"7 rows in {whole}, of 4 lists, those that changed\n", done.stderr
    minute = ("--since", "2026-11-23T20:01", "--until", "2026-11-23T20:02")
    assert command("export", "--room", "1", *minute, "--to", str(part)).returncode == 0
    for path in (whole, part):
        rows = read(path)
        assert [(row["room_id"], row["user_id"], int(row["score"])) for row in rows] == [
            (row.room_id, row.user_id, row.score) for row in expected(path)
        ]
        mark = "'" if ending == ".csv" else ""
        assert {row["nickname"] for row in rows} == {mark + HOSTILE}
    assert not list(tmp_path.glob("*.incomplete"))


def read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        rows: list[dict[str, str]] = pyarrow.parquet.read_table(path).to_pylist()
        return rows
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    return sheet(path)


def sheet(path: Path) -> list[dict[str, str]]:
    """A workbook's cells; each text is in its own cell, since the writer shares none."""
    from xml.etree import ElementTree as Tree

    name = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        root = Tree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - written by the test
    rows = []
    for row in root.iterfind(".//m:row", name):
        cells = {}
        for cell in row.iterfind("m:c", name):
            column = "".join(filter(str.isalpha, cell.get("r", "")))
            assert cell.find("m:f", name) is None, "a formula"
            cells[column] = "".join(cell.itertext())
        rows.append(cells)
    header = rows[0]
    return [{header[column]: text.replace("_x001B_", "\x1b") for column, text in cells.items()} for cells in rows[1:]]


def test_an_export_that_fails_leaves_no_file(command: Store, tmp_path: Path) -> None:
    assert (
        "expected a file that ends in" in command("export", "--room", "1", "--to", str(tmp_path / "ranks.pdf")).stderr
    )
    (tmp_path / "folder").mkdir()
    done = command("export", "--room", "1", "--to", str(tmp_path / "none" / "ranks.csv"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written" in done.stderr


def test_a_text_that_no_cell_holds_fails_the_export_and_names_the_room(
    where: str, command: Store, tmp_path: Path
) -> None:
    store = locate.open_records(where, create=True)
    store.write([polled(snapshot([entry(nickname="x" * 32_768, room_id="9")], room_id="9"))])
    store.close()
    done = command("export", "--room", "all", "--to", str(tmp_path / "ranks.xlsx"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "a cell holds 32,767 characters, and a text of room 9 is longer" in done.stderr
    assert not list(tmp_path.glob("*.xlsx*"))


def test_a_purge_says_what_it_removed(command: Store) -> None:
    assert command("purge", "--older-than", "2026-11-23T00:00Z").stdout.startswith("0 polls, ")
    assert command("purge", "--older-than", "2026-11-24T00:00Z").stdout.startswith(
        "5 polls, 4 lists and 6 rows removed"
    )
    assert "lists\t4" in command("status").stdout, "the sums of days stay"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "expected one of show, course"),
        (["look"], "look is not a subcommand: expected one of show, course"),
        (["gain", "1"], "gain is not a subcommand: did you mean gains?"),
        (["user"], "store user: the following arguments are required: USER_ID"),
        (["user", "5", "--kind", "audience"], "store user: does not take --kind audience"),
        (["status", "--room", "1"], "store status: does not take --room"),
        (["purge"], "store purge: the following arguments are required: --older-than"),
        (["purge", "--older-than", "last week"], "--older-than: expected a time such as 12:03"),
        (["gains", "x"], "store gains: ROOM_ID: expected an id"),
        (["gains", "1", "--until", "1w"], "store gains: --until: expected a time"),
        (["gains", "1", "--kind", "gifts"], "store gains: --kind: expected one of ranklist, audience, not 'gifts'"),
        (["export", "--room", "1"], "store export: the following arguments are required: --to"),
        (["export", "--room", "1,x", "--to", "a.csv"], "store export: --room: expected an id"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, args: list[str], words: str) -> None:
    done = run("store", *args, env=environment(None, tmp_path))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("rankcrawler: ")
    assert words in done.stderr


def test_the_help_of_a_subcommand_shows_what_applies_to_it_and_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed("store", "gains", "--help")
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    options = set(re.findall(r"--[\w-]+", shown.partition("Example")[0]))
    assert options == {"--help", "--since", "--until", "--vs", "--source", "--json", "--csv", "--kind"}
    assert "rankcrawler store gains 6994259511469247263 --since 24h" in shown


def test_every_example_parses() -> None:
    for each in SUBCOMMANDS:
        assert parsed("store", *shlex.split(each.example)).subcommand is each


def test_a_period_is_all_time_unless_it_is_given() -> None:
    now = NOON + 3_600_000
    given = parsed("store", "export", "--room", "1", "--to", "a.csv")
    moments.resolve(given, BEIJING, now)
    assert (given.since, given.until) == ("1970-01-01T00:00:00.000Z", iso(now))
    given = parsed("store", "gains", "1", "--since", "2026-11-23", "--until", "20:30")
    moments.resolve(given, BEIJING, now)
    assert (given.since, given.until) == ("2026-11-22T16:00:00.000Z", "2026-11-23T12:30:00.000Z")


def test_a_moment_in_the_future_is_refused_with_the_time_that_it_is() -> None:
    given = parsed("store", "gains", "1", "--since", "2026-11-23T21:00")
    with pytest.raises(SettingError, match=r"^--since: 2026-11-23 21:00:00\+08:00 lies in the future: it is .*20:00"):
        moments.resolve(given, BEIJING, NOON)
    moments.resolve(given, BEIJING, NOON + 3_600_000)
    assert given.since == "2026-11-23T13:00:00.000Z"


def test_times_are_printed_in_the_time_zone_and_json_has_utc(command: Store) -> None:
    shown = command("gains", "1").stdout
    assert "2026-11-23 20:00:00+08:00" in shown
    assert "2026-11-23 20:02:00+08:00" in shown
    assert "2026-11-23 12:00:00+00:00" in command("gains", "1", "-s", "TIME_ZONE=UTC").stdout
    assert "2026-11-23 20:02:00+08:00" in command("user", LARGE).stdout
    assert "2026-11-23 20:00:00+08:00" in command("sources").stdout
    assert json.loads(command("gains", "1", "--json").stdout)["since_at"] == "2026-11-23T12:00:00.000Z"
    done = command("gains", "1", "-s", "TIME_ZONE=Mars/Olympus")
    assert "TIME_ZONE must be the name of a time zone" in done.stderr


def test_json_lines_are_for_other_tools(tmp_path: Path) -> None:
    done = run("store", "status", env=environment(None, tmp_path, {"STORE_URL": f"jsonl:{tmp_path}/ranks"}))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "which other tools can read" in done.stderr


@pytest.mark.parametrize(
    ("kind", "version"), [*(("sqlite", each) for each in (1, 2, 3, 4)), *(("postgresql", each) for each in (2, 3, 4))]
)
def test_a_store_of_an_earlier_version_is_refused_and_migrated(
    kind: str, version: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    earlier.restore(where, version)
    env = environment(None, tmp_path, {"STORE_URL": where})
    assert "run `scrapy store migrate`" in run("store", "status", env=env).stderr
    if kind == "sqlite":
        with contextlib.closing(sqlite3.connect(tmp_path / "ranks.db", isolation_level=None)) as busy:
            busy.execute("BEGIN IMMEDIATE")
            assert "is in use: stop the workers first" in run("store", "migrate", env=env).stderr
    done = run("store", "migrate", env=env)
    assert f"from version {version} to {schema.version()}" in done.stdout, done.stderr
    assert (tmp_path / "ranks.db.v1").exists() == (version == 1)
    assert f"has version {schema.version()} already" in run("store", "migrate", env=env).stdout
    assert f"version\t{schema.version()}\n" in run("store", "status", env=env).stdout
