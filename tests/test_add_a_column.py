"""What it takes to add a column: its declaration, its field in the gateway's schema, one migration, a changelog line.

The first three are made in a copy of the package, and the copy crawls into feeds and stores.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from aiohttp import web
from pyarrow import parquet  # type: ignore[import-untyped]

from rankcrawler.store import schema
from tests import stores
from tests.builders import body, row
from tests.gateways import environment
from tests.scripted import Asked, scripted

ROOT = Path(__file__).parent.parent
ROOM = "7300000000000000001"
WORDS = "一句签名"
STEP = schema.version() + 1
DECLARATION = f"""    signature: Annotated[
        str | None,
        column("The user's words.", "签名", group=Group.PROFILE, personal=Personal.ID, since={STEP}),
    ]
"""
EDITS = {
    "model/rows.py": ("    gender: Annotated[", f"{DECLARATION}    gender: Annotated["),
    "gateways/wire/schema.py": ("    gender: Small", "    signature: str | None = None\n    gender: Small"),
    f"store/sql/steps/{STEP}.sql": ("", "{add column signature};\n"),
}
"""By file: a text, and what replaces it. With a changelog line these are all files that are touched."""


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package that has the new column."""
    folder = tmp_path_factory.mktemp("edited")
    shutil.copytree(ROOT / "rankcrawler", folder / "rankcrawler", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (old, new) in EDITS.items():
        path = folder / "rankcrawler" / name
        text = path.read_text("utf-8") if old else ""
        assert text.count(old) == 1 or not old
        path.write_text(text.replace(old, new, 1) if old else new, "utf-8")
    return folder


async def answer(_: Asked) -> web.Response:
    """A list of one contributor with a signature, and one without."""
    users = ({"id": 5, "id_str": "5", "nickname": "n", "signature": WORDS}, {"id": 6, "id_str": "6"})
    return web.Response(body=body(row(1, users[0]), row(2, users[1])), content_type="application/json")


def run(folder: Path, *words: str, env: dict[str, str]) -> str:
    """What a command of the package in a folder prints; it must succeed."""
    command = [sys.executable, "-m", "rankcrawler", *words]
    path = {"PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=env | path, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(where: str) -> set[str | None]:
    """The signatures of a store's profiles, read without our code."""
    query = "SELECT signature FROM _profiles"
    if where.startswith("postgresql"):
        with psycopg.connect(where) as connection:
            return {value for (value,) in connection.execute(query).fetchall()}
    with closing(sqlite3.connect(where.removeprefix("sqlite:///"))) as database:
        return {value for (value,) in database.execute(query).fetchall()}


def test_no_more_than_four_files_are_touched() -> None:
    assert len(EDITS) + len(["CHANGELOG.md"]) <= 4


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_new_column_reaches_feed_database_and_parquet(
    kind: str, edited: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    with scripted(answer) as gateway:
        env = environment(None, tmp_path, {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": "token", "STORE_URL": where})
        run(edited, "crawl", "ranklist", "-a", f"rooms={ROOM}", "-O", f"{tmp_path}/r.jsonl", env=env)
    rows = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    assert [each["signature"] for each in rows] == [WORDS, None]
    assert stored(where) == {WORDS, None}
    run(edited, "store", "export", "--room", "all", "--to", f"{tmp_path}/r.parquet", env=env)
    assert parquet.read_table(tmp_path / "r.parquet").column("signature").to_pylist() == [WORDS, None]


@pytest.mark.parametrize("kind", stores.DATABASES)
def test_a_store_from_before_is_migrated_and_its_lists_are_read_without_the_column(
    kind: str, edited: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    with scripted(answer) as gateway:
        env = environment(None, tmp_path, {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": "token", "STORE_URL": where})
        run(ROOT, "crawl", "ranklist", "-a", f"rooms={ROOM}", env=env)
        run(edited, "store", "migrate", env=env)
        run(edited, "store", "export", "--room", "all", "--to", f"{tmp_path}/before.jsonl", env=env)
        run(edited, "crawl", "ranklist", "-a", f"rooms={int(ROOM) + 1}", env=env)
    before = [json.loads(line) for line in (tmp_path / "before.jsonl").read_text("utf-8").splitlines()]
    assert [each["signature"] for each in before] == [None, None]
    assert [each["nickname"] for each in before] == ["n", None]
    assert WORDS in stored(where)


def test_a_new_personal_column_leaves_no_clear_text_where_there_are_pseudonyms(edited: Path, tmp_path: Path) -> None:
    ours = {"GATEWAY_TOKEN": "token", "PSEUDONYMISE_KEY": "a key of more than sixteen bytes"}
    with scripted(answer) as gateway:
        env = environment(None, tmp_path, ours | {"GATEWAY_URL": gateway.url})
        run(edited, "crawl", "ranklist", "-a", f"rooms={ROOM}", "-O", f"{tmp_path}/r.jsonl", env=env)
    (one, other) = (json.loads(line)["signature"] for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines())
    assert (len(one), other) == (32, None)
    assert WORDS.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_new_column_stands_in_the_documents_tables_and_in_the_json_schema(edited: Path) -> None:
    code = "from rankcrawler.model import reference as r; print(r.table('en'), r.table('zh'), r.schema())"
    path = dict(os.environ) | {"PYTHONPATH": str(edited)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=path, cwd=edited, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("signature") >= 3
    assert "The user's words." in done.stdout
    assert "签名" in done.stdout
