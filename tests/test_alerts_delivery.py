"""Delivery: to a real receiver, over real HTTP, at least once and with the same id, and no secret anywhere."""

import asyncio
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from aiohttp import web

from rankcrawler.alerts import book, outbox, services, statefile, webhook
from rankcrawler.alerts.loop import Loop, alone
from rankcrawler.alerts.message import Text
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.alerts.targets import Target, read
from rankcrawler.errors import AlertError, SettingError
from rankcrawler.options import Options
from tests.alerting import MINUTE, OTHER, ROOM, START, Scene, listed
from tests.options import options
from tests.receiving import SECRET, Receiver, receiving
from tests.scripted import Asked, scripted

HOUR = 60 * MINUTE
CANARY = "canary"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A store in which someone has taken the first place, and a rule that tells a hook of it."""
    one = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
    one.rule("first", targets=["hook"])
    one.write(listed(ROOM, START + 1000, {1: 10, 2: 5}), listed(ROOM, START + 2000, {1: 10, 2: 50}))
    yield one
    one.close()


def settings(folder: Path, targets: str) -> Options:
    return replace(options(STORE_URL=f"sqlite:///{folder}/ranks.db", DATA_DIR=str(folder)), alert_targets=targets)


def once(folder: Path, targets: str, now_ms: int = START + 3000) -> None:
    """Look and deliver once, at a moment."""
    with StateFile(statefile.place(folder)) as file:
        asyncio.run(Loop(settings(folder, targets), file, read(targets), lambda: now_ms).once())


def deliveries(folder: Path) -> list[tuple[str, int, str]]:
    """The state, attempts and problem of each message."""
    with StateFile(statefile.place(folder)) as file:
        return [(one.state, one.attempts, one.problem) for told in book.history(file, 10) for one in told.deliveries]


@pytest.mark.usefixtures("scene")
def test_a_webhook_gets_a_signed_message_once(tmp_path: Path) -> None:
    with receiving() as receiver:
        once(tmp_path, f"hook={receiver.target}")
        once(tmp_path, f"hook={receiver.target}", START + HOUR)
    [received] = receiver.received
    assert (receiver.forged, received.path) == (0, "/a-canary-path")
    [alert] = received.body["alerts"]
    assert (received.body["id"], received.body["type"], received.body["attempt"]) == (
        received.id,
        "rankcrawler.alerts",
        1,
    )
    assert (alert["rule"], alert["event"], alert["at"]) == ("first", "first", "2026-11-23T12:00:02.000Z")
    assert alert["person"] == {"user_id": "2", "nickname": "贡献者2"}
    assert alert["place"]["room_id"] == ROOM
    assert alert["facts"] == {"score": 50, "ahead": 40}
    assert alert["title"] == f"贡献者2 (2) is first in room {ROOM}"
    assert deliveries(tmp_path) == [("sent", 1, "")]


@pytest.mark.usefixtures("scene")
def test_a_receiver_that_fails_gets_the_message_again_with_the_same_id(tmp_path: Path) -> None:
    with receiving(lambda number: 500 if number < 2 else 200) as receiver:
        for hour in range(4):
            once(tmp_path, f"hook={receiver.target}", START + 3000 + hour * HOUR)
    assert len(receiver.ids) == 3
    assert len({*receiver.ids}) == 1
    assert [each.body["attempt"] for each in receiver.received] == [1, 2, 3]
    assert deliveries(tmp_path) == [("sent", 3, "")]


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize(
    ("status", "headers", "problem"),
    [
        (302, {"Location": "/elsewhere"}, "HTTP 302: a redirect, which is not followed"),
        (410, {}, "HTTP 410"),
        (429, {"Retry-After": "1800"}, "HTTP 429"),
    ],
)
def test_what_a_receiver_answers_is_said_and_followed_nowhere(
    tmp_path: Path, status: int, headers: dict[str, str], problem: str
) -> None:
    with receiving(lambda _: status, headers) as receiver:
        once(tmp_path, f"hook={receiver.target}")
    assert len(receiver.received) == 1
    assert deliveries(tmp_path) == [("waiting", 1, problem)]


async def test_a_receiver_that_does_not_answer_costs_no_more_than_the_patience() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        target = Target("x", f"webhook+http://{SECRET}@127.0.0.1:{port}/")
        assert (await webhook.send(target, "id", b"{}", patience=0.1)).problem == "no answer in time"
    assert (await webhook.send(target, "id", b"{}")).problem == "the target cannot be reached"


async def test_an_endless_answer_is_not_read() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        target = Target("x", f"webhook+http://{SECRET}@127.0.0.1:{port}/")
        assert await webhook.send(target, "id", b"{}", patience=5) == webhook.TAKEN


async def test_apprise_takes_a_message_as_plain_text(caplog: pytest.LogCaptureFixture) -> None:
    text = Text("贡献者", "<b>one</b>\n*two*")
    with receiving(lambda number: 200 if number == 0 else 403) as receiver, caplog.at_level(logging.DEBUG):
        target = Target("x", f"json://127.0.0.1:{receiver.port}/a-canary-path")
        services.check(target)
        assert (await services.send(target, text)).problem == ""
        assert (await services.send(target, text)).problem == "HTTP 403"
    assert (await services.send(target, text)).problem == "the service did not take the message"
    assert (receiver.received[0].body["title"], receiver.received[0].body["message"]) == text
    assert CANARY not in caplog.text


async def test_apprise_is_waited_for_no_longer_than_the_patience() -> None:
    over, done = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await over.wait()
        writer.close()
        await writer.wait_closed()
        done.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        target = Target("x", f"json://127.0.0.1:{port}/")
        services.check(target)
        begun = time.monotonic()
        outcome = await services.send(target, Text("a", "b"), patience=0.2)
        over.set()
        await done.wait()
    assert outcome.problem == "no answer in time"
    assert time.monotonic() - begun < 1


def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(SettingError, match="does not know the address of the target x"):
        services.check(Target("x", "nosuch://a-canary-token"))
    assert CANARY not in caplog.text


@pytest.mark.usefixtures("scene")
def test_a_target_that_is_not_set_any_more_is_said(tmp_path: Path) -> None:
    once(tmp_path, "other=ntfy://topic")
    assert deliveries(tmp_path) == [("waiting", 1, "ALERT_TARGETS has no such target")]


_KILLED = """
import asyncio, os, signal
from dataclasses import replace
from rankcrawler.alerts import delivery, ledger, loop, outbox, statefile, targets
from tests.options import options

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

