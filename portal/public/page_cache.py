"""Pages that this process remembers, answered without Flask, a thread or the database.

What a page depends on is read from the request by the same functions that Flask's views use
(`page_key`), so both give the same answer. Whatever cannot be told from memory goes on to Flask.
"""

from uuid import UUID
from wsgiref.types import WSGIEnvironment

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Request

from portal.consent import preferences
from portal.consent.visitor import decision_in
from portal.headers import ReadyResponse
from portal.policy.current import LANGUAGE_COOKIE
from portal.policy.live import LivePolicy
from portal.public.pages import PageKey, page_key
from portal.public.rendering import PATHS
from portal.requests import ROUTE
from portal.tenants.directory import Site
from portal.tenants.hostnames import hostname_of

TEMPLATES = ("home", "cookies_policy", "terms", "privacy")


class NotRemembered(LookupError):
    """The database would have to be asked."""


class PageRequest:
    """What a page depends on is read of a request through these; each is Werkzeug's, read once.

    Werkzeug's own request goes through all headers to find the cookies.
    """

    __slots__ = ("cookies", "environ")

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ
        header = environ.get("HTTP_COOKIE", "")
        matters = preferences.NAME in header or LANGUAGE_COOKIE in header
        self.cookies: MultiDict[str, str] = parse_cookie(header if matters else None)

    @property
    def args(self) -> MultiDict[str, str]:
        return Request(self.environ, populate_request=False).args


class PageCache:
    def __init__(self, app: Flask) -> None:
        self._pages, self._directory, self._live, self._browsers, self._impressions = (
            app.extensions[f"portal.{name}"]
            for name in ("pages", "directory", "live", "known_browsers", "impressions")
        )
        self._templates = {PATHS[template]: template for template in TEMPLATES}
        self._rules = {
            template: next(app.url_map.iter_rules(f"public.{template}")) for template in TEMPLATES
        }

    def answer_at_once(self, environ: WSGIEnvironment) -> ReadyResponse | None:
        """The answer to a request for a page that is remembered; None for all others."""
        template = self._templates.get(environ["PATH_INFO"])
        if template is None or environ["REQUEST_METHOD"] != "GET":
            return None
        try:
            key = self._key(environ, template)
        except NotRemembered:
            return None
        page = self._pages.find(key)
        if page is None:
            return None
        if key.impression:
            self._impressions.count(key.impression)
        environ[ROUTE] = self._rules[template]
        answer: ReadyResponse = page.answer(environ.get("HTTP_IF_NONE_MATCH", ""))
        return answer

    def _key(self, environ: WSGIEnvironment, template: str) -> PageKey:
        """Raises NotRemembered."""
        asking = PageRequest(environ)
        policy = self._policy(environ)
        return page_key(asking, policy, template, decision_in(asking, policy, self._is_known))

    def _policy(self, environ: WSGIEnvironment) -> LivePolicy:
        hostname = hostname_of(environ)
        site: Site | None = self._directory.recall(hostname) if hostname else None
        policy: LivePolicy | None = self._live.recall(site.tenant_id) if site else None
        if policy is None:
            raise NotRemembered
        return policy

    def _is_known(self, tenant_id: int, consent_id: UUID) -> bool:
        remembered: bool | None = self._browsers.recall(tenant_id, consent_id)
        if remembered is None:
            raise NotRemembered
        return remembered
