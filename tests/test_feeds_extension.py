"""Which rows reach which feed, with which options, and what is refused before a crawl."""

import asyncio
import gzip
import json
import logging
from pathlib import Path
from typing import Any, ClassVar

import pytest
from scrapy import Spider
from scrapy.extensions.feedexport import ItemFilter

from rankcrawler.errors import SettingError
from rankcrawler.model.rows import RankEntry
from tests.builders import entry, polled, snapshot
from tests.feeding import APPENDED, FAILED, FINISHED, REPLACED, Feeding, fed, files, lists, refuse, rows_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Odd(ItemFilter):
    """Takes rows with odd ranks."""

    def accepts(self, item: Any) -> bool:
        """Whether the rank is odd."""
        return bool(item.rank % 2)


def test_a_filter_sees_rows(here: Path) -> None:
    classes = {"item_classes": ["rankcrawler.model.rows.RankEntry"]}
    fed({"a.jsonl": {"format": "jsonl", "item_filter": Odd}, "b.jsonl": {"format": "jsonl"} | classes}, lists(3))
    assert [row["rank"] for row in rows_of(here / "a.jsonl")] == [1, 3]
    assert len(rows_of(here / "b.jsonl")) == 3


@pytest.mark.parametrize("name", ["Poll", "RoomSnapshot"])
def test_a_class_that_is_no_row_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match=r"RankEntry"):
        Feeding({"a.jsonl": {"format": "jsonl", "item_classes": [f"rankcrawler.model.items.{name}"]}})


def test_batches_count_rows(here: Path) -> None:
    feed = {"r-%(batch_id)d.jsonl": {"format": "jsonl", "batch_item_count": 4, "overwrite": True}}
    fed(feed, lists(3, number=3))
    assert [len(rows_of(here / f"r-{number}.jsonl")) for number in (1, 2, 3)] == [4, 4, 1]
    assert len(files(here)) == 3


def test_no_file_follows_a_batch_that_was_the_last(here: Path) -> None:
    fed({"r-%(batch_id)d.json": {"format": "json", "batch_item_count": 3}}, lists(3, number=2))
    assert files(here) == ["r-1.json", "r-2.json"]


@pytest.mark.parametrize(("store_empty", "found"), [(False, []), (True, ["r.csv"])])
def test_a_feed_is_empty_if_it_has_no_rows(here: Path, store_empty: bool, found: list[str]) -> None:
    fed({"r.csv": {"format": "csv", "store_empty": store_empty, "overwrite": True}}, lists(0, number=2))
    assert files(here) == found


def test_a_byte_order_mark_is_for_csv_alone(here: Path) -> None:
    forms = ("csv", "jsonl", "json", "xml")
    fed({f"r.{form}": {"format": form} for form in forms}, lists(2), FEED_EXPORT_ENCODING="utf-8-sig")
    found = {form: (here / f"r.{form}").read_bytes().count(b"\xef\xbb\xbf") for form in forms}
    assert found == {"csv": 1, "jsonl": 0, "json": 0, "xml": 0}
    assert b'encoding="utf-8"' in (here / "r.xml").read_bytes()
    assert len(json.loads((here / "r.json").read_bytes())) == len(rows_of(here / "r.jsonl")) == 2


@pytest.mark.parametrize(("form", "encoding"), [("jsonl", "utf-16"), ("json", "utf-32"), ("csv", "utf-99")])
def test_an_encoding_that_cannot_be_used_is_refused(form: str, encoding: str) -> None:
    with pytest.raises(SettingError, match=encoding):
        Feeding({f"r.{form}": {"format": form, "encoding": encoding}})


class Ordinary:
    """An exporter of somebody else's, which knows items one by one."""

    def __init__(self, file: Any, **_: Any) -> None:
        self._file = file

    def start_exporting(self) -> None:
        """Begin."""

    def export_item(self, item: RankEntry) -> None:
        """Write the rank."""
        self._file.write(b"%d " % item.rank)

    def finish_exporting(self) -> None:
        """End."""


def test_an_exporter_of_anyones_gets_rows(here: Path) -> None:
    fed({"r.txt": {"format": "txt"}}, lists(3), FEED_EXPORTERS={"txt": Ordinary})
    assert (here / "r.txt").read_text() == "1 2 3 "


def test_scrapys_own_exporter_gets_rows(here: Path) -> None:
    fed(APPENDED, lists(2), FEED_EXPORTERS={"jsonl": "scrapy.exporters.JsonLinesItemExporter"})
    assert [row["rank"] for row in rows_of(here / "r.jsonl")] == [1, 2]


class Breaking(Ordinary):
    """One that fails on the second row."""

    def export_item(self, item: RankEntry) -> None:
        """Write the rank, or fail."""
        if item.rank == 2:
            raise ValueError("a defect")
        super().export_item(item)


