"""Writes readings as Prometheus reads them, and what the process itself uses; needs prometheus-client."""

from collections.abc import Iterator

from prometheus_client import exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from rankcrawler.metrics.metric import Readings


class _Read(Collector):
    """Readings, as the library takes them."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Family]:
        """Yield each metric with its values."""
        for metric, values in self._readings.values():
            family = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            found = family(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in values.items():
                found.add_metric(labels, value)
            yield found
        for metric, spread in self._readings.spreads():
            bounds = (*map(str, spread.bounds), "+Inf")
            buckets = list(zip(bounds, map(float, spread.cumulative()), strict=True))
            yield HistogramMetricFamily(metric.name, metric.meaning, buckets=buckets, sum_value=spread.total)
        yield from ProcessCollector(registry=None).collect()


def written(readings: Readings, accept: str) -> tuple[bytes, str]:
    """The readings in the format that a header Accept asks for, and the value of the header Content-Type."""
    encode, kind = exposition.choose_encoder(accept)
    return encode(_Read(readings)), kind
