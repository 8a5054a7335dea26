"""What only the JSON Lines store does: it repairs its files after a crash, and reads old ones."""

import json
from pathlib import Path

import msgspec
import pytest

from rankcrawler.errors import StoreError
from rankcrawler.model.items import Poll
from rankcrawler.store import poll_line
from rankcrawler.store.answers import Counts
from rankcrawler.store.contract import Kept
from rankcrawler.store.json_lines import JsonLinesStore
from tests import earlier
from tests.builders import entry, polled, snapshot

NOON, LATER = "2026-11-23T12:00:00.000Z", "2026-11-23T12:00:01.000Z"
FIRST = snapshot(entries=(entry(rank=1, captured_at=NOON),), captured_at=NOON, digest="1" * 32)
SECOND = snapshot(
    entries=(entry(rank=1, captured_at=LATER), entry(rank=2, captured_at=LATER)), captured_at=LATER, digest="2" * 32
)


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in ("entries.jsonl", "polls.jsonl")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = JsonLinesStore(tmp_path)
    store.write([polled(FIRST)])
    store.close()
    return tmp_path


@pytest.mark.parametrize("torn", ["entries.jsonl", "polls.jsonl"])
def test_a_second_write_cut_short_at_any_byte_is_undone_on_open(folder: Path, torn: str) -> None:
    before = files(folder)
    store = JsonLinesStore(folder)
    store.write([polled(SECOND)])
    store.close()
    after = files(folder)
    for end in range(len(before[torn]), len(after[torn])):
        (folder / "entries.jsonl").write_bytes(after["entries.jsonl"])
        (folder / "polls.jsonl").write_bytes(before["polls.jsonl"])
        (folder / torn).write_bytes(after[torn][:end])
        store = JsonLinesStore(folder)
        assert files(folder) == before, end
        assert store.latest(FIRST.target.room_id) == FIRST
        store.close()
    store = JsonLinesStore(folder)
    assert store.write([polled(SECOND)]) == [Kept.STORED]
    assert files(folder) == after
    store.close()


def test_a_torn_line_of_another_process_is_undone_before_the_next_write(folder: Path) -> None:
    store = JsonLinesStore(folder)
    for name in ("entries.jsonl", "polls.jsonl"):
        with (folder / name).open("ab") as file:
            file.write(b'{"source":"torn')
    assert store.write([polled(SECOND)]) == [Kept.STORED]
    assert store.counts() == Counts(rooms=1, polls=2, snapshots=2, entries=3)
    assert store.latest(FIRST.target.room_id) == SECOND
    store.close()


def test_missing_rows_are_reported_and_nothing_is_cut(folder: Path) -> None:
    before = files(folder)["polls.jsonl"]
    (folder / "entries.jsonl").write_bytes(b"")
    with pytest.raises(StoreError, match="rows are missing"):
        JsonLinesStore(folder)
    assert files(folder)["polls.jsonl"] == before


def test_a_damaged_line_is_reported_with_its_place(folder: Path) -> None:
    with (folder / "polls.jsonl").open("ab") as file:
        file.write(b"not JSON\n")
    with pytest.raises(StoreError, match=r"polls\.jsonl is damaged after byte \d+"):
        JsonLinesStore(folder)


def test_files_of_version_1_are_read_and_added_to(tmp_path: Path) -> None:
    earlier.restore(f"jsonl:{tmp_path}/ranks", 1)
    polls = earlier.polls(3)
    old, new = JsonLinesStore(tmp_path / "ranks"), JsonLinesStore(tmp_path / "new")
    new.write(polls)
    assert old.counts() == new.counts()
    for room, kind in (("1", "ranklist"), ("1", "audience"), ("2", "ranklist")):
        assert old.latest(room, kind=kind) == new.latest(room, kind=kind) is not None
    assert old.write(polls) == new.write(polls)
    last = polls[-1]
    assert last.snapshot is not None
    again = Poll(msgspec.structs.replace(last.snapshot, captured_at=LATER[:8] + "25" + LATER[10:]), last.fence)
    assert old.write([again]) == new.write([again]) == [Kept.UNCHANGED]
    lines = [json.loads(line) for line in (tmp_path / "ranks" / "polls.jsonl").read_text("utf-8").splitlines()]
    assert [line.get("version") for line in lines] == [None] * len(polls) + [poll_line.VERSION]
    for store in (old, new):
        store.close()


@pytest.mark.parametrize("lacks_fields", [False, True])
def test_a_line_of_a_newer_version_is_refused_and_left_alone(folder: Path, lacks_fields: bool) -> None:
    newer = poll_line.VERSION + 1
    line = json.loads(files(folder)["polls.jsonl"]) | {"version": newer}
    (folder / "polls.jsonl").write_text(json.dumps({"version": newer} if lacks_fields else line) + "\n")
    before = files(folder)
    with pytest.raises(StoreError, match=rf"newer rankcrawler \(version {newer}, not {poll_line.VERSION}\)"):
        JsonLinesStore(folder)
    assert files(folder) == before


def test_many_polls_are_read_in_pieces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = JsonLinesStore(folder)
    store.write([polled(SECOND)])
    store.close()
    monkeypatch.setattr("rankcrawler.store.json_lines.READ_AT_ONCE", 600)
    before = files(folder)
    store = JsonLinesStore(folder)
    assert store.counts().polls == 2
    assert files(folder) == before
    store.close()
