"""docs/queries.md: each query runs on both databases, and returns the answer that is printed below it."""

import re
from pathlib import Path

import pytest

from rankcrawler.clock import iso, ms
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.store import locate
from tests import stores
from tests.builders import entry, failed, polled, snapshot
from tests.gateways import environment, run

PAGE = Path(__file__).parent.parent / "docs" / "queries.md"
_QUESTION = re.compile(r"^## (.+?)$.*?^```sql\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUESTIONS = {title: (query, answer) for title, query, answer in _QUESTION.findall(PAGE.read_text("utf-8"))}
ONE, OTHER = "7300000000000000001", "7300000000000000002"
NOON = ms("2021-09-17T12:00:00Z")
NAMES = {"7000001": "小鱼", "7000002": "阿木", "7000003": "晚风", "7000004": "柚子"}
LEVELS = {"7000001": (45, 7), "7000002": (41, None), "7000003": (12, 3), "7000004": (50, 20)}


def listed(room_id: str, minute: int, scores: dict[str, int], **names: str) -> RoomSnapshot:
    """A list in order of its scores."""
    place = {"room_id": room_id, "captured_at": iso(NOON + minute * 60_000), "polled_at": iso(NOON + minute * 60_000)}
    rows = [
        entry(
            rank,
            user_id=user,
            score=score,
            nickname=names.get(f"u{user}", NAMES[user]),
            display_id=f"handle{user[-1]}",
            pay_grade_level=LEVELS[user][0],
            fans_club_level=LEVELS[user][1],
            fans_club_member=LEVELS[user][1] is not None,
            **place,
        )
        for rank, (user, score) in enumerate(sorted(scores.items(), key=lambda each: -each[1]), start=1)
    ]
    return snapshot(rows, digest=f"{int(room_id) * 100 + minute:032x}", **place)


def fill(where: str) -> None:
    """Two rooms, polled for some minutes."""
    store = locate.open_records(where, create=True)
    lists = [
        listed(ONE, 0, {"7000001": 520, "7000002": 1_300}, u7000001="鱼"),
        listed(ONE, 1, {"7000001": 2_520, "7000002": 1_300}, u7000001="鱼"),
        listed(ONE, 2, {"7000001": 2_520, "7000002": 3_100, "7000003": 99}),
        listed(ONE, 6, {"7000001": 5_000, "7000003": 12_000}),
        listed(OTHER, 1, {"7000001": 66, "7000004": 188_000}),
    ]
    for each in lists:
        store.write([polled(each, every=60)])
    store.write([polled(failed(room_id=ONE, polled_at=iso(NOON + 7 * 60_000), reason="HTTP 502"), every=60)])
    store.close()


@pytest.fixture(params=stores.DATABASES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of the store that the page asks."""
    return stores.ready(request.param, tmp_path, request, fill)


def test_the_page_has_at_least_ten_questions() -> None:
    assert len(QUESTIONS) == PAGE.read_text("utf-8").count("```sql") >= 10


@pytest.mark.parametrize("title", QUESTIONS)
def test_a_query_of_the_page_returns_what_is_printed_below_it(where: str, tmp_path: Path, title: str) -> None:
    query, answer = QUESTIONS[title]
    done = run("store", "sql", query, env=environment(None, tmp_path, {"STORE_URL": where}))
    assert (done.returncode, done.stderr) == (0, "")
    assert answer
    assert _aligned(done.stdout) == answer


def _aligned(text: str) -> str:
    """Lines with tabs as columns, as the page has them."""
    lines = [line.split("\t") for line in text.splitlines()]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    return "".join(f"{line.rstrip()}\n" for line in padded)


def main() -> None:
    """Print what SQLite answers below each query of the page, to be read before it is committed."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        where = f"sqlite:///{folder}/ranks.db"
        fill(where)
        text = PAGE.read_text("utf-8")
        for query, answer in QUESTIONS.values():
            env = environment(None, Path(folder), {"STORE_URL": where})
            done = run("store", "sql", query, env=env)
            assert not done.returncode, done.stderr
            old = f"```sql\n{query}```\n\n```text\n{answer}```"
            text = text.replace(old, f"```sql\n{query}```\n\n```text\n{_aligned(done.stdout)}```")
        PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
