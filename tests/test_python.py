"""docs/python.md: its blocks run one after the other, and print what stands below them; and stores opened in Python."""

import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest

import rankcrawler
from rankcrawler.errors import NoStore, SettingError
from rankcrawler.insight import frames
from rankcrawler.insight.questions import Questions
from tests import stores, test_queries

PAGE = Path(__file__).parent.parent / "docs" / "python.md"
_BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of the store that the page asks."""
    return stores.ready(request.param, tmp_path, request, test_queries.fill)


def test_every_block_of_the_page_prints_what_stands_below_it(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_URL", where)
    monkeypatch.delenv("TIME_ZONE", raising=False)
    names: dict[str, Any] = {}
    blocks = _BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) == PAGE.read_text("utf-8").count("```python") >= 7
    for code, expected in blocks:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - our own page
        assert printed.getvalue() == expected, code


def test_the_page_names_every_question() -> None:
    questions = {name for name in dir(Questions) if not name.startswith("_")} - {"close"}
    text = PAGE.read_text("utf-8").partition("## All questions")[2]
    assert {name for name in questions if f"`{name}(" not in text} == set()


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys, rankcrawler; print(*sorted(name for name in sys.modules if name.startswith('rankcrawler.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "\n"
    with pytest.raises(AttributeError, match="has no attribute 'open_shop'"):
        rankcrawler.open_shop  # noqa: B018


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STORE_URL", raising=False)
    with pytest.raises(NoStore, match=re.escape(str(tmp_path / "data" / "ranks.db"))):
        rankcrawler.open_store()
    assert not [*tmp_path.iterdir()]


def test_an_open_store_cannot_be_changed(where: str) -> None:
    with rankcrawler.open_store(where) as store, pytest.raises((apsw.Error, psycopg.Error), match=r"read-?only"):
        store.records.database.bulk("count_room_hours", [(1, 1, 1, 1, 1, 1, 1)])


def test_a_datetime_without_an_offset_is_in_the_stores_time_zone(where: str) -> None:
    with rankcrawler.open_store(where, time_zone="Asia/Shanghai") as store:
        moment = datetime(2021, 9, 17, 20, 2)
        assert store.at(test_queries.ONE, moment).captured_at == "2021-09-17T12:02:00.000Z"
        assert store.at(test_queries.ONE, moment.astimezone()).row_count in (2, 3)
    with pytest.raises(SettingError, match="Mars"):
        rankcrawler.open_store(where, time_zone="Mars/Olympus")


def test_an_answer_without_rows_has_the_columns_of_one_with_rows(where: str) -> None:
    with rankcrawler.open_store(where) as store:
        full, empty = store.search("鱼").to_arrow(), store.search("nobody").to_arrow()
    assert (full.num_rows, empty.num_rows) == (1, 0)
    assert full.schema == empty.schema


@pytest.mark.parametrize("package", ["pyarrow", "pandas", "polars"])
def test_a_package_that_is_missing_is_named(where: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    method = {"pyarrow": "to_arrow", "pandas": "to_pandas", "polars": "to_polars"}[package]
    with rankcrawler.open_store(where) as store:
        answer = store.rooms()
    with pytest.raises(SettingError, match=f"^{method} needs {package}: pip install {package}$"):
        getattr(answer, method)()


def test_every_field_of_every_answer_has_a_type_that_frames_know(where: str) -> None:
    one, other = test_queries.ONE, test_queries.OTHER
    with rankcrawler.open_store(where) as store:
        answers = [
            *(store.latest(one), store.course(one), store.gains(one), store.top(), store.regulars()),
            *(store.contributor("7000001"), store.search("鱼"), store.shared(), store.compare(one, other)),
            *(store.rooms(), store.coverage(since="2021-09-17"), store.failures(since="2021-09-17")),
        ]
    for answer in answers:
        table = answer.to_arrow()
        assert table.num_rows == len(answer.rows)
        assert table.schema.names == list(frames.row_type(type(answer)).__struct_fields__)
