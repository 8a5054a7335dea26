"""The connection between a worker and its fleet."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from rankcrawler.channel import Channel


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The fleet's end and the worker's."""
    fleet, worker = socket.socketpair()
    with fleet, worker:
        yield fleet, worker


def test_figures_are_lines_of_json(ends: tuple[socket.socket, socket.socket]) -> None:
    fleet, worker = ends
    channel = Channel(worker)
    channel.send({"a": 1})
    channel.send({"b": 2})
    assert [json.loads(line) for line in fleet.recv(1000).splitlines()] == [{"a": 1}, {"b": 2}]


def test_a_fleet_that_does_not_read_holds_up_no_worker_and_gets_whole_lines(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    fleet, worker = ends
    channel, began = Channel(worker), time.monotonic()
    for number in range(1000):
        channel.send({"number": number, "text": "x" * 5000})
    assert time.monotonic() - began < 5
    fleet.setblocking(False)
    received = b""
    while True:
        try:
            received += fleet.recv(1 << 20)
        except BlockingIOError:
            channel.send({"number": 1000}, patience=1)
            if received.endswith(b'{"number":1000}\n'):
                break
    numbers = [json.loads(line)["number"] for line in received.splitlines()]
    assert numbers == sorted(numbers)
    assert len(numbers) < 1000


def test_the_last_figures_are_waited_for(ends: tuple[socket.socket, socket.socket]) -> None:
    _, worker = ends
    channel = Channel(worker)
    for _ in range(1000):
        channel.send({"text": "x" * 5000})
    began = time.monotonic()
    channel.send({}, patience=0.3)
    assert 0.25 < time.monotonic() - began < 5


def test_a_fleet_that_has_ended_is_no_error(ends: tuple[socket.socket, socket.socket]) -> None:
    fleet, worker = ends
    fleet.close()
    Channel(worker).send({"a": 1}, patience=1)
    Channel(worker).wait_for_its_end()


def test_a_worker_gets_sigterm_when_its_fleet_ends() -> None:
    code = "import time; from rankcrawler import channel; channel.join(0); print('up', flush=True); time.sleep(60)"
    fleet, theirs = socket.socketpair()
    with subprocess.Popen([sys.executable, "-c", code], stdin=theirs.fileno(), stdout=subprocess.PIPE) as worker:
        theirs.close()
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"up\n"
        fleet.close()
        assert worker.wait(10) == -15
