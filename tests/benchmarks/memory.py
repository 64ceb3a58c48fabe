"""The memory of the processes that a benchmark started: Linux's /proc tells."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEBIBYTE = 1024  # kB


class Memory:
    """By how many MB one process has grown at the most since this began."""

    def __init__(self) -> None:
        self._first, self.growth = _resident(), 0.0

    def look(self) -> None:
        for process, size in _resident().items():
            self.growth = max(self.growth, (size - self._first.get(process, size)) / MEBIBYTE)


@contextmanager
def growing() -> Iterator[Memory]:
    memory = Memory()
    yield memory
    memory.look()


def _resident() -> dict[int, int]:
    """KB of each process below this one that is still there."""
    return {one: _size(one) for one in _descendants(os.getpid())}


def _descendants(process: int) -> Iterator[int]:
    for listed in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, listed.read_text().split()):
            yield child
            yield from _descendants(child)


def _size(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    [line] = [one for one in status.splitlines() if one.startswith("VmRSS:")] or ["VmRSS: 0 kB"]
    return int(line.split()[1])
