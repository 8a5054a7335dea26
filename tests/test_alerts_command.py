"""`rankcrawler alerts`: rules are added, listed, tested, muted and removed; and it runs until it is stopped."""

import json
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.cmdline import execute
from scrapy.settings import Settings

from rankcrawler.alerts import book, rule, statefile
from rankcrawler.alerts.delivery import now_ms
from rankcrawler.alerts.statefile import StateFile
from tests.alerting import ROOM, Scene, listed, masked
from tests.gateways import environment, run
from tests.parsed_commands import parsed
from tests.receiving import SECRET, receiving

Run = Callable[..., tuple[int, str, str]]
FIELDS = ("kind", "coins", "targets", "quiet", "rooms", "anchors", "users", "cool_down")
HOOK = f"hook=webhook+http://{SECRET}@127.0.0.1:9/a-canary-path"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line; returns its exit status, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALERT_TARGETS", HOOK)

    def run_one(*words: str) -> tuple[int, str, str]:
        ours = {"DATA_DIR": str(tmp_path), "COMMANDS_MODULE": "rankcrawler.commands.entry"}
        with pytest.raises(SystemExit) as ended:
            execute(["rankcrawler", "alerts", *words], Settings(ours))
        output, errors = capsys.readouterr()
        assert "canary" not in output + errors
        code = ended.value.code
        return (code, output, errors) if isinstance(code, int) else (1, output, f"{errors}{code}\n")

    return run_one


def test_rules_are_added_listed_muted_and_removed(command: Run) -> None:
    added = command("add", "score", "--coins", "100000", "--to", "hook", "--quiet", "23:00-08:00", "--room", ROOM)
    assert added == (0, f"score: someone reaches 100,000 coins in room {ROOM}\n", "")
    assert "It tells no one" in command("add", "score", "--coins", "5", "--cool-down", "1h")[1]
    assert command("mute", "score-2", "--for", "2h") == (0, "", "")
    first, second = (json.loads(line) for line in command("list", "--json")[1].splitlines())
    assert (first["name"], first["kind"], first["coins"], first["quiet"]) == ("score", "score", 100_000, "23:00-08:00")
    assert (first["targets"], first["rooms"], first["muted_until"]) == (["hook"], [ROOM], None)
    assert (second["name"], second["cool_down"], second["muted_until"][-1]) == ("score-2", 3600.0, "Z")
    lines = [line.split("\t") for line in command("list")[1].splitlines()]
    assert [line[0] for line in lines] == ["score", "score-2"]
    assert lines[1][4].startswith("muted for another 2 h")
    assert command("unmute", "score-2")[0] == command("remove", "score")[0] == 0
    assert [json.loads(line)["name"] for line in command("list", "--json")[1].splitlines()] == ["score-2"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("add", "scores"), "expected one of {"),
        (("add", "score"), "needs coins"),
        (("add", "first", "--coins", "5"), "has no coins"),
        (("add", "first", "--to", "phone"), "ALERT_TARGETS has no target phone: it has hook"),
        (("add", "first", "--quiet", "night"), "expected quiet hours such as 23:00-08:00"),
        (("add", "budget", "--room", ROOM), "has no rooms"),
        (("mute", "nothing"), "there is no rule nothing"),
        (("test", "nothing"), "there is no rule nothing"),
        (("remove", "nothing"), "there is no rule nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(command: Run, words: tuple[str, ...], expected: str) -> None:
    status, output, errors = command(*words)
    assert (status, output, errors.count("\n")) == (1, "", 1)
    assert expected in errors or expected.replace("{", "") in errors


def test_the_commands_of_the_document_are_such_as_the_parser_takes() -> None:
    lines = (Path(__file__).parent.parent / "docs" / "alerts.md").read_text("utf-8")
    shown = {*re.findall(r"(?:^|`)rankcrawler alerts (\w[^`\n]*)", lines, re.MULTILINE)}
    assert len(shown) >= 3
    for words in shown:
        given = parsed("alerts", *shlex.split(words))
        if given.subcommand.name == "add":
            assert rule.made({name: value for name, value in vars(given).items() if name in FIELDS})


def test_with_a_key_only_a_pseudonym_names_a_contributor(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSEUDONYMISE_KEY", "0123456789abcdef")
    assert command("add", "appears", "--user", "7")[0] == 1
    assert command("add", "appears", "--user", "0" * 32)[0] == 0


def test_a_test_message_is_sent_at_once_and_its_outcome_is_said(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(lambda number: 204 if number == 0 else 500) as receiver:
        monkeypatch.setenv("ALERT_TARGETS", f"hook={receiver.target}")
        command("add", "first", "--to", "hook", "--quiet", "00:00-23:59")
        command("mute", "first")
        assert command("test", "first") == (0, "hook: sent\n", "")
        assert command("test", "first") == (1, "hook: HTTP 500\n", "")
    assert [each.body["alerts"][0]["event"] for each in receiver.received] == ["test", "test"]
    outcomes = [line.split("\t")[2:] for line in command("history")[1].splitlines()]
    assert outcomes == [
        ["hook: given up, HTTP 500", "Test of the rule first"],
        ["hook: sent", "Test of the rule first"],
    ]
    told = json.loads(command("history", "--json", "--limit", "1")[1])
    assert told["firing"]["event"] == "test"


def test_without_a_subcommand_it_watches_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
    scene.rule("first", at_ms=now_ms() - 60_000, targets=["hook"])
    with receiving() as receiver:
        extra = {"ALERT_TARGETS": f"hook={receiver.target}"}
        env = environment(None, tmp_path, extra)
        command = [sys.executable, "-m", "rankcrawler", "alerts", "-L", "DEBUG"]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "Alerts are watched. Stop: Ctrl-C\n"
            at = now_ms()
            scene.write(listed(ROOM, at - 2000, {1: 10, 2: 5}), listed(ROOM, at - 1000, {1: 10, 2: 50}))
            assert receiver.came.wait(20)
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=20)
        again = run("alerts", "--once", env=env)
    scene.close()
    assert process.returncode == 0, errors
    assert (again.returncode, len(receiver.received)) == (0, 1), again.stderr
    assert "canary" not in output + errors + again.stdout + again.stderr


def test_it_only_reads_the_store_and_says_so_where_there_is_none(command: Run, tmp_path: Path) -> None:
    scene = Scene(f"sqlite:///{tmp_path}/ranks.db", tmp_path)
    scene.rule("anonymous", at_ms=now_ms() - 60_000)
    scene.write(masked(ROOM, now_ms() - 1000))
    scene.close()
    before = (tmp_path / "ranks.db").read_bytes()
    assert command("--once")[0] == 0
    assert (tmp_path / "ranks.db").read_bytes() == before
    with StateFile(statefile.place(tmp_path)) as file:
        assert [each.firing.event for each in book.history(file, 5)] == ["anonymous"]
    for path in tmp_path.glob("ranks.db*"):
        path.unlink()
    assert command("--once")[0] == 1
