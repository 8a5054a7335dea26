"""The log as JSON: one object a line, whatever a message holds, with the room and the verdict as fields."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings
from scrapy.utils import log

from rankcrawler import jsonlog
from rankcrawler.errors import SettingError
from rankcrawler.jsonlog import JsonLines
from rankcrawler.logformatter import RoomLogFormatter
from rankcrawler.queue.lease import Lease
from rankcrawler.setting_values import log_format
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.builders import ROOM, failed, polled
from tests.gateways import environment, run, simulated
from tests.test_logformatter import EVIL, RESPONSE, SPIDER

FORGED = '\n{"level": "CRITICAL"}\r\u2028\x85\x1b[2J\x00\x7f\u202e\ud800'
QUIET = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}  # Scrapy leaves a loop unclosed at the very end
GOOD, GONE = "7300000000000000001", "7300000000000000002"


def written(message: str, *arguments: Any, worker: int = 0, **facts: Any) -> dict[str, Any]:
    """A record as it is written, read again."""
    record = logging.LogRecord("n", logging.INFO, "p", 1, message, arguments, facts.pop("exc_info", None))
    vars(record).update(facts)
    line = JsonLines(worker).format(record)
    assert line.isascii()
    assert line.isprintable()
    return dict(json.loads(line))


def test_a_record_is_one_line_with_its_moment_in_utc() -> None:
    found = written("Polled %d", 3, created=1_764_464_400.25)
    assert found == {"time": "2025-11-30T01:00:00.250Z", "level": "INFO", "logger": "n", "message": "Polled 3"}


def test_no_text_ends_a_line_or_begins_one() -> None:
    assert written("%s says %s", FORGED, FORGED, room=FORGED)["message"] == f"{FORGED} says {FORGED}"


def test_an_exception_is_one_field() -> None:
    try:
        int(FORGED)
    except ValueError:
        found = written("failed", exc_info=sys.exc_info())
    assert found["exception"].startswith("Traceback (most recent call last)")
    assert repr(FORGED)[1:-1] in found["exception"]


def test_what_a_record_is_about_is_in_fields_and_nothing_else() -> None:
    lease = Lease(ROOM, 1, 0, attempt=2)
    found = written("x", **lease.fields, verdict="retry", spider=SPIDER, password="secret", worker=3)
    assert {name: found[name] for name in jsonlog.FIELDS if name in found} == {
        "worker": 3,
        "room": ROOM,
        "verdict": "retry",
        "attempt": 2,
    }
    assert "secret" not in str(found)
    assert Lease("uid=7", 1, 0, attempt=1).fields["anchor"] == "uid=7"


@pytest.mark.parametrize(("item", "verdict"), [(EVIL, "read"), (polled(failed(action="gone")), "gone")])
def test_scrapys_lines_of_a_poll_have_its_room_and_verdict(item: Any, verdict: str) -> None:
    result: Any = RoomLogFormatter().scraped(item, RESPONSE, SPIDER)
    found = written(result["msg"], result["args"])
    assert (found["room"], found["verdict"]) == (item.target.room_id, verdict)


def test_scrapy_writes_text_unless_it_is_asked_for_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_get_formatter", log._get_formatter)
    jsonlog.install()
    text = log._get_formatter(logging.NullHandler(), Settings())
    assert type(text) is logging.Formatter
    as_json = log._get_formatter(logging.NullHandler(), Settings({"LOG_FORMAT": "json", "FLEET_WORKER": "2"}))
    assert json.loads(as_json.format(logging.makeLogRecord({"msg": "x"})))["worker"] == 2


def test_a_script_of_ones_own_writes_json_if_it_installs_it_before_its_process() -> None:
    install, begin = "from rankcrawler import jsonlog\njsonlog.install()\n", 'CrawlerProcess({"LOG_FORMAT": "json"})'
    for first, last_line in ((install, None), ("", "ValueError: Invalid format 'json' for '%' style")):
        script = f"from scrapy.crawler import CrawlerProcess\n{first}{begin}"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
        if last_line is None:
            assert (done.returncode, "Scrapy" in events(done.stderr)[0]["message"]) == (0, True)
        else:
            assert (done.returncode, done.stderr.splitlines()[-1]) == (1, last_line)


@pytest.mark.parametrize("value", ["JSON", "plain", "%(", "{message}"])
def test_a_format_that_nothing_can_be_written_in_is_refused(value: str) -> None:
    with pytest.raises(SettingError, match=r"^LOG_FORMAT must be json, or a text such as"):
        log_format(value)
    assert log_format("json") == "json"


def events(stderr: str) -> list[dict[str, Any]]:
    """The lines of a log."""
    return [json.loads(line) for line in stderr.splitlines()]


def test_every_line_of_a_crawl_is_an_object(tmp_path: Path) -> None:
    world = World(1, {GOOD: Scenario.ORDINARY, GONE: Scenario.ENDED})
    with simulated(world) as gateway:
        env = environment(gateway, tmp_path, {"LOG_FORMAT": "json", **QUIET})
        done = run("crawl", "ranklist", "-a", f"rooms={GOOD},{GONE},x", "-L", "DEBUG", env=env)
    found = events(done.stderr)
    assert {"time", "level", "logger", "message"} <= set.intersection(*(set(each) for each in found))
    assert "Scrapy" in found[0]["message"]
    polls = [(each["room"], each["verdict"]) for each in found if each["logger"] == "scrapy.core.scraper"]
    assert set(polls) == {(GOOD, "read"), (GONE, "gone_once"), (GONE, "gone")}
    [dead] = [each for each in found if "is dead" in each["message"] and "settler" in each["logger"]]
    assert (dead["room"], dead["level"]) == (GONE, "ERROR")
    last = found[-1]
    assert (last["logger"], last["level"], last["report"]["stored"]) == ("rankcrawler.report", "ERROR", 1)
    assert gateway.token not in done.stderr


def test_a_fleets_lines_name_their_worker(tmp_path: Path) -> None:
    with simulated(World(1, {GOOD: Scenario.ORDINARY})) as gateway:
        env = environment(gateway, tmp_path, QUIET)
        done = run("fleet", "--workers", "2", "-a", f"rooms={GOOD}", "-s", "LOG_FORMAT=json", env=env)
    assert done.returncode == 0, done.stderr
    found = events(done.stderr)
    assert {each.get("worker") for each in found} == {1, 2, None}
    assert found[-1]["report"]["stored"] == 1
