"""The doorstep: what a stranger was shown is handed to the next who asks in the same words.

A browser without any cookie is shown what depends on these words alone, until something of the
tenant changes. So only the first is let through to Flask; every one of them is counted.
"""

from collections.abc import Iterable
from contextlib import closing
from typing import Any, NamedTuple, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from portal.caching import BoundedCache
from portal.consent.figures.counting import Impression
from portal.headers import Lines, Write
from portal.requests import ROUTE, route
from portal.settings import Settings

STRANGER = "portal.stranger"  # key of the WSGI environment: a page that others may be handed
WORDS = (
    "wsgi.url_scheme",
    "HTTP_HOST",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_IF_NONE_MATCH",
    "HTTP_SEC_GPC",
)
HEADERS = 1024  # bytes of memory that the words and the headers take, about
PART = 0.25  # of the memory for pages

Words = tuple[str | None, ...]


class Shown(NamedTuple):
    """An answer as it was sent, and as what it counts."""

    body: bytes
    impression: Impression
    status: str
    headers: Lines
    route: Any

    @property
    def weight(self) -> int:
        return len(self.body) + HEADERS


class Doorstep:
    """WSGI middleware inside of what measures, outside of what adds headers."""

    def __init__(self, app: WSGIApplication, flask: Flask, settings: Settings) -> None:
        self._app, self._impressions = app, flask.extensions["portal.impressions"]
        limit = int(settings.page_cache_bytes * PART)
        self._shown = BoundedCache[Words, Shown](limit, lambda shown: shown.weight)
        flask.extensions["portal.changes"].listen(self._forget)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ:
            return self._app(environ, start)
        words = tuple(map(environ.get, WORDS))
        shown = self._shown.find(words)
        if shown is None:
            return self._let_in(words, environ, start)
        self._impressions.count(shown.impression)
        environ[ROUTE] = shown.route
        start(shown.status, shown.headers)
        return (shown.body,)

    def _let_in(
        self, words: Words, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        generation, told = self._shown.generation, []

        def start_and_note(status: str, headers: Lines, exc_info: Any = None) -> Write:
            told.append((status, headers, route(environ)))
            return start(status, headers, exc_info)

        answer = self._app(environ, start_and_note)
        if STRANGER not in environ or told[-1][0] >= "4":  # what failed may succeed next time
            return answer
        with closing(cast(Any, answer)):
            body = b"".join(answer)
        self._shown.keep(words, Shown(body, environ[STRANGER], *told[-1]), generation)
        return (body,)

    def _forget(self, tenant_ids: set[int]) -> None:
        self._shown.forget(lambda _, shown: shown.impression.tenant_id in tenant_ids)
