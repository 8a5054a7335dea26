"""The faults that the simulated gateway can have, and how often it has them."""

from collections.abc import Collection
from enum import StrEnum
from random import Random

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.spelling import meant


class FaultKind(StrEnum):
    """A way to fail: no answer, or a damaged one."""

    SERVER_ERROR = "server_error"  # HTTP 500
    TOO_MANY_REQUESTS = "too_many_requests"  # HTTP 429 with Retry-After
    IN_BAND_CODE = "in_band_code"  # HTTP 200, code 500
    INNER_STATUS = "inner_status"  # HTTP 200, code 200, status_code 4017136
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    TRUNCATED_JSON = "truncated_json"
    TRUNCATED_GZIP = "truncated_gzip"
    BAD_ROWS = "bad_rows"  # a list with one malformed row in ten
    RESET = "reset"  # the connection is dropped
    STALL = "stall"  # no answer for a long time, then a reset


QUICK_FAULTS = tuple(kind for kind in FaultKind if kind is not FaultKind.STALL)
"""All faults that fail at once."""


class Faults:
    """Draws a latency and a fault for each answer; equal arguments give the same sequence.

    `rate` is the share of answers that fail, 0 to 1, each with one of `kinds`. `latency` is the mean wait in seconds;
    single waits range from 50% to 150% of it. `stall` is how many seconds a stalled answer takes.
    Raises SettingError for a value out of range.
    """

    def __init__(
        self,
        rate: float = 0.0,
        kinds: Collection[FaultKind] = QUICK_FAULTS,
        *,
        latency: float = 0.0,
        stall: float = 60.0,
        seed: int = 1,
    ) -> None:
        if not 0 <= rate <= 1:
            raise SettingError(tr("the fault rate must be from 0 to 1, not {rate}", rate=rate))
        if not 0 <= latency <= 3600:
            raise SettingError(tr("the latency must be from 0 to 3600 seconds, not {latency}", latency=latency))
        if rate and not kinds:
            raise SettingError(tr("a fault rate above 0 needs at least one kind of fault"))
        self.rate = rate
        self.kinds = tuple(kinds)
        self.latency = latency
        self.stall = stall
        self._random = Random(seed)  # noqa: S311  not used for security

    def wait(self) -> float:
        """Draw the next answer's latency in seconds."""
        return self.latency * (0.5 + self._random.random()) if self.latency else 0.0

    def draw(self) -> FaultKind | None:
        """Draw the next answer's fault; None for an intact answer."""
        if not self.rate or self._random.random() >= self.rate:
            return None
        return self._random.choice(self.kinds)


def parse_fault_kinds(text: str) -> tuple[FaultKind, ...]:
    """Return the kinds in a comma-separated list; raises SettingError for an unknown one."""
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in set(FaultKind):
            raise SettingError(
                tr(
                    "faults must be among {known}; not {text!r}{meant}",
                    known=", ".join(FaultKind),
                    text=text,
                    meant=meant(name, list(FaultKind)),
                )
            )
    return tuple(FaultKind(name) for name in names)
