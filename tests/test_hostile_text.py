"""Hostile texts through every output: each is read back as it came, and none of them does anything."""

import argparse
import ast
import csv
import gzip
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from msgspec import to_builtins

from rankcrawler.commands import moments
from rankcrawler.commands.printing.text import plain
from rankcrawler.store import locate
from tests import stores
from tests.gateways import TOKEN, Finished, environment, run
from tests.hostile import ALL, FORGED, TEXTS, as_read, hostile
from tests.parsed_commands import parsed
from tests.redis_server import redis_server
from tests.scripted import scripted

LISTED = "6994259511469247263"
REFUSED = [str(7_300_000_000_000_000_000 + number) for number in range(len(TEXTS))]
READ = [as_read(text) for text in TEXTS]
FIELDS = ("nickname", "display_id", "sec_uid", "avatar_url", "exactly_score", "grade_describe", "fans_club_name")
FEEDS = ("r.jsonl", "r.csv", "r.json", "r.xml", "r.csv.gz", "r.jsonl.gz")
LOOP = {"PYTHONWARNINGS": "error,ignore::ResourceWarning"}  # Scrapy leaves a loop unclosed at the very end
EVER = ("2000-01-01", "2100-01-01")

STORES = (*stores.DATABASES, "jsonl")
IN_DATABASES = pytest.mark.parametrize("place", stores.DATABASES, indirect=True, scope="module")
"""JSON Lines answer no questions."""
IN_ONE = pytest.mark.parametrize("place", stores.DATABASES[:1], indirect=True, scope="module")
"""What the store has no part in."""

Rows = list[dict[str, Any]]


class Place(NamedTuple):
    """What a crawl of hostile texts has left, and how to ask about it."""

    folder: Path
    store: str
    env: dict[str, str]
    crawled: list[Finished]


