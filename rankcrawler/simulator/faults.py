"""What can go wrong between a gateway and its customer, and how often it does here."""

from collections.abc import Collection
from enum import StrEnum
from random import Random

from rankcrawler.errors import SettingError


class FaultKind(StrEnum):
    """A way not to answer, or not with the list as it is."""

    SERVER_ERROR = "server_error"  # HTTP 500
    TOO_MANY_REQUESTS = "too_many_requests"  # HTTP 429 with Retry-After
    IN_BAND_CODE = "in_band_code"  # HTTP 200, code 500
    INNER_STATUS = "inner_status"  # HTTP 200, code 200, status_code 4017136
    EMPTY_BODY = "empty_body"
    HTML_PAGE = "html_page"
    TRUNCATED_JSON = "truncated_json"
    TRUNCATED_GZIP = "truncated_gzip"
    BAD_ROWS = "bad_rows"  # a list in which one row in ten cannot be read
    RESET = "reset"  # the connection is dropped
    STALL = "stall"  # nothing comes, for a long time


QUICK_FAULTS = tuple(kind for kind in FaultKind if kind is not FaultKind.STALL)
"""Every fault that does not keep its client waiting."""


class Faults:
    """Decides each answer's latency and fault; equal arguments make equal decisions in the same order.

    `rate` is the share of answers that fail, 0 to 1, each with one of `kinds`; `latency` is the mean wait in
    seconds, from half to one and a half of it; `stall` is how many seconds a stalled answer lasts.
    Raises SettingError for a value out of its range.
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
            raise SettingError(f"a fault rate is a number from 0 to 1, not {rate}")
        if not 0 <= latency <= 3600:
            raise SettingError(f"a latency is 0 to 3600 seconds, not {latency}")
        if rate and not kinds:
            raise SettingError("faults that happen need at least one kind")
        self.rate = rate
        self.kinds = tuple(kinds)
        self.latency = latency
        self.stall = stall
        self._random = Random(seed)  # noqa: S311  nothing here is a secret

    def wait(self) -> float:
        """Draw the seconds that the next answer takes."""
        return self.latency * (0.5 + self._random.random()) if self.latency else 0.0

    def draw(self) -> FaultKind | None:
        """Draw the next answer's fault; None for an answer that comes as it should."""
        if not self.rate or self._random.random() >= self.rate:
            return None
        return self._random.choice(self.kinds)


def parse_fault_kinds(text: str) -> tuple[FaultKind, ...]:
    """Return the kinds named in `text`, with commas between them; raises SettingError for an unknown one."""
    try:
        return tuple(FaultKind(name.strip()) for name in text.split(","))
    except ValueError:
        message = f"faults are of {', '.join(FaultKind)}; not {text!r}"
        raise SettingError(message) from None
