"""The command line as a whole: the overview, the help, the version, slips, and Ctrl-C before anything has begun."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rankcrawler import __version__
from tests.gateways import environment, run

ROOT = Path(__file__).parent.parent
SCRAPY = Path(sys.executable).parent / "scrapy"
COMMANDS = (
    *("init", "doctor", "crawl", "fleet", "rooms", "anchors", "store", "serve", "alerts", "gateway", "rank"),
    *("simulate", "demo", "completion"),
)
ROOM = "6994259511469247263"


def scrapy(*words: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """Run Scrapy's own script in this project."""
    env = environment(None, tmp_path) | {"SCRAPY_SETTINGS_MODULE": "rankcrawler.settings"}
    return subprocess.run(
        [sys.executable, str(SCRAPY), *words],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",)])
def test_the_overview_lists_our_commands_first_and_scrapys_apart(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(*words, env=environment(None, tmp_path))
    ours, _, scrapys = done.stdout.partition("Scrapy's own:")
    assert done.returncode == 0
    assert tuple(re.findall(r"^  (\w+) {3,}", ours, re.MULTILINE)) == COMMANDS
    assert "  shell " in scrapys
    assert not [name for name in COMMANDS if re.search(rf"^  {name} {{3,}}", scrapys, re.MULTILINE)]
    assert "  rankcrawler crawl ranklist -a rooms=rooms.jsonl -O ranks.jsonl\n" in scrapys


def test_scrapys_script_shows_the_same_overview_in_this_project(tmp_path: Path) -> None:
    done = scrapy(tmp_path=tmp_path)
    assert done.stdout.index("  crawl ") < done.stdout.index("Scrapy's own:") < done.stdout.index("  shell ")
    assert "  scrapy rooms status --watch\n" in done.stdout


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_ours_and_that_of_scrapy(tmp_path: Path, option: str) -> None:
    done = run(option, env=environment(None, tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"rankcrawler {re.escape(__version__)} \(Scrapy 2\.\S+, Python 3\.\S+\)\n", done.stdout)


@pytest.mark.parametrize(
    ("words", "said", "status"),
    [
        (["crwl", "ranklist"], "crwl is not a command: did you mean crawl?", 2),
        (["romos", "list"], "romos is not a command: did you mean rooms?", 2),
        (["xyzzy"], "xyzzy is not a command: `rankcrawler` lists the commands", 2),
        (["--verison"], "--verison: expected a command, --help or --version", 2),
        (["crawl", "ranklst", "-a", f"rooms={ROOM}"], "ranklst is not a spider: did you mean ranklist?", 2),
        (["crawl", "zebra"], "zebra is not a spider: expected ranklist", 2),
        (["crawl"], "crawl: which spider? expected ranklist", 2),
        (["crawl", "ranklist", ROOM], f"crawl: expected one spider, not ranklist {ROOM}", 2),
        (
            ["crawl", "ranklist", "--loglevle=INFO"],
            "unrecognized arguments: --loglevle=INFO: did you mean --loglevel?",
            2,
        ),
        (
            ["crawl", "ranklist", "-a", f"room={ROOM}"],
            "-a room= is not an argument of the spider: did you mean rooms?",
            1,
        ),
        (["crawl", "ranklist", "-a", "kind=audiance"], "not 'audiance': did you mean audience?", 1),
        (["rooms", "lits"], "lits is not a subcommand: did you mean list?", 1),
        (["rooms", "list", "--state", "deed"], "rooms list: --state: expected one of ready, scheduled", 1),
        (["rooms", "list", "--state", "deed"], "not 'deed': did you mean dead?", 1),
        (["rooms", "list", "--kind", "audiance"], "not 'audiance': did you mean audience?", 1),
        (["rooms", "list", "--lmit", "5"], "rooms list: does not take --lmit 5: did you mean --limit?", 1),
        (["store", "gains", ROOM, "--sicne", "1d"], "store gains: does not take --sicne 1d: did you mean --since?", 1),
        (["rank", ROOM, "--ancor", "5"], "unrecognized arguments: --ancor 5: did you mean --anchor?", 2),
        (["rank", ROOM, "--kind", "audiance"], "not 'audiance': did you mean audience?", 2),
        (["fleet", "--worker5", "2"], "unrecognized arguments: --worker5 2: did you mean --workers?", 2),
        (["fleet", "-a", "kinds=audience"], "as NAME=VALUE, not kinds: did you mean kind?", 2),
        (["fleet", "-a", "rooms"], "the -a arguments are rooms, anchors, kind, as NAME=VALUE, not rooms", 2),
        (["crawl", "ranklist", "-L", "WARNIG"], "not 'WARNIG': did you mean WARNING?", 1),
        (["rooms", "list", "-L", "info"], "not 'info': did you mean INFO?", 1),
        (["simulate", "--faults", "stal"], "not 'stal': did you mean stall?", 2),
        (["-s", "ROOM_ATTEMPT=3", "rooms", "list"], "ROOM_ATTEMPT is not a setting: did you mean ROOM_ATTEMPTS?", 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_slip_is_refused_with_what_was_probably_meant(
    tmp_path: Path, words: list[str], said: str, status: int
) -> None:
    if words[0] == "-s":
        words = ["rooms", *words[:2], "list"]
    extra = {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": "x"}
    done = run(*words, env=environment(None, tmp_path, extra))
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == status


def test_scrapys_script_suggests_a_command_too(tmp_path: Path) -> None:
    done = scrapy("crwl", tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rankcrawler: crwl is not a command: did you mean crawl?\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_its_headings_are_as_they_were_written(tmp_path: Path, command: str) -> None:
    shown = run(command, "--help", env=environment(None, tmp_path)).stdout
    headings = re.findall(r"^(.+)\n=+$", shown, re.MULTILINE)
    assert headings[0] == "Usage"
    assert headings[-1] == "Scrapy's options", "ours come first"
    assert re.search(rf"^Examples?:\n  rankcrawler {command}", shown, re.MULTILINE)
    assert re.search(rf"^Usage\n=====\n  rankcrawler {command}\b", shown, re.MULTILINE)


def test_help_of_a_subcommand_keeps_the_letters_of_times(tmp_path: Path) -> None:
    shown = run("store", "gains", "--help", env=environment(None, tmp_path)).stdout
    assert "90s, 5min, 2h, 30d" in " ".join(shown.split())
    assert "90M" not in shown


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony is not None
    assert set(re.findall(r"^  make (\w+) +\S", done.stdout, re.MULTILINE)) == set(phony[1].split())


@pytest.mark.parametrize(
    "module",
    [
        *("scrapy.exceptions", "scrapy.settings", "twisted.internet.defer", "lxml.etree"),
        *("scrapy.crawler", "rankcrawler.preflight", "aiohttp.client", "rankcrawler.extensions.leasing", "uvloop.loop"),
    ],
)
def test_ctrl_c_while_a_crawl_starts_ends_it_without_a_word(tmp_path: Path, module: str) -> None:
    env = environment(None, tmp_path, {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": "x"})
    env["PYTHONWARNINGS"] = "error,ignore::ResourceWarning"  # Scrapy replaces an event loop, and does not close it
    done = interrupted(module, "crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
    greeting = re.compile(r".* INFO: (Scrapy .* started|Versions:)|^[{ ]'.*")  # comes before the last of them
    said = [line for line in done.stderr.splitlines() if not greeting.match(line)]
    assert (done.returncode, said) == (130, [])


def interrupted(module: str, *words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command that gets a Ctrl-C when it begins to import a module."""
    command = [sys.executable, "-m", "tests.interrupted", module, *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False, cwd=ROOT)


@pytest.mark.parametrize("words", [("rooms", "status"), ("store", "status"), ("fleet",), ("rank", ROOM)])
def test_ctrl_c_while_another_command_starts_ends_it_without_a_word(tmp_path: Path, words: tuple[str, ...]) -> None:
    env = environment(None, tmp_path, {"GATEWAY_URL": "http://127.0.0.1:9", "GATEWAY_TOKEN": "x"})
    done = interrupted("rankcrawler.options", *words, env=env)
    assert (done.returncode, done.stderr) == (130, "")
