"""What was counted in all processes of this server, for Prometheus to read."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from flask import Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from portal.counting.counts import counts
from portal.counting.metrics import Gauge, Histogram, Metric, declared
from portal.operations.door import bp


@bp.get("/metrics")
def metrics() -> Response:
    registry = CollectorRegistry()
    registry.register(Snapshot(counts().total()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class Snapshot(Collector):
    """All metrics with their numbers at one moment."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Family]:
        for metric in declared:
            if isinstance(metric, Histogram):
                yield self._histogram(metric)
            else:
                yield self._plain(metric)

    def _plain(self, metric: Metric) -> Family:
        kind = GaugeMetricFamily if isinstance(metric, Gauge) else CounterMetricFamily
        family = kind(metric.name, metric.about, labels=metric.labels)
        for values, cell in metric.cells.items():
            family.add_metric(values, self._numbers[cell])
        return family

    def _histogram(self, metric: Histogram) -> Family:
        family = HistogramMetricFamily(metric.name, metric.about, labels=metric.labels)
        bounds = [f"{bound / metric.unit:g}" for bound in metric.bounds] + ["+Inf"]
        for values, first in metric.cells.items():
            *steps, total = self._numbers[first : first + metric.width]
            family.add_metric(
                values, list(zip(bounds, accumulate(steps), strict=True)), total / metric.unit
            )
        return family
