"""A bounded memory of what the database said, safe to read without a lock."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Keeps values up to a total weight; the oldest go first.

    A value that was loaded while something was forgotten is handed out once and not kept, so that
    no reader who was slower than a change can bring the old state back.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._values: dict[K, V] = {}
        self._weigh, self._limit = weigh, limit
        self._weight = self.generation = 0
        self._lock = Lock()

    def get(self, key: K, load: Callable[[], V]) -> V:
        try:
            return self._values[key]
        except KeyError:
            generation = self.generation
            value = load()
            self.keep(key, value, generation)
            return value

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def find(self, key: K) -> V | None:
        """The value if it is kept, without loading it."""
        return self._values.get(key)

    def keep(self, key: K, value: V, generation: int) -> None:
        """Keep a value that was loaded since this generation."""
        with self._lock:
            if generation != self.generation or key in self._values:
                return
            self._values[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._limit:
                self._drop(next(iter(self._values)))

    def forget(self, stale: Callable[[K, V], bool]) -> None:
        with self._lock:
            self.generation += 1
            for key in [k for k, v in self._values.items() if stale(k, v)]:
                self._drop(key)

    def __len__(self) -> int:
        return len(self._values)

    def _drop(self, key: K) -> None:
        self._weight -= self._weigh(self._values.pop(key))