@pytest.fixture(scope="module", params=STORES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The list polled twice, and a room for each text refused in its words; the gateway is still there."""
    folder = tmp_path_factory.mktemp(request.param)
    where = stores.address(request.param, folder, request)
    with scripted(hostile(LISTED, REFUSED)) as gateway, redis_server(folder / "redis") as server:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "REDIS_URL": server.url, "STORE_URL": where}
        env = environment(None, folder / "data", ours | {"VERDICTS": "code:500=gone"} | LOOP)
        outputs = [word for name in FEEDS for word in ("-O", str(folder / name))]
        rooms = [f"rooms={','.join([LISTED, *REFUSED])}", f"rooms={LISTED}"]
        crawls = [("crawl", "ranklist", "-L", "DEBUG", "-a", given) for given in rooms]
        yield Place(folder, where, env, [run(*crawls[0], *outputs, env=env), run(*crawls[1], env=env)])


def assert_harmless(shown: str) -> None:
    """That no character steers a terminal, and no line looks like one of the log that the log did not write."""
    unseen = {each for each in shown if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}}
    assert unseen <= {"\n", "\t", "\u200d"}
    assert [line for line in shown.split("\n") if line.startswith(FORGED)] == []


def test_the_log_holds_neither_a_control_character_nor_a_forged_line(place: Place) -> None:
    first, second = place.crawled
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in first.stderr
    assert f"Rooms: {len(TEXTS)} dead" in first.stderr
    assert "Lists: 1 stored, 0 unchanged, 0 empty\n" in second.stderr
    assert "Rooms: 0 dead" in second.stderr
    for done in place.crawled:
        assert "DEBUG: Scraped from" in done.stderr
        assert "Traceback (most recent" not in done.stderr
        assert_harmless(done.stdout + done.stderr)


def of_csv(raw: bytes) -> Rows:
    """The rows, each without its mark; a cell that could be a formula has one."""
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    assert [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")] == []
    return [{name: cell.removeprefix("'") for name, cell in row.items()} for row in rows]


def of_lines(raw: bytes) -> Rows:
    return [json.loads(line) for line in raw.decode().split("\n")[:-1]]


def of_xml(raw: bytes) -> Rows:
    root = ElementTree.fromstring(raw)  # noqa: S314 - our own
    assert {field.tag for row in root for field in row} >= set(FIELDS)
    return [{field.tag: field.text or "" for field in row} for row in root]


READERS: dict[str, Callable[[bytes], Rows]] = {
    ".jsonl": of_lines,
    ".csv": of_csv,
    ".json": json.loads,
    ".xml": of_xml,
}


def assert_whole(rows: Rows, texts: list[str]) -> None:
    """That each text stands in each field that it was served in."""
    for field in FIELDS:
        assert [row[field] for row in rows] == texts, field


def in_xml(text: str) -> str:
    """The text with what XML cannot hold replaced."""
    return re.sub("[^\t\n\r -\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


@IN_ONE
@pytest.mark.parametrize("name", FEEDS)
def test_every_text_is_read_back_from_a_feed(place: Place, name: str) -> None:
    raw = (place.folder / f"{name}.incomplete").read_bytes()  # rooms were refused
    raw = gzip.decompress(raw) if name.endswith(".gz") else raw
    ending = Path(name.removesuffix(".gz")).suffix
    assert_whole(READERS[ending](raw), [in_xml(text) for text in READ] if ending == ".xml" else READ)


def test_every_text_is_read_back_from_the_store(place: Place) -> None:
    if place.store.startswith("jsonl"):
        folder = place.folder / "ranks"
        polls = of_lines((folder / "polls.jsonl").read_bytes())
        of_the_room = [(poll["currency"], poll["user_count_desc"]) for poll in polls if poll["room_id"] == LISTED]
        reasons = {poll["room_id"]: poll.get("reason", "") for poll in polls}
        rows = of_lines((folder / "entries.jsonl").read_bytes())
    else:
        store = locate.open_records(place.store)
        lists = list(store.lists(LISTED, *EVER))
        of_the_room = [(each.currency, each.user_count_desc) for each in lists]
        reasons = {room: store.polls(room, *EVER)[0].reason or "" for room in REFUSED}
        rows = [to_builtins(row) for each in lists for row in each.entries]
        store.close()
    assert_whole(rows, READ * 2)
    assert of_the_room == [(as_read(ALL),) * 2] * 2
    assert [words_of(reasons[room]) for room in REFUSED] == [text[:200] for text in READ]


def words_of(reason: str) -> str:
    """The gateway's own words, which a reason holds as a literal."""
    words = ast.literal_eval(reason.partition(": ")[2])
    assert isinstance(words, str)
    return words


def asked(place: Place, *words: str) -> str:
    """What a command line of ours prints."""
    done = run(*words, env=place.env)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def of_parquet(path: Path) -> Rows:
    rows: Rows = pyarrow.parquet.read_table(path).to_pylist()
    return rows


def of_sheet(path: Path) -> Rows:
    """The cells of a workbook, none of which is a formula or a link; the text of each stands within it."""
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "external" in name.lower()]
        assert not [name for name in book.namelist() if "_rels/sheet" in name]
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - written by the test
    assert root.findall(".//{*}f") == root.findall(".//{*}hyperlink") == []
    header, *rows = (
        {re.sub(r"\d", "", cell.get("r", "")): "".join(cell.itertext()) for cell in row}
        for row in root.iter(f"{SHEET}row")
    )
    return [{header[column]: unescaped(text) for column, text in cells.items()} for cells in rows]


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def unescaped(text: str) -> str:
    """A cell's text as Excel shows it."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


EXPORTS: dict[str, Callable[[Path], Rows]] = {
    ".csv": lambda path: of_csv(path.read_bytes()),
    ".jsonl": lambda path: of_lines(path.read_bytes()),
    ".parquet": of_parquet,
    ".xlsx": of_sheet,
}


def taken(*words: str) -> argparse.Namespace:
    """A subcommand of `scrapy store`, with the moments that it is given as of now."""
    given = parsed("store", *words)
    given.zone = ZoneInfo("Asia/Shanghai")
    moments.resolve(given, given.zone, moments.now_ms())
    return given


@IN_DATABASES
@pytest.mark.parametrize("ending", EXPORTS)
def test_every_text_is_read_back_from_an_export(place: Place, ending: str) -> None:
    path = place.folder / f"export{ending}"
    given = taken("export", "--room", LISTED, "--to", str(path))
    assert given.subcommand.run(place.store, given) == 0
    # XML has no U+FFFE and U+FFFF
    kept = [text.translate({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}) if ending == ".xlsx" else text for text in READ]
    assert_whole(EXPORTS[ending](path), kept * 2)


@IN_DATABASES
def test_user_and_gains_show_every_text_and_are_harmless(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    def shown(action: str, word: str, as_json: bool) -> str:
        given = taken(action, word, *(["--json"] if as_json else []))
        assert given.subcommand.run(place.store, given) == 0
        printed = capsys.readouterr().out
        assert_harmless(printed)
        return printed

    gains = json.loads(shown("gains", LISTED, True))["rows"]
    assert sorted(gain["nickname"] for gain in gains) == sorted(READ)
    assert len(shown("gains", LISTED, False).split("\n")) >= len(TEXTS)
    for number, text in enumerate(READ, 1):
        user = json.loads(shown("user", str(1000 + number), True))
        assert [user[field] for field in FIELDS[:4]] == [text] * 4
        assert f"nickname\t{plain(text)}\n" in shown("user", str(1000 + number), False)


@IN_ONE
def test_a_list_on_a_screen_is_harmless_and_has_a_line_a_row(place: Place) -> None:
    drawn, told = asked(place, "rank", LISTED), asked(place, "rank", LISTED, "--json")
    assert_harmless(drawn)
    assert_harmless(told)
    rows = drawn.rstrip().split("\n")[-len(TEXTS) :]
    assert [line.split()[0] for line in rows] == [str(rank) for rank in range(1, len(TEXTS) + 1)]
    assert_whole(json.loads(told)["entries"], READ)
    refused = run("rank", REFUSED[TEXTS.index(f"x\n{FORGED}")], env=place.env)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert_harmless(refused.stderr)


@IN_ONE
@pytest.mark.parametrize("words", [("list",), ("dead",), ("show", *REFUSED)], ids=["list", "dead", "show"])
def test_dead_letters_keep_every_text_and_are_harmless(place: Place, words: tuple[str, ...]) -> None:
    told, printed = asked(place, "rooms", *words, "--json"), asked(place, "rooms", *words)
    assert_harmless(told)
    assert_harmless(printed)
    letters = {letter["room_id"]: letter["reason"] for letter in map(json.loads, told.split("\n")[:-1])}
    assert [words_of(letters[room]) for room in REFUSED] == [text[:200] for text in READ]
    assert all(letter in printed for letter in letters.values())
