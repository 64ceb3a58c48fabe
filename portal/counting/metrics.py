"""What can be counted. Each metric says beforehand which values its labels have.

So no label grows without bound, and every number has its cell from the start, in one long row that
is laid out alike in every process of a server.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import product

SECOND = 1_000_000_000  # durations are counted in nanoseconds
DURATIONS = tuple(SECOND * ms // 1000 for ms in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000))
FROM_SHORTEST = (SECOND // 10_000, 3 * SECOND // 10_000, *DURATIONS)

declared: "list[Metric]" = []


class Metric:
    """What is counted, under each combination of the values of its labels."""

    width = 1  # cells of one combination

    def __init__(self, name: str, about: str, **labels: Sequence[str]) -> None:
        self.name, self.about, self.labels = name, about, tuple(labels)
        first, combinations = row_length(), product(*labels.values())
        self.cells = {one: first + n * self.width for n, one in enumerate(combinations)}
        declared.append(self)


class Counter(Metric):
    """A number that only grows."""


class Gauge(Metric):
    """A number that a process holds while it runs."""


class Histogram(Metric):
    """How many values were at most as large as each bound, and the sum of all values.

    `unit` is how many of what is counted make one of what is shown.
    """

    def __init__(
        self, name: str, about: str, bounds: Sequence[int], unit: int = 1, **labels: Sequence[str]
    ) -> None:
        self.bounds, self.unit = tuple(bounds), unit
        self.width = len(bounds) + 2  # one for what is beyond the last bound, and the sum
        super().__init__(name, about, **labels)


def row_length() -> int:
    return sum(len(one.cells) * one.width for one in declared)


def layout() -> str:
    """A name for the places of all cells: rows of another release are not misread."""
    places = [(one.name, one.width, list(one.cells)) for one in declared]
    return sha256(repr(places).encode()).hexdigest()[:12]
