"""What all commands share: how they start, read option values, and end."""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rankcrawler.commands import values
from rankcrawler.commands.ending import one_line_errors
from rankcrawler.errors import GatewayError, JobError, RankcrawlerError, SettingError
from rankcrawler.simulator.clock import parse_moment
from tests.parsed_commands import parsed

ENTRY = Path(__file__).parent.parent / "rankcrawler" / "commands" / "entry"
COMMANDS = sorted(path.stem for path in ENTRY.glob("[a-z]*.py"))
HEAVY = {
    "redis",
    "rich",
    "psycopg",
    "apsw",
    "aiohttp",
    "rankcrawler.queue",
    "rankcrawler.store",
    "rankcrawler.gateways",
}


def test_starting_scrapy_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from scrapy.settings import Settings\n"
        "from scrapy.cmdline import _get_commands_from_module\n"
        "print(*sorted(_get_commands_from_module('rankcrawler.commands.entry', inproject=True)))\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [" ".join(COMMANDS), ""]


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "crawl"])
def test_help_is_printed_without_a_setting(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(name, "--help")
    assert ended.value.code == 0
    assert "Scrapy's options" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.whole(1), "12", 12),
        (values.whole(-5, 5), "-5", -5),
        (values.number(0.1, 10), "0.1", 0.1),
        (values.number(0), "1e6", 1_000_000.0),
        (values.identifier, "007", "7"),
        (values.identifier, "9223372036854775807", "9223372036854775807"),
        (values.rooms, "all", None),
        (values.rooms, "1,2", ["1", "2"]),
        (values.rate, "2.5/s", 2.5),
        (values.rate, "5", 5.0),
        (values.rate, "off", None),
        (values.limit, "100", 100),
        (values.limit, "off", None),
        (values.parsed_by(parse_moment), "1000", 1000),
    ],
)
def test_a_value_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "expected"),
    [
        (values.whole(1), "0", "a whole number of at least 1, not '0'"),
        (values.whole(1), "1.5", "a whole number of at least 1, not '1.5'"),
        (values.whole(1), "１", "a whole number of at least 1"),
        (values.whole(-5, 5), "6", "a whole number from -5 to 5, not '6'"),
        (values.number(0.1, 2_592_000, "seconds"), "0", "seconds from 0.1 to 2592000, not '0'"),
        (values.number(0, 1), "nan", "a number from 0 to 1"),
        (values.number(0), "inf", "a number of at least 0"),
        (values.number(0), "x" * 100, f"not '{'x' * 40}'"),
        (values.identifier, "0", "an id, which is a whole number of 1 to 19 digits, not '0'"),
        (values.identifier, "9223372036854775808", "an id"),
        (values.rooms, "1,,2", "an id"),
        (values.rate, "100001/s", "a rate such as 5/s, above 0 and up to 100000/s, or off"),
        (values.limit, "-1", "how many rooms may be leased at a time"),
        (values.parsed_by(parse_moment), "noon", "expected ms since 1970"),
    ],
)
def test_a_bad_value_is_refused_with_what_was_expected(read: Callable[[str], object], text: str, expected: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("error", "statuses"), [(SettingError("bad"), [1, 2]), (JobError("bad"), [1, 2]), (GatewayError("bad"), [1, 1])]
)
def test_an_error_is_one_harmless_line_and_a_status(
    error: RankcrawlerError, statuses: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    error.args = ("bad\x1b[2J\nthing",)
    for misuse, status in zip((1, 2), statuses, strict=True):
        with pytest.raises(SystemExit) as ended, one_line_errors(misuse):
            raise error
        assert ended.value.code == status
        assert capsys.readouterr().err == "rankcrawler: bad�[2J�thing\n"


def test_an_error_that_is_not_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), one_line_errors():
        _ = 1 / 0
