"""What every request passes before Flask."""

from collections.abc import Iterable
from string import punctuation
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from portal.api.wicket import Wicket
from portal.forwarded import Forwarded
from portal.headers import ReadyResponse, SecurityHeaders
from portal.measuring import Measured
from portal.public.page_cache import PageCache
from portal.settings import Settings
from portal.tenants.backoffice_host import BackofficeHost

ASKED = "portal.page_cache_asked"  # key of the WSGI environment: memory has no answer to this


class Middleware:
    """The WSGI application: a page in memory is sent at once, all else is answered by Flask."""

    def __init__(self, flask: Flask, settings: Settings) -> None:
        inner = SecurityHeaders(Wicket(_routed(flask, settings), flask))
        counts, logs_all = flask.extensions["portal.counts"], bool(settings.access_log)
        self._measured = Measured(inner, PageCache(flask).answer_at_once, counts, logs_all)
        self._forwarded = Forwarded(settings.proxies)

    def answer_at_once(self, environ: WSGIEnvironment) -> ReadyResponse | None:
        """The answer if it is in memory; a server may ask for it before it takes a thread.

        Asked once a request: whoever gets None calls the application.
        """
        environ[ASKED] = True
        escape_query(environ)
        self._forwarded.believe(environ)
        return self._measured.answer_at_once(environ)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = None if ASKED in environ else self.answer_at_once(environ)
        if answer is None:
            return self._measured(environ, start)
        start(answer.status, answer.all_headers(environ))
        return (answer.body,)


def escape_query(environ: WSGIEnvironment) -> None:
    """Percent-encode what may not stand in a query (RFC 3986 section 3.4).

    Werkzeug fails on bytes that are no UTF-8; encoded, it replaces them.
    """
    query = environ.get("QUERY_STRING", "")
    if not query.isascii():
        environ["QUERY_STRING"] = quote(query.encode("latin-1"), safe=punctuation)


def _routed(flask: Flask, settings: Settings) -> WSGIApplication:
    """Flask, with tenants named by the path where all back offices have one hostname."""
    app: WSGIApplication = flask.wsgi_app
    return BackofficeHost(app, settings) if settings.backoffice_host else app
