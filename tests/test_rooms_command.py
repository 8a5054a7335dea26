"""`scrapy rooms`, each subcommand on a real queue: what it does, prints and reports when it cannot."""

import io
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from redis import Redis
from scrapy.cmdline import execute
from scrapy.settings import Settings

from rankcrawler.commands.rooms.session import RoomsSubcommand
from rankcrawler.commands.rooms.subcommands import SUBCOMMANDS
from tests.parsed_commands import parsed

INBOX = "ranklist:start_urls"
ROOM = "7301234567890123457"
ROOT = Path(__file__).parent.parent

Run = Callable[..., tuple[int, str, str]]


def key(name: str) -> str:
    return f"rc:{{{INBOX}}}:{name}"


@pytest.fixture
def rooms(redis: Redis, redis_url: str, capsys: pytest.CaptureFixture[str]) -> Run:  # noqa: ARG001 — empties it
    """Runs a subcommand; returns its exit status, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        settings = Settings({"COMMANDS_MODULE": "rankcrawler.commands.entry", "REDIS_URL": redis_url})
        with pytest.raises(SystemExit) as ended:
            execute(["rankcrawler", "rooms", *words], settings)
        output, errors = capsys.readouterr()
        code = ended.value.code
        return (code, output, errors) if isinstance(code, int) else (1, output, f"{errors}{code}\n")

    return run


def kill(redis: Redis, room: str, reason: str = "gone", definition: str = "") -> None:
    redis.zadd(key("dead"), {room: 1_700_000_000_000})
    letter = {"reason": reason, "at": 1_700_000_000_000, "attempts": 3, "definition": definition}
    redis.hset(key("info"), room, json.dumps(letter, separators=(",", ":")))


def test_add_takes_ids_with_the_options_that_they_do_not_say_themselves(rooms: Run) -> None:
    assert rooms("add", "1,2", ROOM, "--every", "60", "--every-max", "600", "--priority", "2", "--anchor", "5") == (
        0,
        "3 taken, 3 of them new\n",
        "",
    )
    shown = json.loads(rooms("show", ROOM, "--json")[1])
    assert (shown["every"], shown["every_max"], shown["interval"]) == (60.0, 600.0, 60.0)
    assert (shown["priority"], shown["anchor_id"]) == (2, "5")


def test_add_reports_bad_lines_with_file_and_line_and_takes_the_good_ones(rooms: Run, tmp_path: Path) -> None:
    file = tmp_path / "rooms.jsonl"
    file.write_text('{"room_id":"1","every":5}\nhello\n2\n', "utf-8")
    status, output, errors = rooms("add", str(file), "--every", "60")
    assert (status, output) == (1, "2 taken, 2 of them new\n")
    assert errors.count("\n") == 1
    assert f"{file}, line 2" in errors
    assert [json.loads(line)["every"] for line in rooms("list", "--json")[1].splitlines()] == [5.0, 60.0]


def test_times_are_those_of_the_time_zone_but_in_json(rooms: Run, redis: Redis) -> None:
    kill(redis, ROOM)
    for words in (("dead",), ("list",), ("show", ROOM)):
        assert "2023-11-15 06:13:20+08:00" in rooms(*words)[1]
        assert "2023-11-14 22:13:20+00:00" in rooms(*words, "-s", "TIME_ZONE=UTC")[1]
    assert json.loads(rooms("show", ROOM, "--json")[1])["died"] == 1_700_000_000_000


@pytest.mark.parametrize("each", SUBCOMMANDS, ids=lambda each: each.name)
def test_what_only_reads_creates_no_queue(each: RoomsSubcommand) -> None:
    assert each.only_reads == (each.name in ("list", "dead", "show", "status"))


def test_add_refuses_an_option_that_cannot_be(rooms: Run) -> None:
    status, output, errors = rooms("add", "1", "--every", "often")
    assert (status, output) == (1, "")
    assert errors == "rankcrawler: rooms add: --every: expected seconds from 0.1 to 2592000, not 'often'\n"


def test_a_list_is_a_line_a_room_and_feeds_what_reads_ids(
    rooms: Run, monkeypatch: pytest.MonkeyPatch, redis: Redis
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n# no room\n2\n3\n"))
    assert rooms("add", "-")[1] == "3 taken, 3 of them new\n"
    listed = rooms("list")[1]
    assert [line.split("\t")[:2] for line in listed.splitlines()] == [["1", "ready"], ["2", "ready"], ["3", "ready"]]
    monkeypatch.setattr(sys, "stdin", io.StringIO(listed))
    assert rooms("remove", "-") == (0, "3 removed\n", "")
    assert redis.zcard(key("ready")) == 0


def test_a_list_is_of_one_state_and_as_long_as_asked(rooms: Run, redis: Redis) -> None:
    rooms("add", "1,2,3")
    kill(redis, "4")
    assert len(rooms("list")[1].splitlines()) == 4
    assert len(rooms("list", "--limit", "2")[1].splitlines()) == 2
    assert rooms("list", "--state", "dead")[1].split("\t")[0] == "4"


def test_the_text_of_strangers_cannot_steer_the_terminal(rooms: Run, redis: Redis) -> None:
    kill(redis, "4", reason="\x1b[2J\nboo")
    for words in (("dead",), ("show", "4")):
        _, output, _ = rooms(*words)
        assert "\x1b" not in output
        assert "[2J�boo" in output


def test_show_and_remove_say_which_room_is_not_there(rooms: Run) -> None:
    rooms("add", "1,2")
    status, output, errors = rooms("show", "1", "9")
    assert (status, errors) == (1, "rankcrawler: room 9 is not in the queue\n")
    assert output.startswith("room_id\t1\nstate\tready\n")
    assert rooms("remove", "1", "9") == (1, "1 removed\n", "rankcrawler: room 9 is not in the queue\n")


def test_pause_resume_and_the_limits_turn_the_knobs(rooms: Run, redis: Redis) -> None:
    for words in (("pause",), ("rate", "2.5/s", "--burst", "4"), ("inflight", "7")):
        assert rooms(*words)[0] == 0
    now = json.loads(rooms("status", "--json")[1])
    assert (now["state"], now["rate"], now["burst"], now["max_inflight"]) == ("paused", 2.5, 4, 7)
    for words in (("resume",), ("rate", "off"), ("inflight", "off")):
        assert rooms(*words)[0] == 0
    assert redis.hgetall("rc:{fleet:start_urls}:gate") == {}


def test_a_stopped_fleet_is_shown_with_its_reason_and_resumed(rooms: Run, redis: Redis) -> None:
    redis.hset("rc:{fleet:start_urls}:gate", "stopped", "HTTP 401: the gateway refuses the token")
    assert "state\tstopped: HTTP 401: the gateway refuses the token\n" in rooms("status")[1]
    assert json.loads(rooms("status", "--json")[1])["reason"] == "HTTP 401: the gateway refuses the token"
    assert rooms("resume")[0] == 0
    assert "state\trun\n" in rooms("status")[1]


def test_a_retired_room_is_listed_apart_from_the_dead_and_brought_back_by_its_id(rooms: Run, redis: Redis) -> None:
    redis.zadd(key("retired"), {"5": 1_700_000_000_000})
    letter = '{"reason":"HTTP 404","at":1700000000000,"attempts":1,"definition":"60000:0:*"}'
    redis.hset(key("info"), "5", letter)
    assert rooms("dead")[1] == ""
    listed = rooms("list", "--state", "retired")[1].split("\t")
    assert (listed[0], listed[1], listed[5], listed[-1]) == ("5", "retired", "60", "HTTP 404\n")
    assert "reason\tHTTP 404\n" in rooms("show", "5")[1]
    assert "retired\t1\n" in rooms("status")[1]
    assert rooms("retry", "--all")[1] == "0 ready again\n"
    assert rooms("retry", "5")[:2] == (0, "1 ready again\n")
    assert redis.hgetall(key("def")) == {"5": "60000:0:"}


def test_drain_wants_to_be_asked_twice(rooms: Run, redis: Redis) -> None:
    rooms("add", "1,2,3")
    redis.lpush(INBOX, "4", "5")
    status, output, errors = rooms("drain")
    assert (status, output) == (1, "")
    assert "3 rooms and 2 entries" in errors
    assert redis.zcard(key("ready")) == 3
    assert rooms("drain", "--yes") == (0, "3 rooms and 2 entries of the inbox removed\n", "")
    assert redis.exists(INBOX, key("ready")) == 0


def test_dead_letters_are_listed_with_their_reason_and_retried(rooms: Run, redis: Redis) -> None:
    for room in ("1", "2", "3"):
        kill(redis, room, definition="60000:1:5")
    assert [line.split("\t")[-1] for line in rooms("dead")[1].splitlines()] == ["gone"] * 3
    assert rooms("retry", "1", "9") == (1, "1 ready again\n", "rankcrawler: room 9 is neither dead nor retired\n")
    assert rooms("retry", "--all") == (0, "2 ready again\n", "")
    assert redis.hgetall(key("def")) == dict.fromkeys(("1", "2", "3"), "60000:1:5")


def test_status_says_how_the_queue_does(rooms: Run) -> None:
    rooms("add", "1,2", "--every", "60")
    lines = dict(line.split("\t", 1) for line in rooms("status")[1].splitlines())
    assert (lines["state"], lines["ready"], lines["recurring"]) == ("run", "2", "2")
    assert lines["since it began"] == "pushed 2"
    assert (lines["rate"], lines["inflight"], lines["workers"], lines["lag p50"]) == ("off", "off", "0", "unknown")


def test_status_warns_of_an_inbox_that_cannot_be_read(rooms: Run, redis: Redis) -> None:
    redis.set(INBOX, "mine")
    assert "warning\tthe inbox is a string" in rooms("status")[1]


MISTAKES = [
    pytest.param((), "expected one of add, list", id="nothing"),
    pytest.param(("nope",), "expected one of add, list", id="an unknown word"),
    pytest.param(("lits",), "lits is not a subcommand: did you mean list?", id="a slip"),
    pytest.param(("--json", "list"), "arguments: --json; write the options of a subcommand after its name", id="early"),
    pytest.param(("list", "--yes"), "rooms list: does not take --yes", id="another's option"),
    pytest.param(("list", "--nope"), "rooms list: does not take --nope", id="an unknown option"),
    pytest.param(
        ("remove", "1", "--state", "dead"), "rooms remove: does not take --state", id="another's option after a word"
    ),
    pytest.param(("remove",), "rooms remove: the following arguments are required: ROOM", id="no id"),
    pytest.param(("remove", "x"), "room_id must be", id="a bad id"),
    pytest.param(("pause", "1"), "rooms pause: does not take 1", id="too much"),
    pytest.param(
        ("list", "--state", "alive"),
        "rooms list: --state: expected one of ready, scheduled, leased, dead, retired, failing, not 'alive'",
        id="a bad state",
    ),
    pytest.param(("list", "--limit", "0"), "--limit: expected a whole number of at least 1", id="a limit of zero"),
    pytest.param(
        ("list", "--kind", "gifts"), "--kind: expected one of ranklist, audience, not 'gifts'", id="a bad kind"
    ),
    pytest.param(("retry",), "either rooms or --all", id="nothing to retry"),
    pytest.param(("retry", "1", "--all"), "either rooms or --all", id="one and all"),
    pytest.param(("rate", "fast"), "expected a rate", id="a bad rate"),
    pytest.param(("rate", "0/s"), "expected a rate", id="a rate of zero"),
    pytest.param(("rate", "off", "--burst", "3"), "--burst does not apply to off", id="a burst of no rate"),
    pytest.param(("inflight", "0"), "expected how many", id="none in flight"),
    pytest.param(("add", "1", "--every", "nan"), "--every: expected seconds from 0.1 to 2592000", id="no interval"),
    pytest.param(("add", "1", "--priority", "1001"), "--priority: expected a whole number from -1000", id="priority"),
    pytest.param(("add", "1", "--anchor", "x"), "--anchor: expected an id", id="a bad anchor"),
    pytest.param(("add", "1", "--every", "9", "--every-max", "3"), "every_max must be at least every", id="too short"),
]


@pytest.mark.parametrize(("words", "expected"), MISTAKES)
def test_a_mistake_is_one_line_and_changes_nothing(
    rooms: Run, redis: Redis, words: tuple[str, ...], expected: str
) -> None:
    status, output, errors = rooms(*words)
    assert (status, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("rankcrawler: ")
    assert expected in errors
    assert redis.dbsize() == 0


def test_options_and_rooms_stand_in_any_order(rooms: Run) -> None:
    assert rooms("add", "1", "--every", "60", "2", "--priority", "-5")[1] == "2 taken, 2 of them new\n"
    listed = [json.loads(line) for line in rooms("list", "--json")[1].splitlines()]
    assert [(room["room_id"], room["every"], room["priority"]) for room in listed] == [("1", 60, -5), ("2", 60, -5)]


@pytest.mark.parametrize("place", ["before", "after", "on both sides"])
def test_scrapys_options_work_on_both_sides_of_a_subcommand(
    redis: Redis, redis_url: str, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    url, retries = ("-s", f"REDIS_URL={redis_url}"), ("--set", "ROOM_ATTEMPTS=3")
    before = {"before": [*url, *retries], "after": [], "on both sides": [*url]}[place]
    after = {"before": [], "after": [*url, *retries], "on both sides": [*retries]}[place]
    settings = Settings({"COMMANDS_MODULE": "rankcrawler.commands.entry"})
    with pytest.raises(SystemExit) as ended:
        execute(["rankcrawler", "rooms", *before, "add", "7", *after], settings)
    assert (ended.value.code, capsys.readouterr().out) == (0, "1 taken, 1 of them new\n")
    assert settings["ROOM_ATTEMPTS"] == "3"
    assert redis.zcard(key("ready")) == 1


def test_the_help_of_a_subcommand_shows_what_applies_to_it_and_an_example(rooms: Run) -> None:
    status, shown, _ = rooms("rate", "--help")
    assert status == 0
    assert set(re.findall(r"--[\w-]+", shown.partition("Scrapy's options")[0])) == {"--help", "--burst", "--kind"}
    assert "rankcrawler rooms rate 20/s --burst 40" in shown
    assert "--kind" in shown.partition("Options")[0], "the usage"


def test_the_help_lists_the_subcommands_with_examples_that_parse(rooms: Run) -> None:
    shown = rooms("--help")[1]
    for each in SUBCOMMANDS:
        assert f"\n    {each.name:<20}{each.help[:30]}" in shown
        assert each.example == each.name or f"rankcrawler rooms {each.example}\n" in shown
        given = parsed("rooms", *each.example.split())
        assert given.subcommand is each


def command(url: str, *words: str) -> list[str]:
    return [sys.executable, "-m", "rankcrawler", "rooms", *words, "-s", f"REDIS_URL={url}"]


def test_a_server_that_does_not_answer_is_one_line() -> None:
    done = subprocess.run(
        command("redis://127.0.0.1:1", "list"), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("rankcrawler: redis://127.0.0.1:1 does not answer")


def test_a_reader_that_has_read_enough_ends_a_list_quietly(rooms: Run, redis_url: str, tmp_path: Path) -> None:
    (tmp_path / "rooms.txt").write_text("\n".join(map(str, range(1, 5001))), "utf-8")
    rooms("add", str(tmp_path / "rooms.txt"))
    with subprocess.Popen(command(redis_url, "list"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"1\tready")
        process.stdout.close()
        assert process.stderr.read() == b""


def heeding_ctrl_c() -> None:
    """What a shell does for what it runs in front; what was started behind has inherited to ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_on_a_terminal_a_list_is_a_table_and_watching_ends_with_ctrl_c(rooms: Run, redis_url: str) -> None:
    rooms("add", ROOM)
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "160"}
    subprocess.run(command(redis_url, "list"), stdout=theirs, env=environment, timeout=60, check=True)
    assert b"due or died" in os.read(ours, 65_536)
    watching = command(redis_url, "status", "--watch")
    with subprocess.Popen(watching, stdout=theirs, env=environment, preexec_fn=heeding_ctrl_c) as process:
        seen = b""
        while seen.count(b"recurring") < 2:
            seen += os.read(ours, 65_536)
        process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 20
        while process.poll() is None and time.monotonic() < deadline:  # a terminal that nobody reads is soon full
            if select.select([ours], [], [], 0.1)[0]:
                os.read(ours, 65_536)
        assert process.wait(timeout=1) == 0
    os.close(ours)
    os.close(theirs)


