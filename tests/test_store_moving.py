"""A copy of a store in another database is the same store, whatever it holds and whatever interrupts the copying."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg
import pytest

from rankcrawler.clock import iso
from rankcrawler.errors import NoStore, OtherVersion, SettingError, StoreError, UnfinishedCopy
from rankcrawler.model.items import Poll
from rankcrawler.model.sessions import SessionChange
from rankcrawler.store import locate, migration, schema
from rankcrawler.store.contract import Kept, Records
from rankcrawler.store.moving import comparison, held, move
from tests import earlier, hostile, stores
from tests.gateways import environment, run
from tests.test_store_migration import answers

DIRECTIONS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]


@pytest.fixture(params=DIRECTIONS, ids=lambda pair: " to ".join(pair))
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The addresses of a store with all that a store can hold, and of one that is not there yet."""
    old, new = (tmp_path / name for name in ("old", "new"))
    old.mkdir()
    new.mkdir()
    first, second = (
        stores.address(kind, folder, request) for kind, folder in zip(request.param, (old, new), strict=True)
    )
    fill(first)
    return first, second


def fill(where: str) -> None:
    with closing(locate.open_records(where, create=True)) as store:
        for poll in earlier.polls(schema.version()):
            store.write([poll])
        store.write([spelt(earlier.polls(schema.version())[0])])
        store.note([SESSION])
        store.rename_source("gateway.test", "gateway.example")


SESSION = SessionChange("gateway.test", "uid=1", "5", 3, earlier.NOON, "seen", title="=1+1 \x00", nickname="a\ud83d")


def spelt(poll: Poll) -> Poll:
    """A list of another room, with a contributor for each text that means harm."""
    found = poll.snapshot
    assert found is not None
    target = msgspec.structs.replace(found.target, room_id="99")
    rows = tuple(
        msgspec.structs.replace(
            found.entries[0],
            room_id="99",
            rank=rank,
            user_id=str(9_000 + rank),
            nickname=text,
            display_id=text,
            score=1,
        )
        for rank, text in enumerate(hostile.TEXTS, start=1)
    )
    of = {"target": target, "entries": rows, "entry_count": len(rows), "digest": "9" * 32}
    return Poll(msgspec.structs.replace(found, **of), poll.fence, poll.schedule)


def copied(old: str, new: str) -> move.Move:
    """Copy a store to its end."""
    with move.opened(old, new) as one:
        parts(one)
        one.finish()
        return one


def parts(one: move.Move) -> list[int]:
    return [*one.copy(), *one.verify()]


def everything(where: str) -> dict[str, Any]:
    with closing(locate.open_records(where)) as store:
        told = answers(store)
        told["spelt"] = [row.nickname for row in listed(store).entries]
        told["sessions"] = store.sessions()
        told["findings"] = [each for each in store.check() if each.what != "unchecked"]
        return told


def listed(store: Records) -> Any:
    found = store.latest("99")
    assert found is not None
    return found


def test_a_copy_answers_every_question_as_the_store_does(places: tuple[str, str]) -> None:
    old, new = places
    copied(old, new)
    told = everything(new)
    assert told == everything(old)
    assert (told["spelt"], told["findings"]) == (hostile.TEXTS, [])
    assert [(each.title, each.nickname) for each in told["sessions"]] == [("=1+1 \x00", "a\ud83d")]


def test_writing_goes_on_in_the_copy_as_it_would_have_in_the_store(places: tuple[str, str]) -> None:
    copied(*places)
    following = [following_poll("1"), following_poll("12345")]
    kept = []
    for where in places:
        with closing(locate.open_records(where)) as store:
            kept.append((store.write(following), store.write(following)))
    assert kept[0] == kept[1]
    assert kept[0][0] == [Kept.STORED] * 2
    assert everything(places[0]) == everything(places[1])


