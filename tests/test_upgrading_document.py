"""Every command of docs/upgrading.md, run as it stands there, but for the names of machines and databases."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from rankcrawler.clock import iso
from rankcrawler.model.items import Poll
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate, schema
from tests import earlier, postgresql, reading
from tests.crawls import until
from tests.gateways import FORKS, Simulated, environment, simulated
from tests.postgresql import PostgresServer
from tests.queued import key
from tests.redis_server import Server, redis_server

DOCUMENT = Path(__file__).parent.parent / "docs" / "upgrading.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(8)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))

_PYTHON = shlex.quote(sys.executable)
REDIS_CLI = f"""#!/bin/sh
exec {_PYTHON} -c '
import sys
from redis import Redis
with Redis.from_url(sys.argv[2]) as client:
    print(client.execute_command(*sys.argv[3:]))
' "$@"
"""
"""What stands in for redis-cli, which no wheel has."""
SQLITE = f'#!/bin/sh\nexec {_PYTHON} -m apsw "$@"\n'


def block(words: str) -> str:
    """The one block with these words."""
    (found,) = (each for each in BLOCKS if words in each)
    return str(found)


def test_every_block_is_run_here() -> None:
    named = re.findall(r'block\("([^"]+)"\)', Path(__file__).read_text("utf-8"))
    assert {each for name in named for each in BLOCKS if name in each} == set(BLOCKS)


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A PATH with the programs that the document runs."""
    folder = tmp_path / "programs"
    folder.mkdir()
    made = {"redis-cli": REDIS_CLI} | ({} if shutil.which("sqlite3") else {"sqlite3": SQLITE})
    for name, text in made.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o700)
    FORKS.script(folder, environment(None, tmp_path))
    found = [str(folder), str(Path(sys.executable).parent), os.environ["PATH"]]
    installed = postgresql.programs()
    return os.pathsep.join([*found[:2], *([] if installed is None else [str(installed)]), found[2]])


def done(text: str, folder: Path, env: Mapping[str, str], **names: str) -> str:
    """Run commands in a folder; `names` are what stands for machines and databases. Returns what they print."""
    for name, place in names.items():
        text = text.replace(PLACES[name], shlex.quote(place) if place.startswith("postgresql:") else place)
    assert "example.com" not in text
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, f"{text}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


PLACES = {
    "ranks": "postgresql://rank@db.example.com/ranks",
    "restored": "postgresql://rank@db.example.com/restored",
    "queue": "queue.example.com:6379",
    "queue_host": "queue.example.com 6379",
    "new": "new.example.com:6379",
}


def polls(minutes: range) -> Iterator[Poll]:
    """The last list of a room again and again, a minute later each time, with one score that rises."""
    last = earlier.polls(schema.version())[-1]
    assert last.snapshot is not None
    for minute in minutes:
        moment = iso(earlier.NOON + 30 * 3_600_000 + 60_000 * minute)
        of = {"captured_at": moment, "polled_at": moment}
        first, *rest = (msgspec.structs.replace(each, **of) for each in last.snapshot.entries)
        rows = (msgspec.structs.replace(first, score=(first.score or 0) + minute), *rest)
        yield Poll(
            msgspec.structs.replace(last.snapshot, **of, entries=rows, digest=f"{minute:032x}"),
            last.fence,
            last.schedule,
        )


@contextmanager
def written(where: str) -> Iterator[None]:
    """A store that a worker writes to, without a pause."""
    over, begun = threading.Event(), threading.Event()

    def write() -> None:
        with closing(locate.open_store(where)) as store:
            for poll in polls(range(1, 1_000_000)):
                store.write([poll])
                begun.set()
                if over.is_set():
                    return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert begun.wait(20)
        yield
    finally:
        over.set()
        thread.join()


def minutes(where: str) -> list[int]:
    """When polls were made, in their order."""
    return [at for (at,) in reading.rows(where, "SELECT polled_ms FROM poll_log ORDER BY polled_ms")]


def test_a_copy_of_a_sqlite_file_is_whole_while_a_worker_writes(tmp_path: Path, programs: str) -> None:
    where = f"sqlite:///{tmp_path}/data/ranks.db"
    env = environment(None, tmp_path / "data", {"PATH": programs})
    with written(where):
        done(block("VACUUM INTO"), tmp_path, env)
    all_of_them, kept = minutes(where), minutes(f"sqlite:///{tmp_path}/ranks-monday.db")
    assert kept == all_of_them[: len(kept)]
    done(block(".backup "), tmp_path, env)
    assert minutes(f"sqlite:///{tmp_path}/ranks-stopped.db") == all_of_them
    done(block("cp ranks-monday.db"), tmp_path, env)
    assert minutes(where) == kept
    with closing(locate.open_store(where)) as store:
        store.write([*polls(range(2_000_000, 2_000_001))])


def test_a_dump_of_postgresql_is_whole_while_a_worker_writes(
    tmp_path: Path, programs: str, postgres: PostgresServer
) -> None:
    where = postgres.database()
    names = {"ranks": where, "restored": postgres.url("restored")}
    env = environment(None, tmp_path / "data", {"PATH": programs})
    with written(where):
        done(block("pg_dump"), tmp_path, env, **names)
    all_of_them = minutes(where)
    done(block("pg_restore"), tmp_path, env, **names)
    kept = minutes(names["restored"])
    assert kept == all_of_them[: len(kept)]
    assert kept
    with closing(locate.open_store(names["restored"])) as store:
        store.write([new_room()])


