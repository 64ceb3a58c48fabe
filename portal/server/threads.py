"""The threads that run the application. None of them ever waits for a client."""

from collections.abc import Callable
from contextvars import Context
from functools import partial
from logging import getLogger
from queue import SimpleQueue
from threading import Thread
from typing import Any

from portal.server.bounds import WAITING_PER_THREAD

Job = Callable[[], object]

log = getLogger(__name__)


class Pool:
    """So many threads, and a queue in front of them that does not grow without bound."""

    def __init__(self, name: str, threads: int) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._most = threads * WAITING_PER_THREAD
        for number in range(threads):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    @property
    def is_full(self) -> bool:
        return self._jobs.qsize() >= self._most

    def run(self, job: Job) -> None:
        """Also if it is full: what has begun goes on."""
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except BaseException:  # a thread is never lost
                log.exception("a request could not be answered")
            del job  # what it holds need not wait for the next


class Run:
    """Where the application works on a request: in the threads of a pool, whichever is free.

    Of the parts of an answer each may be made by another, in the same context.
    """

    __slots__ = ("_context", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._context, self._pool = Context(), pool

    def start(self, job: Callable[..., object], *arguments: Any) -> None:
        self._pool.run(partial(self._context.run, job, *arguments))
