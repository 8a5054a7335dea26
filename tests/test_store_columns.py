"""A column that is declared is stored: its declaration and a step of the schema are all that a store needs."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import msgspec
import psycopg
import pytest

from rankcrawler.clock import iso
from rankcrawler.store import locate, schema
from tests import stores
from tests.builders import entry, polled, snapshot

ROOT = Path(__file__).parent.parent
VERSION = schema.version() + 1
DECLARED = f"""
    open_id: Annotated[str | None, column("", "", group=Group.USER, personal=Personal.ID, since={VERSION})]
    signature: Annotated[str | None, column("", "", group=Group.PROFILE, personal=Personal.NAME, since={VERSION})]
    noble_level: Annotated[int | None, column("", "", group=Group.GRADE, bits=16, since={VERSION})]
    is_friend: Annotated[bool | None, column("", "", group=Group.CLUB, since={VERSION})]
    medal: Annotated[str | None, column("", "", group=Group.ROW, personal=Personal.NO, since={VERSION})]
    badges: Annotated[tuple[str, ...], column("", "", group=Group.ROW, personal=Personal.NO, since={VERSION})]
"""
NAMES = ("open_id", "signature", "noble_level", "is_friend", "medal", "badges")
STEP = ";\n\n".join(f"{{add column {name}}}" for name in NAMES) + ";\n"
NONE = {"open_id": None, "signature": None, "noble_level": None, "is_friend": None, "medal": None, "badges": ()}
SOME = {
    "open_id": "o\0",
    "signature": 'a "signature", with\n',
    "noble_level": 3,
    "is_friend": False,
    "medal": "金",
    "badges": ("a", "b"),
}

PROGRAM = """
import json, sys
import msgspec
from rankcrawler.clock import iso
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.store import locate, migration

given = json.load(sys.stdin)
SOME = given["some"]

def listed(minute, **facts):
    at = iso(1_795_435_200_000 + 60_000 * minute)
    moment = {"captured_at": at, "polled_at": at}
    rows = [each | moment | given["none"] | (facts if each["rank"] == 2 else {}) for each in given["list"]["entries"]]
    return msgspec.convert(given["list"] | moment | {"entries": rows, "digest": f"{minute:032d}"}, RoomSnapshot)

def polled(found):
    return Poll(found)

where, old, room = sys.argv[1], listed(0), listed(0).target.room_id
if sys.argv[2] == "old" and not where.startswith("jsonl"):
    print(migration.migrate(where))
store = locate.open_store(where)
if sys.argv[2] == "old":
    assert store.latest(room) == old, store.latest(room)
    assert store.write([polled(old)])[0].value == "duplicate"
else:
    store.write([polled(old)])
lists = [listed(1, **SOME), listed(2, signature="b"), listed(3, medal="c"), listed(4), listed(5, **SOME)]
for each in lists:
    assert store.write([polled(each)])[0].value == "stored"
    assert store.latest(room) == each, store.latest(room)
again = locate.open_store(where)
assert again.latest(room) == lists[-1]
if not where.startswith("jsonl"):
    assert list(again.lists(room, "2026-01-01", "2027-01-01")) == [old, *lists]
    assert again.write([polled(listed(6, **SOME))])[0].value == "stored"
    assert again.counts().entries == 3 + 5, "a list after the first is written as the row that differs"
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that declares more columns, and has a step that adds them to stores."""
    package = tmp_path / "copy" / "rankcrawler"
    shutil.copytree(ROOT / "rankcrawler", package, ignore=shutil.ignore_patterns("__pycache__"))
    rows = package / "model" / "rows.py"
    before, flags, after = rows.read_text("utf-8").partition("    flags: Annotated[")
    rows.write_text(before + DECLARED.lstrip("\n") + flags + after, "utf-8")
    (package / "store" / "sql" / "steps" / f"{VERSION}.sql").write_text(STEP, "utf-8")
    return package.parent


def run(copy: Path, where: str, age: str) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", PROGRAM, where, age]
    given = json.dumps({"list": msgspec.to_builtins(snapshot()), "none": NONE, "some": SOME})
    done = subprocess.run(
        command, cwd=copy, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


def counted(where: str, table: str) -> int:
    query = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name
    if where.startswith("sqlite"):
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            return int(database.execute(query).get)
    with psycopg.connect(where) as connection:
        return int(connection.execute(query.encode()).fetchall()[0][0])


@pytest.mark.parametrize("kind", [*stores.DATABASES, "jsonl"])
@pytest.mark.parametrize("age", ["old", "new"])
def test_columns_that_are_added_to_the_declaration_are_stored(
    kind: str, age: str, copy: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    if age == "old":
        moment = iso(1_795_435_200_000)
        rows = [entry(rank, captured_at=moment, polled_at=moment) for rank in (1, 2, 3)]
        with closing(locate.open_store(where)) as store:
            store.write([polled(snapshot(rows, captured_at=moment, polled_at=moment, digest="0" * 32))])
    run(copy, where, age)
    if kind != "jsonl":
        tables = {table: counted(where, f"_{table}") for table in ("users", "profiles", "grades", "clubs")}
        assert tables == {"users": 3, "profiles": 3 + 2, "grades": 2, "clubs": 2}, "what was stored before is found"
