"""Charts drawn by the server: bars by day, as numbers that a template turns into SVG.

A table with the same numbers stands behind each chart, for who does not see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 720, 200  # units of the drawing
GAP = 0.2  # of a bar's place
BARS = 92  # at most; longer periods are drawn by week


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A day, or the week that begins with it."""

    start: date
    x: float
    width: float
    segments: tuple[Segment, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    names: tuple[str, ...]
    bars: tuple[Bar, ...]
    top: int  # the value at the upper edge
    days: int  # that one bar stands for


def stacked(days: Sequence[date], series: Mapping[str, Mapping[date, int]]) -> Chart:
    """Bars of several series on top of each other, in the order of the series."""
    step = 1 if len(days) <= BARS else 7
    starts = days[::step]
    values = [[_sum(counts, start, step) for counts in series.values()] for start in starts]
    top = _round(max(map(sum, values), default=0))
    place = WIDTH / max(len(starts), 1)
    bars = (
        Bar(
            start,
            round((number + GAP / 2) * place, 2),
            round(place * (1 - GAP), 2),
            _segments(tuple(series), sums, top),
            tuple(sums),
        )
        for number, (start, sums) in enumerate(zip(starts, values, strict=True))
    )
    return Chart(tuple(series), tuple(bars), top, step)


def _sum(counts: Mapping[date, int], start: date, days: int) -> int:
    return sum(counts.get(start + timedelta(days=n), 0) for n in range(days))


def _segments(names: Sequence[str], values: Sequence[int], top: int) -> tuple[Segment, ...]:
    segments, base = [], float(HEIGHT)
    for name, value in zip(names, values, strict=True):
        height = value / top * HEIGHT
        base -= height
        segments.append(Segment(name, round(base, 2), round(height, 2)))
    return tuple(segments)


def _round(value: int) -> int:
    """The next of 1, 2, 5, 10, 20, 50 …, so that the scale is easily read."""
    unit = 1
    while True:
        for step in (1, 2, 5):
            if value <= step * unit:
                return step * unit
        unit *= 10
