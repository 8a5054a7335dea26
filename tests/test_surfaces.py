"""What a worker that runs with the defaults shows to the outside: nothing listens, and whom it trusts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web
from redis import Redis
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

from tests.certificates import certified
from tests.gateways import TOKEN, environment, run
from tests.scripted import Asked, Scripted, ranks, refusal, scripted

ROOM = "6994259511469247263"
_LISTENING = "0A"
_OPEN_TO_ALL = "00010000"  # of a unix socket: that it accepts connections

needs_proc = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads Linux's /proc")


async def list_of_one(_asked: Asked) -> web.Response:
    return ranks()


def inodes(pid: int) -> set[str]:
    """The sockets that a process has open."""
    targets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            targets.add(str(entry.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return {target[8:-1] for target in targets if target.startswith("socket:[")}


def listening(pid: int) -> set[str]:
    """The sockets at which a process can be reached, in words."""
    own, found = inodes(pid), set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            words = line.split()
            is_open = words[3] == _LISTENING if kind.startswith("tcp") else words[2].endswith(":0000")
            if is_open and words[9] in own:
                found.add(f"{kind} {words[1]}")
    for line in Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == _OPEN_TO_ALL and words[6] in own:
            found.add(f"unix {words[7] if len(words) > 7 else '?'}")
    return found


def children(pid: int) -> list[int]:
    """The processes that a process has started, and theirs; also those that were handed to init."""
    group = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in group.splitlines()]
    return [int(child) for child, parent, *_ in rows if parent == str(pid)]


@contextmanager
def waiting_worker(gateway: Scripted, data: Path, **extra: str) -> Iterator["subprocess.Popen[str]"]:
    """A worker with the defaults, which has polled one room and waits for more."""
    ours = {"GATEWAY_URL": gateway.url} | ({} if "GATEWAY_TOKEN_FILE" in extra else {"GATEWAY_TOKEN": TOKEN})
    env = environment(None, data, ours | extra)
    assert run("rooms", "add", ROOM, env=env).returncode == 0
    command = [sys.executable, "-m", "rankcrawler", "crawl", "ranklist"]
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL, text=True) as worker:
        try:
            deadline = time.monotonic() + 30
            while not gateway.asked and time.monotonic() < deadline and worker.poll() is None:
                time.sleep(0.02)
            assert gateway.asked
            yield worker
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(20)


@needs_proc
def test_a_default_worker_listens_on_no_socket_and_its_queue_on_a_private_one_alone(tmp_path: Path) -> None:
    with scripted(list_of_one) as gateway, waiting_worker(gateway, tmp_path / "data") as worker:
        with Redis(unix_socket_path=str(tmp_path / "data" / "queue" / "redis.sock")) as redis:
            server = int(redis.info()["process_id"])
        at_worker, at_server = listening(worker.pid), listening(server)
        at_children = {place for pid in children(worker.pid) for place in listening(pid)}
        assert listening(os.getpid()), "that this looks in the right place"
    assert at_worker == set()
    assert at_server | at_children == {f"unix {tmp_path / 'data' / 'queue' / 'redis.sock'}"}


@needs_proc
def test_the_token_stands_in_no_command_line_and_in_a_file_in_no_environment_either(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    extra = {"GATEWAY_TOKEN_FILE": str(tmp_path / "token")}
    with scripted(list_of_one) as gateway, waiting_worker(gateway, tmp_path / "data", **extra) as worker:
        with Redis(unix_socket_path=str(tmp_path / "data" / "queue" / "redis.sock")) as redis:
            seen = [worker.pid, int(redis.info()["process_id"]), *children(worker.pid)]
        shown = b"".join(
            Path(f"/proc/{pid}/{name}").read_bytes() for pid in seen for name in ("cmdline", "environ", "comm")
        )
        lines = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert b"GATEWAY_TOKEN_FILE" in shown
    assert TOKEN.encode() not in shown
    assert TOKEN not in lines


def test_what_scrapy_would_add_is_off() -> None:
    settings = Settings()
    settings.setmodule("rankcrawler.settings")
    middlewares = build_component_list(settings.getwithbase("DOWNLOADER_MIDDLEWARES"))
    middlewares += build_component_list(settings.getwithbase("SPIDER_MIDDLEWARES"))
    extensions = build_component_list(settings.getwithbase("EXTENSIONS"))
    assert middlewares == []
    assert [name for name in extensions if "telnet" in name or "remote_control" in name] == []
    handlers = {scheme for scheme, path in settings.getwithbase("DOWNLOAD_HANDLERS").items() if path}
    assert handlers == {"http", "https"}


def test_cookies_redirects_referers_and_the_environments_proxies_are_off(tmp_path: Path) -> None:
    async def wandering(asked: Asked) -> web.Response:
        if asked.number == 0:
            return web.Response(status=302, headers={"Location": f"{trap.url}/", "Set-Cookie": "a=b"})
        return ranks()

    with scripted(list_of_one) as trap, scripted(wandering) as gateway:
        proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"), trap.url)
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN} | proxies
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=environment(None, tmp_path / "data", ours))
    assert done.returncode == 0, done.stderr
    assert len(gateway.asked) == 2
    assert trap.asked == []
    assert [set(asked.http.headers) & {"Cookie", "Referer"} for asked in gateway.asked] == [set(), set()]


def test_a_gateway_that_vouches_for_itself_is_told_nothing_unless_its_certificate_is_named(tmp_path: Path) -> None:
    tls, ca_file = certified(tmp_path / "tls")
    with scripted(list_of_one, tls) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1"}
        env = environment(None, tmp_path / "data", ours)
        refused = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
        asked = len(gateway.asked)
        taken = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=env | {"GATEWAY_CA_FILE": str(ca_file)})
        table = run("rank", ROOM, env=env | {"GATEWAY_CA_FILE": str(ca_file)})
    assert (refused.returncode, asked) == (1, 0)
    assert "CERTIFICATE_VERIFY_FAILED" in refused.stderr
    assert taken.returncode == table.returncode == 0, taken.stderr


def test_a_gateway_is_refused_over_plain_http_where_https_is_set(tmp_path: Path) -> None:
    async def plain(_asked: Asked) -> web.Response:
        return refusal(200)

    with scripted(plain) as gateway:
        ours = {"GATEWAY_URL": gateway.url.replace("http:", "https:"), "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1"}
        done = run("crawl", "ranklist", "-a", f"rooms={ROOM}", env=environment(None, tmp_path / "data", ours))
    assert (done.returncode, gateway.asked) == (1, [])
