"""Feeds of whole crawls, in processes of their own: what is on disk after a good run, a bad one, and one that died."""

import asyncio
import gzip
import json
import subprocess
from pathlib import Path

import pytest
from aiohttp import web

from tests.crawls import until
from tests.gateways import FORKS, TOKEN, Finished, environment, run
from tests.scripted import Answer, Asked, Scripted, ranks, refusal, scripted

ROOMS = [f"69942595114692472{number}" for number in range(10, 50)]

QUIET = "error,ignore::ResourceWarning"
"""Scrapy leaves a loop unclosed, and a warning of that is a traceback."""


async def good(_: Asked) -> web.StreamResponse:
    """A list of one row."""
    return ranks()


async def half_gone(asked: Asked) -> web.StreamResponse:
    """A list for the first room alone."""
    return ranks() if asked.room_id == ROOMS[0] else refusal(404)


async def slow(asked: Asked) -> web.StreamResponse:
    """A list, and after twenty of them nothing more."""
    if asked.number >= 20:
        await asyncio.sleep(30)
    return ranks()


def variables(gateway: Scripted, folder: Path, **more: str) -> dict[str, str]:
    """The environment of a crawl of this gateway."""
    ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN, "ROOM_ATTEMPTS": "1", "PYTHONWARNINGS": QUIET, **more}
    return environment(None, folder / "data", ours)


def crawled(folder: Path, answer: Answer, *options: str, rooms: int = 2) -> tuple[Finished, list[Asked]]:
    """A crawl, and what the gateway was asked."""
    with scripted(answer) as gateway:
        words = ("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS[:rooms])}", *options)
        return run(*words, env=variables(gateway, folder), cwd=folder), gateway.asked


def files(folder: Path) -> list[str]:
    """The files in a folder, without the data folder."""
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_yesterdays_file_stays_if_the_run_fails_and_what_came_is_kept(tmp_path: Path) -> None:
    for name in ("r.jsonl", "r.csv.gz"):
        (tmp_path / name).write_text("yesterday")
    done, _ = crawled(tmp_path, half_gone, "-O", "r.jsonl", "-O", "r.csv.gz")
    assert done.returncode == 1
    assert [(tmp_path / name).read_text() for name in ("r.jsonl", "r.csv.gz")] == ["yesterday"] * 2
    assert len((tmp_path / "r.jsonl.incomplete").read_text().splitlines()) == 1
    assert len(gzip.decompress((tmp_path / "r.csv.gz.incomplete").read_bytes()).splitlines()) == 2
    assert "r.jsonl stays as it was; what came is in r.jsonl.incomplete" in done.stderr


