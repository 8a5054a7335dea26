"""What came of a run, as its end tells it."""

from typing import Any

import pytest

from rankcrawler import statistics
from rankcrawler.report import Report, lost_nothing

GOOD = {
    "finish_reason": "finished",
    "elapsed_time_seconds": 12.34,
    "rankcrawler/rooms/given": 3,
    "rankcrawler/snapshots/stored": 2,
    "rankcrawler/snapshots/unchanged": 4,
    "rankcrawler/snapshots/empty": 1,
    "rankcrawler/rows/stored": 200,
}


def failures(**stats: Any) -> tuple[str, ...]:
    """Why a run with these stats failed."""
    return Report.of(GOOD | stats).failures


def test_a_good_run_is_three_lines_and_no_failure() -> None:
    report = Report.of(GOOD)
    assert report.failures == ()
    assert report.lines() == ["Lists: 2 stored, 4 unchanged, 1 empty", "Rows:  200 in 12.3 s", "Rooms: 0 dead"]


def test_what_was_stored_before_is_told_where_there_is_any() -> None:
    assert Report.of(GOOD | {"rankcrawler/snapshots/duplicate": 5}).lines()[0] == (
        "Lists: 2 stored, 4 unchanged, 1 empty, 5 stored before"
    )


def test_retired_rooms_are_told_and_fail_nothing() -> None:
    report = Report.of(GOOD | {"rankcrawler/rooms/retired": 2})
    assert report.lines()[2] == "Rooms: 0 dead, 2 retired"
    assert report.failures == ()


def test_dead_rooms_are_told_by_reason_and_fail_the_run() -> None:
    report = Report.of(GOOD | {"rankcrawler/dead/HTTP 404": 2, "rankcrawler/dead/HTTP 410": 1})
    assert report.dead == {"HTTP 404": 2, "HTTP 410": 1}
    assert report.lines() == [
        "Lists: 2 stored, 4 unchanged, 1 empty",
        "Rows:  200 in 12.3 s",
        "Rooms: 3 dead",
        "Dead:  2 × HTTP 404",
        "Dead:  1 × HTTP 410",
        "Failed: 3 rooms are dead: fix the cause, then push them again",
    ]


@pytest.mark.parametrize(
    ("stats", "told"),
    [
        (
            {"rankcrawler/rooms/rejected": 2},
            "2 entries of the room list could not be read; the other 3 rooms were added",
        ),
        (
            {"rankcrawler/rooms/rejected": 1, "rankcrawler/rooms/given": 0},
            "1 entry of the room list could not be read; no room was added",
        ),
        (
            {"rankcrawler/rooms/rejected": 1, "rankcrawler/rooms/given": 1},
            "1 entry of the room list could not be read; the other room was added",
        ),
        ({"rankcrawler/inbox/unreadable": 1}, "1 entry of the inbox did not name a room"),
        ({"rankcrawler/polls/refused": 2}, "2 polls could not be stored, and are made again: see the log"),
        (
            {"rankcrawler/rows/quarantined": 2},
            "2 rows could not be read and are in quarantine; the other rows are stored",
        ),
        ({"rankcrawler/feeds/failed": 3}, "3 writes to feeds failed: the feeds are incomplete, the store is complete"),
        (
            {"rankcrawler/feeds/failed": 1, "feedexport/failed_count/FileFeedStorage": 2},
            "3 writes to feeds failed: the feeds are incomplete, the store is complete",
        ),
        (
            {"finish_reason": "shutdown", "rankcrawler/rooms/left": 1},
            "stopped before the queue was empty; the remaining rooms wait in it for the next crawl",
        ),
        ({"rankcrawler/tokens/refused/1": 2}, "1 token was refused and set aside: replace or remove it"),
        (
            {"rankcrawler/tokens/refused/1": 2, "rankcrawler/tokens/refused/3": 1},
            "2 tokens were refused and set aside: replace or remove them",
        ),
        (
            {"rankcrawler/tracebacks": 2},
            "2 unexpected errors: see the tracebacks in the log",
        ),
        (
            {"finish_reason": "gateway_down"},
            "the gateway did not answer for too long; the rooms wait in the queue for the next crawl",
        ),
        ({"finish_reason": "feed_not_open"}, "a feed cannot be written, so no room was polled"),
        ({"finish_reason": "store_not_open"}, "the crawl ended early: store_not_open"),
    ],
)
def test_each_failure_is_told_in_a_line(stats: dict[str, Any], told: str) -> None:
    assert failures(**stats) == (told,)
    assert Report.of(GOOD | stats).lines()[-1] == f"Failed: {told}"


