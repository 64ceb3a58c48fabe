"""The numbers that this process counts, and with those beside it the whole server."""

import logging
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import perf_counter_ns

from flask import Flask, current_app

from portal.counting import rows
from portal.counting.metrics import Counter, Gauge, Histogram, declared, layout, row_length
from portal.settings import Settings

log = logging.getLogger(__name__)


class Counts:
    """One row of numbers; nothing is lost when two threads count at once."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._file = rows.new_file(folder, "")
        self._row: memoryview[int] | None = None

    def add(self, counter: Counter, *labels: str) -> None:
        cell = counter.cells[labels]
        with self._lock:
            row = self._row or self._begin()
            row[cell] += 1

    def observe(self, histogram: Histogram, value: int, *labels: str) -> None:
        first = histogram.cells[labels]
        with self._lock:
            row = self._row or self._begin()
            row[first + bisect_left(histogram.bounds, value)] += 1
            row[first + histogram.width - 1] += value

    @contextmanager
    def timed(self, histogram: Histogram, *labels: str) -> Iterator[None]:
        """Observe how long it takes, also if it fails."""
        begun = perf_counter_ns()
        try:
            yield
        finally:
            self.observe(histogram, perf_counter_ns() - begun, *labels)

    def hold(self, gauge: Gauge, value: int, *labels: str) -> None:
        with self._lock:
            row = self._row or self._begin()
            row[gauge.cells[labels]] = value

    def total(self) -> list[int]:
        """The sums over all processes; what an ended process held is not held any more."""
        with self._lock:
            sums = list(self._row or self._begin())
        held = [cell for one in declared if isinstance(one, Gauge) for cell in one.cells.values()]
        for row, is_running in rows.others(self._folder, layout(), self._file, len(sums)):
            before = [sums[cell] for cell in held]
            sums = [mine + its for mine, its in zip(sums, row, strict=True)]
            if not is_running:
                for cell, value in zip(held, before, strict=True):
                    sums[cell] = value
        return sums

    def _begin(self) -> "memoryview[int]":
        """The row, made when it is first needed: in the process that counts, not in its parent."""
        self._file = rows.new_file(self._folder, layout())
        try:
            self._row = rows.shared(self._file, row_length())
        except OSError as reason:
            log.warning("what this process counts, the others will not see: %s", reason)
            self._row = rows.private(row_length())
        return self._row


def counts() -> Counts:
    found: Counts = current_app.extensions["portal.counts"]
    return found


def folder_of(settings: Settings) -> Path:
    return settings.data / "counts"


def forget_ended_processes(settings: Settings) -> None:
    """At the start of a server: what an earlier one counted is history."""
    rows.forget_ended(folder_of(settings))


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["portal.counts"] = Counts(folder_of(settings))
