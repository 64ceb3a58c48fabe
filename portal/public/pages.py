"""Pages are rendered once for a version, a language and a question, and then handed out.

A version never changes, so nothing here goes stale: a new version has a new key, and what nobody
asks for any more is the first to be dropped.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import Headers

from portal.caching import BoundedCache
from portal.consent.asking import EVERYTHING, Question, question
from portal.consent.current import current_preferences
from portal.consent.figures.counting import Impression
from portal.consent.figures.impressions import impressions
from portal.consent.opt_out import is_heeded, opts_out
from portal.headers import REACH, Reach
from portal.policy.current import current_language, current_policy
from portal.policy.live import LivePolicy, live
from portal.public.doorstep import PART, STRANGER
from portal.public.encodings import OFTEN, Body, choose_encoding
from portal.public.integrations.gating import gating
from portal.public.integrations.shown import reach
from portal.public.rendering import render
from portal.settings import Settings

HEADERS = 4096  # bytes of memory that the headers of a page take, about
SHARED = "public, no-cache"
PERSONAL = "private, no-cache"


class Key(NamedTuple):
    tenant_id: int
    version: int
    template: str
    language: str
    question: Question | None
    opted_out: bool


class Prepared(Response):
    """An answer whose headers were made before and are shared: nothing may be added to them."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002
        return self.headers


class Page:
    """A rendered page and its headers, ready to send."""

    __slots__ = ("_body", "_full", "_headers", "_tag", "_unchanged", "reach")

    def __init__(
        self, html: str, language: str, question: Question | None, vary: str, reach: Reach | None
    ) -> None:
        self.reach = reach
        plain = html.encode()
        self._body, self._tag = Body(plain, OFTEN), sha256(plain).hexdigest()[:24]
        self._headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Vary", f"{vary}, Accept-Encoding"),
            ("Cache-Control", SHARED if question is EVERYTHING else PERSONAL),
        ]
        self._full: dict[str, Headers] = {}
        self._unchanged: dict[str, Headers] = {}

    @property
    def weight(self) -> int:
        return self._body.weight + HEADERS

    def answer(self, accept_encoding: str, if_none_match: str) -> Response:
        encoding = choose_encoding(accept_encoding)
        if encoding not in self._full:
            self._prepare(encoding)
        if if_none_match and _matches(if_none_match, self._quoted_tag(encoding)):
            return Prepared(status=304, headers=self._unchanged[encoding])
        return Prepared([self._body.encoded(encoding)], headers=self._full[encoding])

    def _prepare(self, encoding: str) -> None:
        tagged = [*self._headers, ("ETag", self._quoted_tag(encoding))]
        length = str(len(self._body.encoded(encoding)))
        encoded = [("Content-Encoding", encoding)] if encoding else []
        self._unchanged[encoding] = Headers(tagged)
        self._full[encoding] = Headers([*tagged, *encoded, ("Content-Length", length)])

    def _quoted_tag(self, encoding: str) -> str:
        return f'"{self._tag}{encoding}"'


def _matches(if_none_match: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks."""
    candidates = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in candidates or candidates == ["*"]


def page(template: str) -> Response:
    """The answer about a page that depends on nothing but version, language and question."""
    policy, environ = current_policy(), request.environ
    key = Key(
        policy.tenant_id,
        policy.number,
        template,
        current_language(),
        _question(policy) if "HTTP_COOKIE" in environ else EVERYTHING,
        opts_out(environ) and is_heeded(policy),
    )
    if key.question is not None and request.method == "GET":
        impression = Impression(key.tenant_id, key.version, key.language)
        impressions().count(impression)
        if "HTTP_COOKIE" not in environ:
            environ[STRANGER] = impression
    found = _pages().get(key, lambda: _rendered(key))
    if found.reach:
        environ[REACH] = found.reach
    return found.answer(
        environ.get("HTTP_ACCEPT_ENCODING", ""), environ.get("HTTP_IF_NONE_MATCH", "")
    )


def _question(policy: LivePolicy) -> Question | None:
    return question(current_preferences(), policy, datetime.now(UTC))


def _rendered(key: Key) -> Page:
    version = live().version(key.tenant_id, key.version)
    html = render(
        key.template,
        key.tenant_id,
        key.version,
        key.language,
        key.question,
        opted_out=key.opted_out,
        gating=gating(version, key.template, key.language),
    )
    vary, wider = depends_on(current_policy()), reach(version.document, key.template)
    return Page(html, key.language, key.question, vary, wider)


def depends_on(policy: LivePolicy) -> str:
    """For `Vary`: what of a request decides which page answers it (G6, H2)."""
    return "Accept-Language, Cookie" + (", Sec-GPC" if is_heeded(policy) else "")


def _pages() -> BoundedCache[Key, Page]:
    found: BoundedCache[Key, Page] = current_app.extensions["portal.pages"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    limit = int(settings.page_cache_bytes * (1 - PART))
    app.extensions["portal.pages"] = BoundedCache[Key, Page](limit, lambda page: page.weight)
