"""Pages are rendered once for a version, a language and a question, and then handed out.

A version never changes, so nothing here goes stale: a new version has a new key, and what nobody
asks for any more is the first to be dropped.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from flask import Flask, Response, current_app, request

from portal.caching import BoundedCache
from portal.consent.asking import EVERYTHING, Question, question
from portal.consent.current import current_preferences
from portal.policy.current import current_language, current_policy
from portal.policy.live import LivePolicy
from portal.public.encodings import Body, choose_encoding
from portal.public.rendering import render
from portal.settings import Settings

EXPECTED_ENCODINGS = 1.5  # a page's weight in the cache, as a multiple of its plain size
SHARED = "public, no-cache"
PERSONAL = "private, no-cache"


class Key(NamedTuple):
    tenant_id: int
    version: int
    template: str
    language: str
    question: Question | None


class Page:
    """A rendered page and its headers, ready to send."""

    __slots__ = ("_body", "_headers", "_tag")

    def __init__(self, html: str, language: str, question: Question | None) -> None:
        plain = html.encode()
        self._body, self._tag = Body(plain), sha256(plain).hexdigest()[:24]
        self._headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Vary", "Accept-Language, Cookie, Accept-Encoding"),
            ("Cache-Control", SHARED if question is EVERYTHING else PERSONAL),
        ]

    @property
    def weight(self) -> int:
        return int(len(self._body.plain) * EXPECTED_ENCODINGS)

    def answer(self, accept_encoding: str, if_none_match: str) -> Response:
        encoding = choose_encoding(accept_encoding)
        tag = f'"{self._tag}{encoding}"'
        headers = [*self._headers, ("ETag", tag)]
        if if_none_match and _matches(if_none_match, tag):
            return Response(status=304, headers=headers)
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return Response(self._body.encoded(encoding), headers=headers)


def _matches(if_none_match: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks."""
    candidates = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return tag in candidates or candidates == ["*"]


def page(template: str) -> Response:
    """The answer to a GET of a page that depends on nothing but version, language and question."""
    policy, environ = current_policy(), request.environ
    key = Key(
        policy.tenant_id,
        policy.number,
        template,
        current_language(),
        _question(policy) if "HTTP_COOKIE" in environ else EVERYTHING,
    )
    found = _pages().get(key, lambda: _rendered(key))
    return found.answer(
        environ.get("HTTP_ACCEPT_ENCODING", ""), environ.get("HTTP_IF_NONE_MATCH", "")
    )


def _question(policy: LivePolicy) -> Question | None:
    return question(current_preferences(), policy, datetime.now(UTC))


def _rendered(key: Key) -> Page:
    html = render(key.template, key.tenant_id, key.version, key.language, key.question)
    return Page(html, key.language, key.question)


def _pages() -> BoundedCache[Key, Page]:
    found: BoundedCache[Key, Page] = current_app.extensions["portal.pages"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    limit = settings.page_cache_mb * 1024 * 1024
    app.extensions["portal.pages"] = BoundedCache[Key, Page](limit, lambda page: page.weight)