def test_a_feed_that_fails_harms_no_other_and_writes_no_part_of_a_list(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    feeds = {name: {"format": form, "overwrite": True} for name, form in (("a", "bad"), ("b", "jsonl"), ("c", "csv"))}
    stats = fed(feeds, [*lists(1), *lists(3), *lists(1)], FEED_EXPORTERS={"bad": Breaking})
    assert (here / "a.incomplete").read_text() == "1 1 "
    assert not (here / "a").exists()
    assert len(rows_of(here / "b")) == 5
    assert len((here / "c").read_text().splitlines()) == 6
    assert stats["rankcrawler/feeds/failed"] == 1
    assert "Feed a: a list is left out: ValueError: a defect" in caplog.text


def test_a_disk_that_is_full_ends_one_feed(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    stats = fed({"/dev/full": {"format": "jsonl", "overwrite": True}} | REPLACED, lists(2, number=3))
    assert len(rows_of(here / "r.jsonl")) == 6
    assert stats["rankcrawler/feeds/failed"] >= 1
    assert caplog.text.count("given up: OSError") == 1


def test_a_list_that_an_encoding_cannot_hold_costs_no_header(here: Path) -> None:
    odd = polled(snapshot([entry(nickname="😀")]))
    fed({"r.csv": {"format": "csv", "encoding": "gbk", "fields": ["nickname"]}}, [odd, *lists(1)])
    assert (here / "r.csv").read_text("gbk").split() == ["nickname", "贡献者1"]


def test_a_placeholder_that_there_is_none_of_is_refused_before_the_crawl(caplog: pytest.LogCaptureFixture) -> None:
    refuse({"%(nosuch)s.jsonl": {"format": "jsonl"}})
    assert "feed %(nosuch)s.jsonl: there is no placeholder %(nosuch)s" in caplog.text


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("s3://KEY:sesame@bucket/r.jsonl", r"feed s3://\*\*\*@bucket/r.jsonl: missing boto3 library"),
        ("gs://bucket/r.jsonl", "feed gs://bucket/r.jsonl: missing google-cloud-storage library"),
        ("gopher://r.jsonl", "feed gopher://r.jsonl: gopher: is none of file, ftp"),
        ("ftp:///r.jsonl", "feed ftp:///r.jsonl: Got a storage URI without a hostname"),
    ],
)
def test_a_storage_that_cannot_be_used_is_refused_before_the_crawl(uri: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        Feeding({uri: {"format": "jsonl"}})


def test_a_format_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(SettingError, match="parquet"):
        Feeding({"r.parquet": {}})


def test_batches_need_addresses_of_their_own() -> None:
    with pytest.raises(SettingError, match="batch_id"):
        Feeding({"r.jsonl": {"format": "jsonl", "batch_item_count": 2}})


class Memory:
    """A storage far away."""

    files: ClassVar[dict[str, bytes]] = {}

    def __init__(self, uri: str, **_: Any) -> None:
        self.uri = uri

    def open(self, _: Spider) -> Any:
        """A file to write to."""
        return Path("sent").open("w+b")

    def store(self, file: Any) -> None:
        """Upload the file."""
        file.seek(0)
        Memory.files[self.uri] = file.read()
        file.close()
        if "broken" in self.uri:
            raise ConnectionError(f"cannot reach {self.uri}")


def test_what_a_failed_run_found_is_uploaded_beside_yesterdays_file() -> None:
    feed, storages = {"mem://far/r.jsonl": {"format": "jsonl"}}, {"mem": Memory}
    Memory.files.clear()
    fed(feed, lists(1), FAILED, FEED_STORAGES=storages)
    assert list(Memory.files) == ["mem://far/r.jsonl.incomplete"]
    fed(feed, lists(1), FINISHED, FEED_STORAGES=storages)
    assert list(Memory.files) == ["mem://far/r.jsonl.incomplete", "mem://far/r.jsonl"]


@pytest.mark.parametrize("secret", ["sesame", "ses@me", "ses/me"])
@pytest.mark.parametrize("place", ["far", "broken"])
def test_a_password_stays_out_of_the_log(secret: str, place: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stats = fed({f"mem://user:{secret}@{place}/r.jsonl": {"format": "jsonl"}}, lists(1), FEED_STORAGES={"mem": Memory})
    assert secret not in caplog.text
    assert f"mem://***@{place}/r.jsonl" in caplog.text
    assert stats.get("feedexport/failed_count/Memory", 0) == int(place == "broken")


def test_gzip_is_applied_once_and_options_of_scrapys_own_are_honoured(here: Path) -> None:
    fed({"a.jsonl.gz": {"format": "jsonl"}, "b.jsonl.gz": {"format": "jsonl", "gzip_filename": "inner"}}, lists(2))
    packed = [(here / name).read_bytes() for name in ("a.jsonl.gz", "b.jsonl.gz")]
    assert gzip.decompress(packed[0]) == gzip.decompress(packed[1])
    assert b"inner" in packed[1]


def test_an_empty_gzip_feed_is_a_gzip_file(here: Path) -> None:
    fed({"r.jsonl.gz": {"format": "jsonl"}}, [])
    assert gzip.decompress((here / "r.jsonl.gz").read_bytes()) == b""


def test_every_list_is_on_disk_once_it_is_written(here: Path) -> None:
    names = ("r.jsonl", "r.csv", "r.json", "r.csv.gz", "r.json.gz")
    feeding = Feeding(
        {name: {"format": name.removesuffix(".gz").partition(".")[2], "overwrite": True} for name in names}
    )
    feeding.open()
    feeding.write(lists(3, number=2))
    found = {name: (here / f"{name}.incomplete").read_bytes() for name in names}
    assert len(found["r.jsonl"].splitlines()) == 6
    assert len(json.loads(found["r.json"] + b"]")) == len(json.loads(gzip.decompress(found["r.json.gz"]) + b"]")) == 6
    assert gzip.decompress(found["r.csv.gz"]) == found["r.csv"]
    assert len(found["r.csv"].splitlines()) == 7
    asyncio.run(feeding.end())
