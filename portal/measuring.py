"""Every request is counted and timed; the log tells of those that failed, or of all."""

import logging
from collections.abc import Callable, Iterable
from time import perf_counter_ns
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from portal.counting.counts import Counts
from portal.counting.metrics import FROM_SHORTEST, SECOND, Histogram
from portal.headers import Lines, ReadyResponse, Write
from portal.logs import in_short
from portal.requests import DOORS, FAILURE, door, facts, request_id

REQUESTS = Histogram(
    "portal_request_duration_seconds",
    "Time from a request to the beginning of its answer, by door and class of status",
    FROM_SHORTEST,
    SECOND,
    door=DOORS,
    status=("1xx", "2xx", "3xx", "4xx", "5xx"),
)

AtOnce = Callable[[WSGIEnvironment], ReadyResponse | None]

UNAVAILABLE = "503"

log = logging.getLogger(__name__)


class Measured:
    """WSGI middleware around everything that answers, from memory or not."""

    def __init__(
        self, app: WSGIApplication, at_once: AtOnce, counts: Counts, access_log: bool
    ) -> None:
        self._app, self._at_once = app, at_once
        self._counts, self._access_log = counts, access_log

    def answer_at_once(self, environ: WSGIEnvironment) -> ReadyResponse | None:
        begun = perf_counter_ns()
        answer = self._at_once(environ)
        if answer:
            self._note(environ, answer.status, perf_counter_ns() - begun)
        return answer

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        begun, noted = perf_counter_ns(), False

        def start_and_note(line: str, headers: Lines, exc_info: Any = None) -> Write:
            nonlocal noted
            noted = True
            self._note(environ, line, perf_counter_ns() - begun)
            if line >= "4":
                headers = [*headers, ("X-Request-Id", request_id(environ))]
            return start(line, headers, exc_info)

        try:
            return self._app(environ, start_and_note)
        except BaseException:
            if not noted:
                self._note(environ, "500", perf_counter_ns() - begun)
            raise

    def _note(self, environ: WSGIEnvironment, status: str, duration: int) -> None:
        self._counts.observe(REQUESTS, duration, door(environ), f"{status[0]}xx")
        if self._access_log or status >= "5":
            _tell(environ, status, duration)


def _tell(environ: WSGIEnvironment, status: str, duration: int) -> None:
    told = facts(environ) | {"status": int(status[:3]), "milliseconds": round(duration / 1e6, 3)}
    if status < "5":
        log.info("request answered", extra={"facts": told})
    elif status.startswith(UNAVAILABLE):  # the reason is elsewhere than in the code
        told["reason"] = in_short(environ.get(FAILURE))
        log.warning("not available", extra={"facts": told})
    else:
        log.error("request failed", exc_info=environ.get(FAILURE), extra={"facts": told})
