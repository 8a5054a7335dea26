"""Events of alerts: whatever people see of rules and firings, and nothing else; their file is read if it changed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from rankcrawler.alerts import book, ledger, outbox, rule, statefile
from rankcrawler.alerts.delivery import now_ms
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.ledger import Cursor, Look
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.clock import iso
from rankcrawler.serve import alerts as alerts_of_server
from rankcrawler.serve.alerts import Alerts
from rankcrawler.serve.events.alerts import AlertsSeen
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from tests.alerting import MINUTE, ROOM, START, Scene, listed
from tests.gateways import environment, run
from tests.serving import BEIJING
from tests.test_serve_events import Stream

STOPPED = {"state": "stopped", "reason": "", "rules": 0, "muted": 0, "waiting": 0, "fired_at": None}


class Seen:
    """What a server sees of alerts at a time that tests set."""

    def __init__(self, folder: Path) -> None:
        self.path = statefile.place(folder)
        self.now_ms = START
        setup = Setup("sqlite:///nothing.db", BEIJING, alerts=self.path)
        self._seen = AlertsSeen(Alerts(setup, lambda: self.now_ms))

    def look(self, after_ms: int = 0) -> dict[str, Any] | None:
        """The event of a look, some time after the one before; None if there is none."""
        self.now_ms += after_ms
        return asyncio.run(self._seen.look())


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    return Seen(tmp_path)


@pytest.fixture
def file(seen: Seen) -> Iterator[StateFile]:
    """The file of alerts with a rule, after a first look."""
    with StateFile(seen.path) as one:
        book.add(one, rule.made({"kind": "first", "targets": ["phone"]}), START)
        assert seen.look() is None, "what there is already has not changed"
        yield one


def fire(file: StateFile, number: int) -> None:
    [kept] = book.rules(file)
    firing = Firing(str(number), kept.rule.key, kept.rule.name, "first", START, f"subject {number}")
    ledger.record(file, Look("store", [firing]), [kept], START, BEIJING)


def test_the_first_rule_of_all_is_an_event(seen: Seen) -> None:
    assert (seen.look(), seen.look()) == (None, None), "there is no file"
    with StateFile(seen.path) as file:
        assert seen.look() is None, "nothing is in it"
        book.add(file, rule.made({"kind": "first"}), START)
        assert seen.look() == {**STOPPED, "rules": 1}
        assert seen.look() is None


def test_a_rule_that_is_made_muted_unmuted_or_removed_is_an_event(seen: Seen, file: StateFile) -> None:
    found = {**STOPPED, "rules": 1}
    book.mute(file, "first", START + MINUTE)
    assert seen.look() == {**found, "muted": 1}
    book.mute(file, "first", START + 2 * MINUTE)
    assert seen.look() == {**found, "muted": 1}, "it is muted for longer"
    assert seen.look(MINUTE) is None
    assert seen.look(MINUTE) == found, "the time is over"
    book.mute(file, "first", book.FOREVER)
    assert seen.look() == {**found, "muted": 1}
    book.mute(file, "first", None)
    assert seen.look() == found
    book.remove(file, "first")
    assert seen.look() == STOPPED
    book.add(file, rule.made({"kind": "first"}), START)
    assert seen.look() == found


def test_a_firing_each_attempt_and_the_outcome_are_events(seen: Seen, file: StateFile) -> None:
    found = {**STOPPED, "rules": 1, "fired_at": iso(START)}
    fire(file, 1)
    assert seen.look() == {**found, "waiting": 1}
    [message] = outbox.take_due(file, START)
    assert seen.look() == {**found, "waiting": 1}, "it is tried"
    outbox.delivered(file, message, START)
    assert seen.look() == found
    fire(file, 2)
    [message] = outbox.take_due(file, START + 12 * 60 * MINUTE)
    assert seen.look() is not None
    outbox.failed(file, message, "HTTP 503", START + outbox.GIVE_UP_MS)
    assert seen.look() == found, "it is given up"
    assert seen.look() is None


def test_a_process_that_begins_is_in_trouble_or_ends_is_an_event_and_its_signs_of_life_are_none(
    seen: Seen, file: StateFile
) -> None:
    running = {**STOPPED, "rules": 1, "state": "running"}
    book.note_loop(file, 42, START, START, [], ["phone"])
    assert seen.look() == running
    book.note_loop(file, 42, START, START + 5000, [], ["phone"])
    assert seen.look(5000) is None
    book.note_loop(file, 42, START, START + 10_000, ["there is no store"], ["phone"])
    assert seen.look(5000) == {**running, "reason": "there is no store"}
    assert seen.look(book.ALIVE_MS) is None
    assert seen.look(1) == {**running, "state": "stopped"}


def test_how_far_the_store_was_read_is_no_event(seen: Seen, file: StateFile) -> None:
    look = Look("store", cursors={1: Cursor(ROOM, START, START)}, learnt={"thing": "value"})
    before = statefile.state(seen.path)
    ledger.record(file, look, book.rules(file), START, BEIJING)
    assert statefile.state(seen.path) != before
    assert seen.look() is None


def test_a_file_that_was_not_written_to_is_not_read(
    seen: Seen, file: StateFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []

    def opening(path: Path, *, create: bool) -> StateFile:
        opened.append(path)
        return StateFile(path, create=create)

    monkeypatch.setattr(alerts_of_server, "StateFile", opening)
    assert [seen.look(500) for _ in range(5)] == [None] * 5
    assert opened == []
    fire(file, 1)
    assert seen.look() is not None
    assert len(opened) == 1


def test_a_file_that_cannot_be_used_is_an_event_and_so_is_that_it_can(seen: Seen) -> None:
    with StateFile(seen.path) as file:
        book.add(file, rule.made({"kind": "first"}), START)
    assert seen.look() is None
    away = seen.path.with_name("away")
    seen.path.rename(away)
    seen.path.write_text("no database" * 100)
    unknown = seen.look()
    assert unknown is not None
    assert (unknown["state"], "alerts.db cannot be used" in unknown["reason"]) == ("unknown", True)
    assert seen.look() is None
    away.replace(seen.path)
    assert seen.look() == {**STOPPED, "rules": 1}


async def test_what_the_command_fires_reaches_streams_and_those_who_come_back(tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
    setup = Setup(scene.address, BEIJING, alerts=statefile.place(tmp_path))
    async with serve(setup) as url, aiohttp.ClientSession(url) as client:
        path = "/api/v1/events?event=alerts"
        async with client.get(path) as response:
            stream = Stream(response.content.iter_any())
            await stream.chunk()
            await asyncio.sleep(0.3)  # for the first look
            at = now_ms() - 10_000
            scene.rule("first", at_ms=at)
            scene.write(listed(ROOM, at + 1000, {1: 10, 2: 5}))
            scene.look(at + 2000)
            assert '"rules":1' in (await stream.event())[1]
        seen_id = stream.last_id
        scene.write(listed(ROOM, at + 3000, {1: 10, 2: 50}))
        once = await asyncio.to_thread(run, "alerts", "--once", env=environment(None, tmp_path))
        assert once.returncode == 0, once.stderr
        async with client.get(path, headers={"Last-Event-ID": seen_id}) as response:
            stream = Stream(response.content.iter_any())
            name, data = await stream.event()
            while '"fired_at":null' in data:
                name, data = await stream.event()
            assert (name, '"fired_at":"20' in data, "贡献者" in data) == ("alerts", True, False)
    scene.close()