def test_a_run_that_lost_nothing_replaces_its_files(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("yesterday")
    done, _ = crawled(tmp_path, good, "-O", "r.jsonl", "-O", "r.json")
    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == ["r.json", "r.jsonl"]
    assert (
        len(json.loads((tmp_path / "r.json").read_text())) == len((tmp_path / "r.jsonl").read_text().splitlines()) == 2
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_a_feed_that_fails_harms_no_other(tmp_path: Path) -> None:
    done, _ = crawled(tmp_path, good, "-O", "a.jsonl", "-O", "/dev/full:jsonl", "-O", "b.jsonl")
    assert done.returncode == 1
    assert [len((tmp_path / name).read_text().splitlines()) for name in ("a.jsonl", "b.jsonl")] == [2, 2]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-O", "%(nosuch)s.jsonl"), "there is no placeholder %(nosuch)s"),
        (("-O", "s3://bucket/r.jsonl"), "feed s3://bucket/r.jsonl: missing boto3 library"),
        (("-O", "folder:jsonl"), "folder is a folder, and not a file"),
        (("-O", "file/r.jsonl"), "file/r.jsonl: [Errno 17] File exists"),
        (("-o", "r.json"), "feed r.json: json cannot be appended to"),
        (("-o", "r.xml"), "feed r.xml: xml cannot be appended to"),
        (("-O", "planted.jsonl"), "planted.jsonl.incomplete is a symbolic link, which is not followed: remove it"),
        (("-s", 'FEEDS={"gopher://r.jsonl": {"format": "jsonl"}}'), "gopher: is none of file, ftp"),
        (("-s", 'FEEDS={"r": {"format": "parquet1"}}'), "a feed has the format 'parquet1': use one of"),
        (("-s", 'FEEDS={"b.jsonl": {"format": "jsonl", "batch_item_count": 1}}'), "needs %(batch_id)d"),
        (("-O", "r.jsonl", "-s", "FEED_EXPORT_ENCODING=utf-99"), "there is no encoding 'utf-99'"),
    ],
    ids=str,
)
def test_a_feed_that_cannot_be_written_is_found_before_any_room_is_polled(
    tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    for name in ("file", "r.json", "r.xml"):
        (tmp_path / name).write_text("before")
    (tmp_path / "folder").mkdir()
    (tmp_path / "planted.jsonl.incomplete").symlink_to("file")
    done, asked = crawled(tmp_path, good, *options)
    assert done.returncode == 1
    assert asked == []
    assert told in done.stderr
    assert "Traceback (most recent" not in done.stderr
    assert {(tmp_path / name).read_text() for name in ("file", "r.json", "r.xml")} == {"before"}
    again, _ = crawled(tmp_path, good, rooms=1)
    assert "Lists: 1 stored" in again.stderr


def test_a_csv_that_is_appended_to_has_one_header(tmp_path: Path) -> None:
    for _ in range(2):
        done, _ = crawled(tmp_path, good, "-o", "r.csv", "-o", "r.csv.gz", rooms=1)
        assert done.returncode == 0, done.stderr
    text = (tmp_path / "r.csv").read_bytes()
    assert gzip.decompress((tmp_path / "r.csv.gz").read_bytes()) == text
    assert len(text.splitlines()) == 3
    assert text.count(b"source,kind,room_id") == 1


def test_a_byte_order_mark_is_for_csv_alone(tmp_path: Path) -> None:
    outputs = [word for form in ("csv", "json", "jsonl") for word in ("-O", f"r.{form}")]
    done, _ = crawled(tmp_path, good, *outputs, "-s", "FEED_EXPORT_ENCODING=utf-8-sig")
    assert done.returncode == 0, done.stderr
    counts = {form: (tmp_path / f"r.{form}").read_bytes().count(b"\xef\xbb\xbf") for form in ("csv", "json", "jsonl")}
    assert counts == {"csv": 1, "json": 0, "jsonl": 0}
    assert len(json.loads((tmp_path / "r.json").read_bytes())) == 2


@pytest.mark.parametrize("way", ["-O", "-o"])
def test_a_crawl_that_is_killed_leaves_every_list_that_came(tmp_path: Path, way: str) -> None:
    names = ("r.jsonl", "r.csv.gz", "r.json")
    words = ["crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}", *(w for name in names for w in (way, name))]
    ending = ".incomplete" if way == "-O" else ""
    with scripted(slow) as gateway:
        env = variables(gateway, tmp_path)
        crawl = subprocess.Popen(
            [*FORKS.program(env), *words],
            env=env,
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        try:
            plain = tmp_path / f"r.jsonl{ending}"
            until(lambda: plain.exists() and len(plain.read_bytes().splitlines()) >= 20)
            two = run(*words, env=variables(gateway, tmp_path), cwd=tmp_path)
        finally:
            crawl.kill()
            crawl.wait(10)
    assert two.returncode == 1
    assert "is being written by another crawl" in two.stderr
    assert len(plain.read_bytes().splitlines()) == 20
    assert len(gzip.decompress((tmp_path / f"r.csv.gz{ending}").read_bytes()).splitlines()) == 21
    assert len(json.loads((tmp_path / f"r.json{ending}").read_bytes() + b"]")) == 20


def test_a_gzip_file_of_a_crawl_that_was_killed_can_be_appended_to(tmp_path: Path) -> None:
    words = ["crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}", "-o", "r.csv.gz"]
    with scripted(slow) as gateway:
        env = variables(gateway, tmp_path)
        crawl = subprocess.Popen(
            [*FORKS.program(env), *words],
            env=env,
            cwd=tmp_path,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: (tmp_path / "r.csv.gz").exists() and (tmp_path / "r.csv.gz").stat().st_size > 2000)
        finally:
            crawl.kill()
            crawl.wait(10)
    before = len(gzip.decompress((tmp_path / "r.csv.gz").read_bytes()).splitlines())
    (tmp_path / "other").mkdir()
    done, _ = crawled(tmp_path / "other", good, "-o", "../r.csv.gz")
    assert done.returncode == 0, done.stderr
    assert before > 1
    assert len(gzip.decompress((tmp_path / "r.csv.gz").read_bytes()).splitlines()) == before + 2


@pytest.mark.parametrize(("rooms", "status"), [(4, 1), (1, 0)])
def test_a_limit_that_leaves_rooms_is_a_failure(tmp_path: Path, rooms: int, status: int) -> None:
    limit = ("-s", "CLOSESPIDER_ITEMCOUNT=1", "-s", "CONCURRENT_REQUESTS=1")
    done, _ = crawled(tmp_path, good, *limit, rooms=rooms)
    assert done.returncode == status, done.stderr
    told = "Failed: stopped before the queue was empty; the remaining rooms wait in it for the next crawl"
    assert (told in done.stderr) == bool(status)


@pytest.mark.parametrize("secret", ["sesame", "ses@me", "ses/me"])
def test_a_password_in_an_address_stays_out_of_everything_that_is_said(tmp_path: Path, secret: str) -> None:
    done, _ = crawled(tmp_path, good, "-O", f"ftp://user:{secret}@127.0.0.1:1/r.jsonl", "-L", "DEBUG", rooms=1)
    assert done.returncode == 1
    assert secret not in done.stdout + done.stderr
