"""An outage as the log tells it."""

import pytest

from rankcrawler import faultlog
from rankcrawler.faultlog import FaultLog


def test_an_outage_is_told_at_its_beginning_every_five_seconds_and_at_its_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = [100.0]
    monkeypatch.setattr(faultlog, "monotonic", lambda: now[0])
    one = FaultLog("The queue is deaf", "The queue hears again")
    for _ in range(13):
        one.note(OSError("no route"))
        now[0] += 0.5
    one.over()
    assert caplog.messages == [
        "The queue is deaf: no route",
        "The queue is deaf: no route",
        "The queue hears again, after 6.5 s",
    ]


def test_what_never_failed_is_not_told_to_be_over(caplog: pytest.LogCaptureFixture) -> None:
    FaultLog("The queue is deaf", "The queue hears again").over()
    assert caplog.messages == []