def test_the_commands_of_other_projects_name_modules_that_are_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    commands = project["entry-points"]["scrapy.commands"]
    ours = {"alerts", "anchors", "doctor", "fleet", "gateway", "rank", "rooms", "serve", "simulate", "store"}
    assert set(commands) == ours
    for name, place in commands.items():
        module, _, attribute = place.partition(":")
        assert getattr(import_module(module), attribute), name


def test_rooms_are_shown_where_the_server_is_out_of_memory(rooms: Run, redis: Redis) -> None:
    rooms("add", "1,2", "--every", "60")
    redis.config_set("maxmemory", 1)
    try:
        shown = {words: rooms(*words) for words in (("status",), ("show", "1"), ("list",), ("dead",))}
        removed = rooms("remove", "1")
    finally:
        redis.config_set("maxmemory", 0)
    assert {words: (status, errors) for words, (status, _, errors) in shown.items()} == dict.fromkeys(shown, (0, ""))
    assert "ready\t2\n" in shown["status",][1]
    assert removed[:2] == (0, "1 removed\n")


def test_only_plain_reads_show_rooms_since_older_servers_refuse_transactions_then() -> None:
    queue = ROOT / "rankcrawler" / "queue"
    assert [path.name for path in queue.glob("*.py") if "transaction=True" in path.read_text("utf-8")] == []
