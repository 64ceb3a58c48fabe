"""The pages that depend on a few facts of a request: made once for those facts, then handed out.

A version never changes, so nothing here goes stale: a new version has a new key, and what was kept
longest goes first when room is short.
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
from portal.consent.preferences import Preferences
from portal.headers import REACH, Reach, ReadyResponse
from portal.policy.current import current_policy, language_for
from portal.policy.live import LivePolicy, live
from portal.public.encodings import OFTEN, choose_encoding, compressed
from portal.public.integrations.gating import gating
from portal.public.integrations.shown import reach
from portal.public.rendering import render
from portal.requests import Asking
from portal.settings import Settings

OVERHEAD = 2048  # bytes of memory that a page takes besides its body and header values, about
SHARED = "public, no-cache"
PERSONAL = "private, no-cache"


class PageKey(NamedTuple):
    """All that a page depends on; whatever else a request says makes no other page."""

    tenant_id: int
    version: int
    template: str
    language: str
    question: Question | None
    opted_out: bool
    encoding: str

    @property
    def impression(self) -> Impression | None:
        """What showing the page counts as; None where it asks nothing."""
        if self.question is None:
            return None
        return Impression(self.tenant_id, self.version, self.language)


def page_key(
    asking: Asking, policy: LivePolicy, template: str, decided: Preferences | None
) -> PageKey:
    environ = asking.environ
    return PageKey(
        policy.tenant_id,
        policy.number,
        template,
        language_for(asking, policy),
        question(decided, policy, datetime.now(UTC)),
        opts_out(environ) and is_heeded(policy),
        choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")),
    )


class CachedPage:
    """A page in one encoding, ready to be sent."""

    __slots__ = ("_etag", "_full", "_not_modified")

    def __init__(self, html: str, key: PageKey, vary: str, reach: Reach) -> None:
        plain = html.encode()
        body = compressed(plain, key.encoding, OFTEN)
        self._etag = f'"{sha256(plain).hexdigest()[:24]}{key.encoding}"'
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", key.language),
            ("Vary", f"{vary}, Accept-Encoding"),
            ("Cache-Control", SHARED if key.question is EVERYTHING else PERSONAL),
            ("ETag", self._etag),
        ]
        encoding = [("Content-Encoding", key.encoding)] if key.encoding else []
        length = ("Content-Length", str(len(body)))
        self._full = ReadyResponse("200 OK", [*headers, *encoding, length], body, reach)
        self._not_modified = ReadyResponse("304 NOT MODIFIED", headers, b"", reach)

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes, with its key."""
        return len(self._full.body) + OVERHEAD

    def answer(self, if_none_match: str) -> ReadyResponse:
        """The page, or that it has not changed; `if_none_match` is that header, possibly empty."""
        if if_none_match and _matches(if_none_match, self._etag):
            return self._not_modified
        return self._full


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks."""
    candidates = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in candidates or candidates == ["*"]


def page(template: str) -> Response:
    """The answer to the current request about a page that depends on a page key alone."""
    policy = current_policy()
    key = page_key(request, policy, template, current_preferences())
    if key.impression and request.method == "GET":
        impressions().count(key.impression)
    found = pages().get(key, lambda: _rendered(key, policy))
    answer = found.answer(request.environ.get("HTTP_IF_NONE_MATCH", ""))
    request.environ[REACH] = answer.reach
    return Complete([answer.body], status=answer.status, headers=Headers(answer.headers))


class Complete(Response):
    """An answer with all of its headers: nothing is to be added."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:  # noqa: ARG002
        return self.headers


def _rendered(key: PageKey, policy: LivePolicy) -> CachedPage:
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
    wider = reach(version.document, key.template) or Reach.OWN
    return CachedPage(html, key, depends_on(policy), wider)


def depends_on(policy: LivePolicy) -> str:
    """For `Vary`: what of a request decides which page answers it (G6, H2)."""
    return "Accept-Language, Cookie" + (", Sec-GPC" if is_heeded(policy) else "")


def pages() -> BoundedCache[PageKey, CachedPage]:
    found: BoundedCache[PageKey, CachedPage] = current_app.extensions["portal.pages"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["portal.pages"] = BoundedCache[PageKey, CachedPage](
        settings.page_cache_bytes, lambda page: page.weight
    )