def new_room() -> Poll:
    """A poll that needs new keys of every kind."""
    (poll,) = polls(range(3_000_000, 3_000_001))
    assert poll.snapshot is not None
    target = msgspec.structs.replace(poll.snapshot.target, room_id="88", source="another.test")
    rows = tuple(
        msgspec.structs.replace(each, room_id="88", source="another.test", nickname=f"new {each.rank}")
        for each in poll.snapshot.entries
    )
    return Poll(msgspec.structs.replace(poll.snapshot, target=target, entries=rows), 1, poll.schedule)


def test_a_store_is_moved_to_postgresql(tmp_path: Path, programs: str, postgres: PostgresServer) -> None:
    old, new = f"sqlite:///{tmp_path}/data/ranks.db", postgres.database()
    with closing(locate.open_store(old)) as store:
        store.write([*polls(range(50))])
    said = done(block("migrate --to"), tmp_path, environment(None, tmp_path / "data", {"PATH": programs}), ranks=new)
    assert "every record is the same in both" in said
    assert minutes(new) == minutes(old)


def test_a_store_of_a_version_before_is_migrated_and_examined(tmp_path: Path, programs: str) -> None:
    (tmp_path / "data").mkdir()
    earlier.restore(f"sqlite:///{tmp_path}/data/ranks.db", 7)
    with simulated(WORLD) as gateway:
        said = done(block("doctor --offline"), tmp_path, environment(gateway, tmp_path / "data", {"PATH": programs}))
    assert f"from version 7 to {schema.version()}" in said


def crawled(gateway: Simulated, folder: Path, env: Mapping[str, str]) -> str:
    """What a worker says that polls what is due."""
    folder.mkdir(exist_ok=True)
    words = [*FORKS.program(env), "crawl", "ranklist", "-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5"]
    ran = subprocess.run(
        words, env=env, capture_output=True, text=True, timeout=60, check=False, cwd=DOCUMENT.parent.parent
    )
    assert ran.returncode == 0, ran.stderr
    assert gateway.ledger.rooms
    return ran.stderr


def scheduled(server: Server) -> int:
    """How many rooms wait for their next poll."""
    return int(server.client.zcard(key("sched")))


@contextmanager
def begun(tmp_path: Path, programs: str) -> Iterator[tuple[Simulated, Server, dict[str, str]]]:
    """A queue whose rooms were all polled once, and recur."""
    with simulated(WORLD) as gateway, redis_server(tmp_path / "one") as server:
        env = environment(gateway, tmp_path / "data", {"PATH": programs, "REDIS_URL": server.url})
        done(f"rankcrawler rooms add {','.join(ROOMS)} --every 3600", tmp_path, env)
        assert f"Lists: {len(ROOMS)} stored" in crawled(gateway, tmp_path / "data", env)
        yield gateway, server, env


def test_what_recurs_comes_back_from_the_store_when_a_server_was_emptied(tmp_path: Path, programs: str) -> None:
    with begun(tmp_path, programs) as (_, server, env):
        server.client.flushall()
        said = done(block("rankcrawler rooms restore"), tmp_path, env)
        assert f"{len(ROOMS)} rooms restored, of {len(ROOMS)} that recur" in said
        assert scheduled(server) == len(ROOMS)


def test_a_queue_is_restored_from_a_file_of_the_server_and_polled_on(tmp_path: Path, programs: str) -> None:
    with begun(tmp_path, programs) as (gateway, server, env):
        done(block("6379 SAVE"), tmp_path, env, queue=server.url.removeprefix("redis://"))
        copy = (tmp_path / "one" / "dump.rdb").read_bytes()
        again(server)
        assert "unchanged" in crawled(gateway, tmp_path / "data", env)
        server.close()
        with restored(tmp_path / "two", copy) as other:
            done(block("CONFIG SET appendonly yes"), tmp_path, env, queue=other.url.removeprefix("redis://"))
            until(lambda: other.client.info("persistence")["aof_rewrite_in_progress"] == 0)
            other.kill()
            other._options = ()
            other.start()
            assert scheduled(other) == len(ROOMS)
            again(other)
            said = crawled(gateway, tmp_path / "data", {**env, "REDIS_URL": other.url})
            assert f"{len(ROOMS)} unchanged" in said
            assert "another worker" not in said


def again(server: Server) -> None:
    """Have every room due now."""
    for room in ROOMS:
        server.client.zadd(key("sched"), {room: 1})


@contextmanager
def restored(folder: Path, copy: bytes) -> Iterator[Server]:
    """A server without an append-only file, whose folder has a copy of another's data."""
    folder.mkdir()
    (folder / "dump.rdb").write_bytes(copy)
    one = Server(folder, "--appendonly", "no")
    try:
        yield one
    finally:
        one.close()


def test_a_queue_moves_to_another_server_without_a_loss(tmp_path: Path, programs: str) -> None:
    with begun(tmp_path, programs) as (gateway, old, env), redis_server(tmp_path / "two") as new:
        names = {"new": f"127.0.0.1:{new.port}", "queue_host": f"127.0.0.1 {old.port}"}
        for line in block("REPLICAOF").splitlines():
            said = done(line, tmp_path, env, **names)
            if "INFO" in line:
                until(lambda: new.client.info("replication")["master_link_status"] == "up")
                assert "master_link_status" in said
        assert (scheduled(new), new.client.info("replication")["role"]) == (len(ROOMS), "master")
        again(new)
        again(old)
        assert f"{len(ROOMS)} unchanged" in crawled(gateway, tmp_path / "data", {**env, "REDIS_URL": new.url})
        assert "0 stored, 0 unchanged" in crawled(gateway, tmp_path / "data", env)
        status = json.loads(done("rankcrawler rooms status --json", tmp_path, env))
        assert status["state"] == "paused"
