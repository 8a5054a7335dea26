"""The script and the Python around it agree: on the order of the keys, and on every limit."""

import re
from importlib.resources import files

import pytest

from rankcrawler.queue import limits, script

LUA = files("rankcrawler.queue") / "lua"
MS_IN_A_SECOND = 1000
PARTS = sorted(part.name for part in LUA.iterdir() if part.is_file())


def code(part: str) -> str:
    """A part of the script without its comments."""
    return re.sub(r"--.*", "", (LUA / part).read_text("utf-8"))


def test_the_keys_come_in_the_order_that_the_script_documents_and_unpacks() -> None:
    text = (LUA / "keys.lua").read_text("utf-8")
    documented = re.findall(r"^-- +(\d+) (\w+)", text.partition("-- KEYS\n")[2].partition("-- ARGV")[0], re.MULTILINE)
    unpacked = re.search(r"^local ([\w,\s]+) = unpack\(KEYS\)", text, re.MULTILINE)
    assert unpacked is not None
    assert documented == [(str(number), name) for number, name in enumerate(script.KEYS, start=1)]
    assert [name.strip().lower() for name in unpacked[1].split(",")] == list(script.KEYS)


def test_every_part_of_the_script_is_run() -> None:
    assert sorted(f"{name}.lua" for name in script._PARTS) == PARTS


@pytest.mark.parametrize("part", PARTS)
def test_the_script_repeats_no_limit(part: str) -> None:
    numbers = {value for value in vars(limits).values() if isinstance(value, int | float)} - {MS_IN_A_SECOND}
    written = {float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", code(part))}
    assert written & {*numbers, *(number * MS_IN_A_SECOND for number in numbers)} == set()
    assert not [text for text in vars(limits).values() if isinstance(text, str) and text in code(part)]


def test_the_script_is_sent_without_comments_and_in_ascii() -> None:
    assert "--" not in script.text()
    assert script.text().isascii()


def test_the_script_begins_with_every_limit() -> None:
    names, values = script.text().split("\n", 1)[0].removeprefix("local ").split(" = ", 1)
    assert names.split(", ") == [name for name in vars(limits) if name.isupper()]
    assert values.startswith(f'"{limits.LARGEST_ID}", ')
