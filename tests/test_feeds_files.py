"""Which files are there when a run has ended: replaced, appended to, kept beside, or locked by another."""

import asyncio
import csv
import gzip
import stat
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider

from tests.feeding import APPENDED, FAILED, FINISHED, HEADER, REPLACED, Feeding, fed, files, lists, refuse, rows_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_replaced_when_the_run_has_ended_and_lost_nothing(here: Path) -> None:
    (here / "r.jsonl").write_text("yesterday")

    async def run() -> None:
        feeding = Feeding(REPLACED)
        feeding.open()
        feeding.write(lists(2))
        assert (here / "r.jsonl").read_text() == "yesterday"
        await feeding.end()

    asyncio.run(run())
    assert len(rows_of(here / "r.jsonl")) == 2
    assert files(here) == ["r.jsonl"]


def test_a_run_that_lost_rooms_leaves_the_file_of_the_day_before_and_keeps_what_came(here: Path) -> None:
    (here / "r.jsonl").write_text("yesterday")
    fed(REPLACED, lists(2), FAILED)
    assert (here / "r.jsonl").read_text() == "yesterday"
    assert len(rows_of(here / "r.jsonl.incomplete")) == 2


def test_a_run_that_lost_rooms_and_found_nothing_leaves_no_file(here: Path) -> None:
    fed(REPLACED | {"r.csv": {"format": "csv"}}, [], FAILED)
    assert files(here) == []


def test_a_run_that_fails_twice_and_then_succeeds_leaves_one_file(here: Path) -> None:
    for stats in (FAILED, FAILED, FINISHED):
        fed(REPLACED, lists(2), stats)
    assert files(here) == ["r.jsonl"]


def test_a_crawl_that_never_started_leaves_everything_as_it_was(here: Path) -> None:
    (here / "r.jsonl").write_text("yesterday")

    async def run() -> None:
        feeding = Feeding(REPLACED | {"new.csv": {"format": "csv"}})
        feeding.extension.open_spider(Spider("ranklist"))
        await feeding.extension.close_spider(Spider("ranklist"))

    asyncio.run(run())
    assert files(here) == ["r.jsonl"]
    assert (here / "r.jsonl").read_text() == "yesterday"


def test_a_feed_belongs_to_its_owner_and_one_that_is_replaced_keeps_its_permissions(here: Path) -> None:
    fed({"new/r.csv": {"format": "csv"}, "s.csv": {"format": "csv", "overwrite": True}}, lists(1))
    assert [stat.S_IMODE((here / name).stat().st_mode) for name in ("new", "new/r.csv", "s.csv")] == [
        0o700,
        0o600,
        0o600,
    ]
    (here / "s.csv").chmod(0o644)
    fed({"s.csv": {"format": "csv", "overwrite": True}}, lists(1))
    assert stat.S_IMODE((here / "s.csv").stat().st_mode) == 0o644


def test_a_link_to_a_file_stays_a_link(here: Path) -> None:
    (here / "data").mkdir()
    (here / "r.jsonl").symlink_to("data/today.jsonl")
    fed(REPLACED, lists(1))
    assert (here / "r.jsonl").is_symlink()
    assert len(rows_of(here / "data" / "today.jsonl")) == 1


@pytest.mark.parametrize("given", ["symlink", "hard link", "folder"])
def test_nothing_is_written_through_what_was_put_in_a_drafts_place(
    here: Path, given: str, caplog: pytest.LogCaptureFixture
) -> None:
    (here / "precious").write_text("precious")
    planted = here / "r.jsonl.incomplete"
    if given == "folder":
        planted.mkdir()
    else:
        planted.symlink_to(here / "precious") if given == "symlink" else planted.hardlink_to(here / "precious")
    refuse(REPLACED)
    assert (here / "precious").read_text() == "precious"
    assert "r.jsonl.incomplete" in caplog.text


@pytest.mark.parametrize("mine", [REPLACED, APPENDED])
@pytest.mark.parametrize("other", [REPLACED, APPENDED])
@pytest.mark.parametrize("is_there", [True, False])
def test_two_runs_cannot_write_one_file(
    here: Path, mine: Any, other: Any, is_there: bool, caplog: pytest.LogCaptureFixture
) -> None:
    if is_there:
        (here / "r.jsonl").write_text("{}\n")
    first = Feeding(mine)
    first.open()
    refuse(other)
    assert "r.jsonl" in caplog.text
    assert "another crawl" in caplog.text
    asyncio.run(first.end())
    fed(other, lists(1))


def test_two_feeds_of_a_run_cannot_write_one_file() -> None:
    refuse(REPLACED | {"./r.jsonl": {"format": "jsonl", "overwrite": True}})


def test_appending_adds_rows_and_no_second_header(here: Path) -> None:
    for _ in range(2):
        fed({"r.csv": {"format": "csv", "encoding": "utf-8-sig"}, "r.csv.gz": {"format": "csv"}} | APPENDED, lists(2))
    text = (here / "r.csv").read_bytes().decode("utf-8-sig")
    assert "\ufeff" not in text
    assert gzip.decompress((here / "r.csv.gz").read_bytes()).decode("utf-8") == text
    assert text.startswith(HEADER)
    assert [row["rank"] for row in csv.DictReader(text.splitlines())] == ["1", "2", "1", "2"]
    assert len(rows_of(here / "r.jsonl")) == 4


def test_appending_begins_on_a_new_line_where_a_run_was_cut_off(here: Path) -> None:
    (here / "r.jsonl").write_text('{"rank":1}\n{"ran')
    fed(APPENDED, lists(1))
    first, broken, *others = (here / "r.jsonl").read_text().splitlines()
    assert (first, broken, len(others)) == ('{"rank":1}', '{"ran', 1)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_cannot_be_appended_to_is_refused_by_name(here: Path, form: str, caplog: pytest.LogCaptureFixture) -> None:
    feed = {f"r.{form}": {"format": form}}
    fed(feed, lists(1))
    before = (here / f"r.{form}").read_bytes()
    refuse(feed)
    assert f"feed r.{form}: {form} cannot be appended to: use -O, or jsonl" in caplog.text
    assert (here / f"r.{form}").read_bytes() == before


def test_a_failed_run_keeps_what_it_appended(here: Path) -> None:
    fed(APPENDED, lists(2), FAILED)
    assert len(rows_of(here / "r.jsonl")) == 2
