"""What becomes of what has fired: cool-down, quiet hours, muting, and messages that are tried until they are taken."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rankcrawler.alerts import book, ledger, outbox, rule, statefile
from rankcrawler.alerts.firing import Firing, identified
from rankcrawler.alerts.ledger import Cursor, Look
from rankcrawler.alerts.rule import Rule
from rankcrawler.alerts.statefile import StateFile
from rankcrawler.errors import AlertError, NoRule, SettingError
from tests.alerting import MINUTE, START
from tests.serving import BEIJING

HOUR = 60 * MINUTE


@pytest.fixture
def file(tmp_path: Path) -> Iterator[StateFile]:
    with StateFile(statefile.place(tmp_path / "data")) as one:
        yield one


def added(file: StateFile, **fields: Any) -> Rule:
    return book.add(file, rule.made({"kind": "first", "targets": ["phone"], **fields}), START)


def fired(file: StateFile, rule_: Rule, *at: int, subject: str = "room", now_ms: int | None = None) -> None:
    """Have a rule fire at some moments."""
    firings = [
        Firing(identified(rule_.key, subject, each), rule_.key, rule_.name, "first", each, subject) for each in at
    ]
    ledger.record(file, Look("store", firings), book.rules(file), now_ms or max(at), BEIJING)


def fates(file: StateFile) -> list[str]:
    """What became of each firing, the earliest first."""
    return [each.fate for each in sorted(book.history(file, 100), key=lambda each: each.firing.at_ms)]


def test_the_file_is_for_its_owner_alone(file: StateFile) -> None:
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700


def test_a_file_of_another_program_or_version_is_refused(tmp_path: Path) -> None:
    import apsw

    for number, statement in enumerate(("CREATE TABLE t (x)", "PRAGMA user_version = 7")):
        path = tmp_path / f"{number}.db"
        apsw.Connection(str(path)).execute(statement)
        with pytest.raises(AlertError, match="another program, or a newer rankcrawler"):
            StateFile(path)
    (tmp_path / "text.db").write_text("no database" * 100)
    with pytest.raises(AlertError, match=r"text\.db cannot be used"):
        StateFile(tmp_path / "text.db")


def test_rules_have_names_of_their_own(file: StateFile) -> None:
    added(file)
    with pytest.raises(SettingError, match="there is a rule first already"):
        added(file)
    assert book.free_name(file, "first") == "first-2"
    with pytest.raises(NoRule):
        book.mute(file, "nothing", None)
    book.remove(file, "first")
    with pytest.raises(NoRule):
        book.remove(file, "first")


def test_what_fires_again_too_soon_is_kept_and_told_with_the_next(file: StateFile) -> None:
    one = added(file, cool_down="10min")
    fired(file, one, START, START + MINUTE, START + 9 * MINUTE)
    fired(file, one, START + 2 * MINUTE, subject="another room")
    fired(file, one, START + 10 * MINUTE)
    assert fates(file) == ["sent", "cool_down", "sent", "cool_down", "sent"]
    [*_, last] = outbox.take_due(file, START + HOUR)
    assert last.parts[0].firing.facts == {"untold": 2}


def test_what_fires_twice_is_one_firing_with_one_message(file: StateFile) -> None:
    one = added(file, cool_down="0")
    fired(file, one, START)
    fired(file, one, START, START + 1)
    assert len(outbox.take_due(file, START + HOUR)) == 2
    assert fates(file) == ["sent", "sent"]


def test_in_quiet_hours_messages_wait_and_come_as_one_at_their_end(file: StateFile) -> None:
    one = added(file, quiet="20:00-22:00", cool_down="0", targets=["phone", "mail"])
    fired(file, one, START, START + MINUTE)
    fired(file, one, START + 2 * MINUTE)
    assert fates(file) == ["held"] * 3
    ledger.release_held(file, START + 2 * HOUR - 1)
    assert outbox.take_due(file, START + 2 * HOUR - 1) == []
    ledger.release_held(file, START + 2 * HOUR)
    messages = outbox.take_due(file, START + 2 * HOUR)
    assert sorted(each.target for each in messages) == ["mail", "phone"]
    assert [[part.firing.at_ms for part in each.parts] for each in messages] == [
        [START, START + MINUTE, START + 2 * MINUTE]
    ] * 2
    ledger.release_held(file, START + 3 * HOUR)
    fired(file, one, START + 3 * HOUR)
    assert len(book.history(file, 1)[0].deliveries) == 2


def test_a_muted_rule_sends_nothing_until_the_time_is_over(file: StateFile) -> None:
    one = added(file, cool_down="0")
    book.mute(file, "first", START + HOUR)
    fired(file, one, START)
    fired(file, one, START + HOUR)
    book.mute(file, "first", book.FOREVER)
    fired(file, one, START + 2 * HOUR)
    book.mute(file, "first", None)
    fired(file, one, START + 3 * HOUR)
    assert fates(file) == ["muted", "sent", "muted", "sent"]


def test_without_a_target_the_history_alone_has_it(file: StateFile) -> None:
    fired(file, added(file, targets=[]), START)
    assert fates(file) == ["no_target"]
    assert outbox.take_due(file, START + HOUR) == []


def test_many_at_once_are_one_message(file: StateFile) -> None:
    one = added(file, cool_down="0")
    fired(file, one, *range(START, START + 120))
    assert [len(each.parts) for each in outbox.take_due(file, START + HOUR)] == [50, 50, 20]


def test_a_message_is_tried_again_with_the_same_id_until_a_day_is_over(file: StateFile) -> None:
    fired(file, added(file), START)
    ids, pauses, now = set(), [], START
    for attempt in range(1, 200):
        found = outbox.take_due(file, now)
        if not found:
            break
        [message] = found
        assert message.attempt == attempt
        ids.add(message.id)
        assert outbox.take_due(file, now) == [], "the attempt has begun"
        outbox.failed(file, message, "HTTP 500", now)
        [(due,)] = file._db.execute("SELECT due_ms FROM messages").fetchall()
        assert isinstance(due, int)
        pauses.append(due - now)
        now = due
    assert len(ids) == 1
    assert all(2000 <= pause <= 1_802_000 for pause in pauses)
    assert now - START >= outbox.GIVE_UP_MS
    [told] = book.history(file, 10)
    assert (told.deliveries[0].state, told.deliveries[0].problem) == ("given_up", "HTTP 500")


def test_a_target_may_say_when_to_try_again(file: StateFile) -> None:
    fired(file, added(file), START)
    [message] = outbox.take_due(file, START)
    outbox.failed(file, message, "HTTP 429", START, wait=90)
    assert outbox.take_due(file, START + 89_999) == []
    assert len(outbox.take_due(file, START + 90_000)) == 1


def test_a_look_is_written_down_whole_or_not_at_all(file: StateFile) -> None:
    one = added(file)
    firing = Firing("id", one.key, one.name, "first", START, "room")
    strange = Firing("strange", "no rule", "x", "first", START, "room")
    look = Look("store", [firing, strange], {1: Cursor("5", START, START)}, {"session:1": "on"}, {one.key})
    with pytest.raises(KeyError):
        ledger.record(file, look, book.rules(file), START, BEIJING)
    assert (fates(file), file.all("cursors", store="store"), file.all("known", store="store")) == ([], [], [])
    assert not book.rules(file)[0].is_armed


def test_what_is_old_is_forgotten_unless_it_waits(file: StateFile) -> None:
    one = added(file, cool_down="0")
    fired(file, one, START, START + 1)
    first, second = outbox.take_due(file, START + 1)
    outbox.delivered(file, first, START + 2)
    ledger.forget_old(file, START + ledger.KEPT_MS + HOUR)
    [left] = book.history(file, 10)
    assert left.firing.id == second.parts[0].firing.id