def following_poll(room_id: str) -> Poll:
    """A later list of a room, with a contributor whom no list had."""
    (last,) = [each for each in earlier.polls(8)[-1:] if each.snapshot is not None]
    assert last.snapshot is not None
    found, moment = last.snapshot, iso(earlier.NOON + 26 * 3_600_000)
    place = {"captured_at": moment, "polled_at": moment}
    target = msgspec.structs.replace(found.target, room_id=room_id, source="gateway.example")
    rows = tuple(
        msgspec.structs.replace(each, **place, room_id=room_id, source="gateway.example") for each in found.entries
    )
    new = msgspec.structs.replace(rows[-1], user_id="777", nickname="new", rank=len(rows) + 1, score=1)
    of = {"target": target, "entries": (*rows, new), "entry_count": len(rows) + 1, "digest": "7" * 32}
    return Poll(msgspec.structs.replace(found, **place, **of), last.fence + 10, last.schedule)


def interrupted(old: str, new: str, after: int) -> bool:
    """Copy so many chunks, and leave the copy as a killed process does; returns whether there were as many."""
    with move.opened(old, new) as one:
        chunks = one.copy()
        return all(next(chunks, None) is not None for _ in range(after))


def test_a_copy_that_was_interrupted_after_any_chunk_goes_on_and_copies_nothing_twice(
    places: tuple[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(comparison, "CHUNK", 40)
    monkeypatch.setattr(move, "CHUNK", 40)
    old, new = places
    expected = everything(old)
    is_file = new.startswith("sqlite")
    for after in (0, 1, 2, 3, 7, 14, 19) if is_file else (5,):
        where = f"sqlite:///{tmp_path}/{after}.db" if is_file else new
        assert interrupted(old, where, after)
        with pytest.raises(UnfinishedCopy, match="not whole yet"):
            locate.open_records(where)
        with pytest.raises(UnfinishedCopy):
            migration.migrate(where)
        done = copied(old, where).copied
        total = sum(1 for _ in all_records(where))
        assert done.now + done.earlier == total
        assert (done.earlier > 0) == (after > 0)
        assert everything(where) == expected


def all_records(where: str) -> Iterator[tuple[Any, ...]]:
    with closing(move._side(where)) as side:
        for table in held.tables():
            yield from comparison.records(side, table._replace(key=()), None)


KILLED = """
import os, signal, sys
from rankcrawler.store.moving import comparison, move
comparison.CHUNK = move.CHUNK = 20
with move.opened(*sys.argv[1:3]) as one:
    add, left = one.new.add, [int(sys.argv[3])]
    def killed(table, rows):
        add(table, rows)
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
    one.new.add = killed
    for _ in one.copy():
        pass
"""


def test_a_copy_whose_process_is_killed_within_a_transaction_is_completed(places: tuple[str, str]) -> None:
    old, new = places
    for at in ("1", "6"):
        done = subprocess.run([sys.executable, "-c", KILLED, old, new, at], timeout=60, check=False)
        assert done.returncode == -9
    assert copied(old, new).copied.earlier >= 20
    assert everything(new) == everything(old)


def test_what_was_written_between_two_runs_is_copied_too(places: tuple[str, str]) -> None:
    old, new = places
    assert interrupted(old, new, 12)
    with closing(locate.open_records(old)) as store:
        store.write([following_poll("1")])
    again = copied(old, new).again
    assert "_rooms" in again
    assert "_grades" not in again
    assert everything(new) == everything(old)


CHANGES = [
    ("UPDATE _profiles SET nickname = 'someone else' WHERE profile_key = 2", "nickname of profile_key 2 differs"),
    ("DELETE FROM _polls WHERE is_answered = 0", r"_polls: room_key \d, at_ms \d+, is_answered 0 is not in the copy"),
    ("INSERT INTO _purges (before_day) VALUES (7)", "_purges: record 1 differs"),
    ("INSERT INTO _resets (room_key, at_ms, from_zero) VALUES (9, 8, 1)", "room_key 9, at_ms 8 is in the copy alone"),
]


@pytest.mark.parametrize(("statement", "said"), CHANGES)
def test_verification_names_the_first_record_that_differs_and_another_run_copies_its_table_again(
    places: tuple[str, str], statement: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = places
    monkeypatch.setattr(comparison, "CHUNK", 3)
    monkeypatch.setattr(move, "CHUNK", 3)
    with move.opened(old, new) as one:
        list(one.copy())
        with one.new.transaction():
            one.new.run(statement)
        with pytest.raises(StoreError, match=f"is no copy of .*: .*{said}") as told:
            list(one.verify())
        assert "someone else" not in str(told.value)
    with pytest.raises(UnfinishedCopy):
        locate.open_records(new)
    table = next(each.name for each in held.tables() if f" {each.name} " in statement)
    assert copied(old, new).again == [table]
    assert everything(new) == everything(old)


def test_nobody_writes_to_a_store_while_it_is_copied_and_everybody_reads_it(places: tuple[str, str]) -> None:
    old, new = places
    with closing(locate.open_records(old)) as store, impatient(old) as write:
        with move.opened(old, new):
            assert store.latest("99") is not None
            for table in ("_rooms", "_sources", "_sessions"):
                with pytest.raises((apsw.BusyError, psycopg.errors.LockNotAvailable)):
                    write(table)
        assert store.write([following_poll("1")]) == [Kept.STORED]


@contextmanager
def impatient(where: str) -> Iterator[Callable[[str], object]]:
    """What removes the records of a table, as a writer that waits for nobody."""
    if where.startswith("sqlite"):
        with closing(apsw.Connection(where.removeprefix("sqlite:///"))) as database:
            yield lambda table: database.execute(f"DELETE FROM {table}")  # noqa: S608 - a test's
        return
    with psycopg.connect(where, autocommit=True, options="-c lock_timeout=50") as connection:
        yield lambda table: connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - a test's


def test_a_place_that_holds_a_store_is_refused_and_stays_as_it_is(places: tuple[str, str]) -> None:
    old, new = places
    fill(new)
    before = everything(new)
    for where in (new, old):
        with (
            pytest.raises((StoreError, SettingError), match=r"holds a store|is the store itself"),
            move.opened(old, where),
        ):
            pass
    assert everything(new) == before


def test_a_part_of_one_store_is_not_completed_from_another(tmp_path: Path) -> None:
    one, other, new = (f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other", "new"))
    fill(one)
    fill(other)
    assert interrupted(one, new, 2)
    with pytest.raises(StoreError, match=r"holds a part of .*one\.db, and not of .*other\.db"), move.opened(other, new):
        pass


def test_a_store_of_an_older_version_or_none_at_all_is_not_copied(tmp_path: Path) -> None:
    new = f"sqlite:///{tmp_path}/new.db"
    with pytest.raises(NoStore), move.opened(f"sqlite:///{tmp_path}/missing.db", new):
        pass
    old = f"sqlite:///{tmp_path}/old.db"
    earlier.restore(old, 7)
    with pytest.raises(OtherVersion, match="scrapy store migrate"), move.opened(old, new):
        pass
    assert not (tmp_path / "new.db").exists()


def test_the_command_copies_and_says_how_many_records(places: tuple[str, str], tmp_path: Path) -> None:
    old, new = places
    settings = {"STORE_URL": old, "NEW_STORE": new}
    done = run("store", "migrate", "--to", "NEW_STORE", env=environment(None, tmp_path, settings))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"\d{3} records copied to ", done.stdout)
    assert "every record is the same in both" in done.stdout
    again = run("store", "migrate", "--to", "NEW_STORE", env=environment(None, tmp_path, settings))
    assert (again.returncode, "holds a store" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("postgresql://me:secret@db/ranks", "others can read"),
        ("postgresql://db/ranks?user=me&password=secret", "others can read"),
        ("NOWHERE", "has a variable of that name"),
        ("mysql://db/ranks", "--to takes what STORE_URL takes"),
        ("jsonl:lines", "JSON Lines cannot be copied to"),
    ],
)
def test_an_address_that_would_be_shown_or_is_none_of_a_database_is_refused(to: str, said: str, tmp_path: Path) -> None:
    fill(f"sqlite:///{tmp_path}/old.db")
    env = environment(None, tmp_path, {"STORE_URL": f"sqlite:///{tmp_path}/old.db"})
    done = run("store", "migrate", "--to", to, env=env)
    assert (done.returncode, "secret" in done.stdout + done.stderr) == (1, False)
    assert said in done.stderr