point, folder, given, now_ms = {point!r}, {folder!r}, {given!r}, {now_ms}
if point == "before it is written down":
    ledger.record = die
if point == "before it is delivered":
    outbox.take_due = die
if point == "while it is delivered":
    delivery.webhook.send = die
if point == "before it is marked":
    outbox.delivered = die
with statefile.StateFile(statefile.place(__import__("pathlib").Path(folder))) as file:
    chosen = options(STORE_URL="sqlite:///" + folder + "/ranks.db", DATA_DIR=folder)
    asyncio.run(loop.Loop(chosen, file, targets.read(given), lambda: now_ms).once())
"""


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("before it is written down", 1),
        ("before it is delivered", 1),
        ("while it is delivered", 1),
        ("before it is marked", 2),
    ],
)
def test_a_process_that_is_killed_loses_no_message_and_repeats_one_only_with_its_id(
    tmp_path: Path, point: str, times: int
) -> None:
    with receiving() as receiver:
        given = f"hook={receiver.target}"
        code = _KILLED.format(point=point, folder=str(tmp_path), given=given, now_ms=START + 3000)
        done = subprocess.run([sys.executable, "-c", code], timeout=60, check=False)
        assert done.returncode == -signal.SIGKILL
        for hour in range(1, 4):
            once(tmp_path, given, START + 3000 + hour * HOUR)
    assert len(receiver.ids) == times
    assert len({*receiver.ids}) == 1
    assert [(state, problem) for state, _, problem in deliveries(tmp_path)] == [("sent", "")]


def test_two_processes_do_not_look_at_once(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(AlertError, match="looks and delivers already"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


async def test_the_loop_looks_delivers_and_stops_within_seconds(scene: Scene, tmp_path: Path) -> None:
    stopped = asyncio.Event()
    with receiving() as receiver:
        given = f"hook={receiver.target}"
        loop = Loop(settings(tmp_path, given), scene.file, read(given), lambda: START + 3000)
        running = asyncio.create_task(loop.run(stopped))
        await asyncio.wait_for(asyncio.to_thread(receiver.came.wait), 10)
        seen = book.loop(scene.file)
        begun = time.monotonic()
        stopped.set()
        await running
    assert time.monotonic() - begun < 2
    assert seen is not None
    assert (seen.targets, seen.trouble) == (("hook",), ())


@pytest.mark.parametrize("patience", [5.0, 0.05])
async def test_an_attempt_that_has_begun_when_the_loop_is_stopped_may_end_for_some_seconds(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr("rankcrawler.alerts.loop.LAST_ATTEMPTS", patience)
    stopped, is_patient = asyncio.Event(), patience > 1
    came, may_answer = Event(), Event()

    async def take(_: Asked) -> web.Response:
        came.set()
        await asyncio.to_thread(may_answer.wait, 10)
        return web.Response(status=204)

    with scripted(take) as server:
        given = f"hook=webhook+http://{SECRET}@127.0.0.1:{server.port}/"
        loop = Loop(settings(tmp_path, given), scene.file, read(given), lambda: START + 3000)
        running = asyncio.create_task(loop.run(stopped))
        await asyncio.to_thread(came.wait, 10)
        stopped.set()
        await asyncio.wait((running,), timeout=0.1 if is_patient else 10)
        assert running.done() is not is_patient
        may_answer.set()
        await running
    [(state, attempts, _)] = deliveries(tmp_path)
    assert (state, attempts) == ("sent" if is_patient else "waiting", 1)


async def test_a_store_or_queue_that_is_away_is_said_and_found_again(tmp_path: Path) -> None:
    with StateFile(statefile.place(tmp_path)) as file:
        scene = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
        scene.rule("first")
        scene.rule("dead")
        scene.close()
        unlink(tmp_path)
        now = START + 3000
        loop = Loop(settings(tmp_path, ""), file, {}, lambda: now)
        await loop.look()
        assert [f"there is no {what} at" in text for what, text in zip(("store", "queue"), loop.trouble, strict=True)]
        later = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
        later.write(listed(OTHER, START + 1000, {1: 10, 2: 5}), listed(OTHER, START + 2000, {1: 10, 2: 50}))
        await loop.look()
        assert len(loop.trouble) == 1
        assert [each.firing.event for each in book.history(file, 10)] == ["first"]
        later.close()
        await loop.close()


@pytest.mark.usefixtures("scene")
def test_an_attempt_that_is_cut_off_is_made_again(tmp_path: Path) -> None:
    once(tmp_path, "hook=webhook+http://0123456789abcdef@127.0.0.1:9/")
    with StateFile(statefile.place(tmp_path)) as file:
        assert len(outbox.take_due(file, START + HOUR)) == 1
    with receiving() as receiver:
        once(tmp_path, f"hook={receiver.target}", START + 3 * HOUR)
    assert receiver.received[0].body["attempt"] == 3


def unlink(folder: Path) -> None:
    """Remove a store."""
    for path in folder.glob("ranks.db*"):
        path.unlink()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize("target", ["hook", "service"])
def test_no_part_of_an_address_is_in_a_log_a_file_or_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    def address(receiver: Receiver) -> dict[str, Any]:
        service = f"json://user:a-canary-word@127.0.0.1:{receiver.port}/a-canary-path"
        return {"hook": receiver.target, "service": service}

    with caplog.at_level(logging.DEBUG):
        with receiving(lambda number: 500 if number == 0 else 200) as receiver:
            given = f"hook={address(receiver)[target]}"
            once(tmp_path, given)
        once(tmp_path, given, START + HOUR)
    shown = caplog.text + "".join(capsys.readouterr()) + repr(read(given)) + repr(settings(tmp_path, given))
    assert "was not delivered" in caplog.text
    assert CANARY not in shown
    assert [name for name, text in files_of(tmp_path).items() if CANARY.encode() in text] == []
