"""Waiting for what happens on its own: in another thread, process or server."""

import time
from collections.abc import Callable

PATIENCE = 30  # seconds
PAUSE = 0.01  # seconds


def comes_true(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it does in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Raises TimeoutError."""
    if not comes_true(condition, seconds):
        raise TimeoutError(f"not true within {seconds} s")
