"""A metric: a name, what it says, and its labels; and the values that one look has found."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from rankcrawler.distribution import Distribution


class Metric(NamedTuple):
    """Named as Prometheus names metrics: in seconds, bytes or things, and a counter ends in _total."""

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    meaning: str
    labels: tuple[str, ...] = ()
    """Each has a few values: no room, contributor or token, and no text from outside."""


class Readings:
    """What one look has found."""

    def __init__(self) -> None:
        self._values: dict[Metric, dict[tuple[str, ...], float]] = {}
        self._spreads: dict[Metric, Distribution] = {}

    def add(self, metric: Metric, value: float, *labels: str) -> None:
        """Note the value of a metric for its labels; values for the same labels are added up."""
        assert len(labels) == len(metric.labels), metric.name
        values = self._values.setdefault(metric, {})
        values[labels] = values.get(labels, 0) + value

    def state(self, metric: Metric, known: Iterable[str], state: str, *labels: str) -> None:
        """Note which of the known states something is in: 1 for that, 0 for the others."""
        for each in known:
            self.add(metric, float(each == state), *labels, each)

    def spread(self, metric: Metric, found: Distribution) -> None:
        """Note a histogram."""
        self._spreads[metric] = found

    def values(self) -> Iterator[tuple[Metric, dict[tuple[str, ...], float]]]:
        """Gauges and counters, each with its values by labels."""
        yield from self._values.items()

    def spreads(self) -> Iterator[tuple[Metric, Distribution]]:
        """Histograms."""
        yield from self._spreads.items()

    def value(self, metric: Metric, *labels: str) -> float | None:
        """The value of a metric; None if nothing was noted."""
        return self._values.get(metric, {}).get(labels)
