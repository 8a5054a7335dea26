"""The floor: the least work that a crawl can do.

`python -m benchmarks.floor SINK ANSWERS ROOMS PLACE` decompresses ROOMS answers from a file, decodes the stored fields
into typed structs, and writes their rows to SINK with a plain driver, in one loop on one core. It has no HTTP, no queue
and no event loop, and does not validate, compute or compare anything. It commits every BATCH answers: as many as a
commit of rankcrawler can hold, and as durably.
"""

import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import apsw
import msgspec
import psycopg

from benchmarks import answers
from benchmarks.serving import FIRST_ROOM

BATCH = 64
TABLES = """
CREATE TABLE snapshots (snapshot_key BIGINT PRIMARY KEY, room_id TEXT NOT NULL, captured_at BIGINT NOT NULL);
CREATE TABLE entries (
  snapshot_key BIGINT NOT NULL, rank INTEGER NOT NULL, position INTEGER NOT NULL, score BIGINT, exactly_score TEXT,
  score_precision TEXT NOT NULL, delta BIGINT, user_id TEXT, display_id TEXT, sec_uid TEXT, nickname TEXT,
  gender INTEGER, avatar_url TEXT, pay_grade_level INTEGER, this_grade_min_diamond BIGINT,
  this_grade_max_diamond BIGINT, grade_describe TEXT, lifetime_diamonds_min BIGINT, lifetime_diamonds_max BIGINT,
  fans_club_name TEXT, fans_club_level INTEGER, fans_club_member BOOLEAN, is_hidden BOOLEAN,
  is_anonymous BOOLEAN NOT NULL, is_mystery BOOLEAN, flags TEXT, PRIMARY KEY (snapshot_key, position))
"""


class Image(msgspec.Struct, gc=False):
    """A picture."""

    url_list: list[str]


class PayGrade(msgspec.Struct, gc=False):
    """A pay grade."""

    level: int
    this_grade_min_diamond: int
    this_grade_max_diamond: int
    grade_describe: str


class Club(msgspec.Struct, gc=False):
    """A fan-club membership."""

    club_name: str
    level: int
    user_fans_club_status: int


class FansClub(msgspec.Struct, gc=False):
    """The object around a membership."""

    data: Club


class User(msgspec.Struct, gc=False):
    """A contributor."""

    id_str: str
    display_id: str
    sec_uid: str
    nickname: str
    gender: int
    avatar_thumb: Image
    pay_grade: PayGrade
    fans_club: FansClub
    mystery_man: int


class Entry(msgspec.Struct, gc=False):
    """A row; the loop sets `room_id` and `captured_at`."""

    rank: int
    user: User
    score: int
    exactly_score: str
    delta: int
    is_hidden: bool
    room_id: str = ""
    captured_at: int = 0


class Ranks(msgspec.Struct, gc=False):
    """The list."""

    ranks: list[Entry]


class Extra(msgspec.Struct, gc=False):
    """The gateway's clock."""

    now: int


class Envelope(msgspec.Struct, gc=False):
    """The list and the clock."""

    data: Ranks
    extra: Extra


class Answer(msgspec.Struct, gc=False):
    """A whole body."""

    data: Envelope


Batch = list[tuple[int, Answer]]
Sink = Callable[[Iterator[Batch], str], None]


def batches(packed: Sequence[bytes], rooms: int) -> Iterator[Batch]:
    """Yield the rooms' decoded answers with their numbers, BATCH at a time."""
    decode = msgspec.json.Decoder(Answer).decode
    numbered = enumerate(islice(cycle(packed), rooms))
    while batch := [(number, decode(zlib.decompress(each, wbits=31))) for number, each in islice(numbered, BATCH)]:
        yield batch


def rows(number: int, answer: Answer) -> Iterator[tuple[Any, ...]]:
    """Yield an answer's rows of the table `entries`."""
    for position, entry in enumerate(answer.data.data.ranks, start=1):
        user, grade, club = entry.user, entry.user.pay_grade, entry.user.fans_club.data
        yield (
            number,
            entry.rank,
            position,
            entry.score,
            entry.exactly_score,
            "exact",
            entry.delta,
            user.id_str,
            user.display_id,
            user.sec_uid,
            user.nickname,
            user.gender,
            user.avatar_thumb.url_list[0],
            grade.level,
            grade.this_grade_min_diamond,
            grade.this_grade_max_diamond,
            grade.grade_describe,
            grade.this_grade_min_diamond,
            grade.this_grade_max_diamond,
            club.club_name,
            club.level,
            club.user_fans_club_status == 1,
            entry.is_hidden,
            False,
            user.mystery_man == 2,
            None,
        )


def snapshot(number: int, answer: Answer) -> tuple[int, str, int]:
    """Return an answer's row of the table `snapshots`."""
    return number, str(FIRST_ROOM + number), answer.data.extra.now


def to_jsonl(source: Iterator[Batch], place: str) -> None:
    """Write the rows as lines of a file."""
    encode_lines = msgspec.json.Encoder().encode_lines
    with Path(place).open("wb", buffering=0) as file:
        for batch in source:
            for number, answer in batch:
                room_id, now = str(FIRST_ROOM + number), answer.data.extra.now
                for entry in answer.data.data.ranks:
                    entry.room_id, entry.captured_at = room_id, now
                file.write(encode_lines(answer.data.data.ranks))
            os.fsync(file.fileno())


def to_sqlite(source: Iterator[Batch], place: str) -> None:
    """Write the rows to a SQLite file."""
    with closing(apsw.Connection(place)) as database:
        database.execute(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {TABLES}").fetchall()
        into = f"INSERT INTO entries VALUES ({', '.join('?' * 26)})"  # noqa: S608 — built from constants
        for batch in source:
            database.execute("BEGIN")
            for number, answer in batch:
                database.execute("INSERT INTO snapshots VALUES (?, ?, ?)", snapshot(number, answer))
                database.executemany(into, rows(number, answer))
            database.execute("COMMIT")


def to_postgresql(source: Iterator[Batch], place: str) -> None:
    """Write the rows to a PostgreSQL database with COPY."""
    with psycopg.connect(place) as database:
        database.execute(TABLES.encode())
        for batch in source:
            with database.transaction(), database.cursor() as cursor:
                with cursor.copy("COPY snapshots FROM STDIN") as copy:
                    for number, answer in batch:
                        copy.write_row(snapshot(number, answer))
                with cursor.copy("COPY entries FROM STDIN") as copy:
                    for number, answer in batch:
                        for row in rows(number, answer):
                            copy.write_row(row)


SINKS: dict[str, Sink] = {"jsonl": to_jsonl, "sqlite": to_sqlite, "postgresql": to_postgresql}


def main() -> None:
    """Write the answers that the command line names."""
    sink, file, rooms, place = sys.argv[1:]
    SINKS[sink](batches(answers.read(Path(file)), int(rooms)), place)


if __name__ == "__main__":
    main()
