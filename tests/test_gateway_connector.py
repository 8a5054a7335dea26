"""Kept connections: an answer that nobody asked for is never taken for the answer to the next request."""

import asyncio
import re
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from rankcrawler import open_files
from rankcrawler.errors import GatewayError, SettingError
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token
from tests.builders import list_url

REQUEST_END = b"\r\n\r\n"


def answer(room: str) -> bytes:
    """An answer whose body is the room's id."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(room), room.encode())


class Talker:
    """A server that follows each answer with another that nobody asked for, after a pause, `extra` times in all."""

    def __init__(self, pause: float | None, extra: int) -> None:
        self._pause = pause
        self._extra = extra
        self.connections = 0
        self.open: set[asyncio.Task[None] | None] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(REQUEST_END):
                found = re.search(rb"room_id=(\d+)", head)
                assert found is not None
                writer.write(answer(found[1].decode()))
                if self._extra:
                    self._extra -= 1
                    if self._pause is not None:
                        await writer.drain()
                        await asyncio.sleep(self._pause)
                    writer.write(answer("stray"))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def talking(pause: float | None, extra: int = 10**6) -> AsyncIterator[tuple[Talker, Client]]:
    talker = Talker(pause, extra)
    server = await asyncio.start_server(talker.talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Client(Address(f"http://127.0.0.1:{port}"), Keyring([Token("t")]), connections=4) as client:
        yield talker, client
    await asyncio.wait({task for task in talker.open if task}, timeout=5)


async def fetch(client: Client, room: int) -> str:
    return (await client.fetch(list_url(client.address.base, str(room)))).body.decode()


@pytest.mark.parametrize("pause", [None, 0.0, 0.01], ids=["in one piece", "apart", "later"])
async def test_an_answer_that_nobody_asked_for_is_no_rooms(pause: float | None) -> None:
    async with talking(pause) as (_, client):
        for room in range(1, 20):
            assert await fetch(client, room) == str(room)
            await asyncio.sleep(0.03)


async def test_a_gateway_that_has_done_it_once_gets_a_connection_for_each_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with talking(0.0, extra=1) as (talker, client):
        for room in range(1, 11):
            assert await fetch(client, room) == str(room)
            await asyncio.sleep(0.01)
    assert talker.connections == 10
    assert caplog.text.count("an answer to no request") == 1


async def test_answers_that_cross_the_next_request_do_little_harm_before_they_are_noticed() -> None:
    wrong = failed = 0
    async with talking(0.002) as (_, client):

        async def poll(rooms: range) -> None:
            nonlocal wrong, failed
            for room in rooms:
                try:
                    wrong += await fetch(client, room) != str(room)
                except GatewayError:
                    failed += 1

        await asyncio.gather(*(poll(range(start, start + 100)) for start in (1000, 2000, 3000, 4000)))
    assert wrong <= 8, "two for each connection"
    assert failed <= 8


async def test_a_well_behaved_gateway_keeps_its_connection() -> None:
    async with talking(None, extra=0) as (talker, client):
        for room in range(1, 11):
            assert await fetch(client, room) == str(room)
    assert talker.connections == 1


SHORTAGE = """
import asyncio, os, resource, sys
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token

async def main():
    async def speak(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    host = sys.argv[1]
    client = Client(Address(f"http://{host}:{server.sockets[0].getsockname()[1]}"), Keyring([Token("t")]))
    client._open()
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    taken = []
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        pass
    def free():
        for each in taken:
            os.close(each)
    asyncio.get_running_loop().call_later(0.7, free)
    reply = await client.fetch(f"{client.address.base}/?room_id=1")
    print(reply.status, reply.body)
    await client.close()
    server.close()
asyncio.run(main())
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_process_without_free_files_waits_and_does_not_blame_the_gateway(host: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHORTAGE, host], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout == "200 b'ok'\n", done.stderr
    assert "This machine can open no more connections, waiting" in done.stderr


def limits(soft: int, hard: int, needed: int) -> str:
    """What allow() makes of the limits, in a process of its own."""
    code = (
        "import resource, sys\n"
        "from rankcrawler import errors, open_files\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        f"try: open_files.allow({needed})\n"
        "except errors.SettingError as error: print(error)\n"
        "else: print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True).stdout


def test_a_limit_that_the_machine_lets_a_crawl_raise_is_raised() -> None:
    assert limits(100, 400, 300) == "300\n"
    assert limits(350, 400, 300) == "350\n"


def test_a_limit_that_is_too_low_is_refused_with_what_to_do() -> None:
    said = limits(100, 200, 300)
    assert "opens up to 300 files and connections, but only 200 are allowed" in said
    assert "`ulimit -n`" in said


def test_a_limit_that_is_high_enough_stays() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_files.allow(10)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    with pytest.raises(SettingError):
        open_files.allow(before[1] + 1)


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "then"), [(64, 256, 128, 128), (64, 100, 128, 100), (200, 256, 128, 200)]
)
def test_a_server_takes_as_many_files_as_it_can_get(soft: int, hard: int, wanted: int, then: int) -> None:
    code = (
        "import resource\n"
        "from rankcrawler import open_files\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
        f"open_files.allow_up_to({wanted})\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{then}\n"