def test_failures_add_up() -> None:
    stats = {"rankcrawler/dead/x": 1, "rankcrawler/rooms/rejected": 1, "finish_reason": "store_not_open"}
    assert len(failures(**stats)) == 3


def test_a_worker_without_a_list_may_be_stopped() -> None:
    stats = {name: value for name, value in GOOD.items() if name != "rankcrawler/rooms/given"}
    assert Report.of(stats | {"finish_reason": "shutdown"}).failures == ()


@pytest.mark.parametrize(
    "reason", ["shutdown", "closespider_timeout", "closespider_itemcount", "closespider_pagecount"]
)
def test_an_end_that_was_asked_for_is_no_failure_unless_it_leaves_rooms(reason: str) -> None:
    assert failures(finish_reason=reason) == ()
    left = {"finish_reason": reason, "rankcrawler/rooms/left": 1}
    assert failures(**left) == (
        "stopped before the queue was empty; the remaining rooms wait in it for the next crawl",
    )


def test_a_run_that_failed_to_write_a_feed_may_have_lost_nothing_else() -> None:
    assert lost_nothing(GOOD | {"rankcrawler/feeds/failed": 3})
    assert not lost_nothing(GOOD | {"rankcrawler/tracebacks": 1})


def test_a_crawl_that_never_started_failed() -> None:
    report = Report.of({})
    assert report.failures == ("the crawl ended early: it never started",)
    assert (report.stored, report.rows, report.seconds, report.dead) == (0, 0, 0.0, {})


def test_a_crawl_that_was_forced_to_end_was_cut_short() -> None:
    assert Report.of({"start_time": "2026-11-29"}).failures == ("the crawl ended early: it was cut short",)


def test_recurring_rooms_that_stay_are_no_failure_and_the_report_says_how_to_go_on() -> None:
    report = Report.of(GOOD | {"finish_reason": "shutdown", "rankcrawler/rooms/recurring": 12})
    assert report.lines()[-1] == (
        "Queue: 12 recurring rooms stay scheduled. To go on polling, run the same command again; to end it, see "
        "`scrapy rooms remove`"
    )
    assert (report.failures, report.status) == ((), 0)
    assert Report.of(GOOD | {"finish_reason": "queue_not_open", "rankcrawler/rooms/recurring": 12}).recurring == 0


def test_the_statistics_of_workers_are_those_of_one_run() -> None:
    one = {"finish_reason": "finished", "elapsed_time_seconds": 2.0, "a": 1, "rankcrawler/rooms/left": 5, "text": "x"}
    other = {"finish_reason": "shutdown", "elapsed_time_seconds": 3.5, "a": 2, "rankcrawler/rooms/left": 0}
    expected = {"finish_reason": "shutdown", "elapsed_time_seconds": 3.5, "a": 3, "rankcrawler/rooms/left": 0}
    assert statistics.together([one, other]) == expected
    assert statistics.together([one, {"finish_reason": "store_failed"}, other])["finish_reason"] == "store_failed"
    assert statistics.together([{"finish_reason": "fleet_stopped"}, other])["finish_reason"] == "fleet_stopped"
    assert statistics.together([]) == {}


def test_a_stopped_fleet_has_a_status_of_its_own_and_says_what_to_do() -> None:
    report = Report.of(GOOD | {"finish_reason": "fleet_stopped", "rankcrawler/tokens/refused/1": 1})
    assert report.status == 3
    assert report.failures == (
        "1 token was refused and set aside: replace or remove it",
        "the fleet is stopped: fix the cause, run `scrapy rooms resume`, and start again; no room is lost",
    )
    assert (Report.of(GOOD).status, Report.of(GOOD | {"rankcrawler/tracebacks": 1}).status) == (0, 1)


def test_polls_that_gave_no_list_are_told_by_what_followed() -> None:
    report = Report.of(
        GOOD | {"rankcrawler/polls/wait": 2, "rankcrawler/polls/retry": 3, "rankcrawler/polls/outage": 3}
    )
    assert report.lines()[3:] == ["Polls: 5 without a list: 3 retry, 2 wait"]
    assert report.failures == ()
