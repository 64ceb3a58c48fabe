"""The wicket: a decision is taken before Flask, which costs as much as the decision itself.

What is refused goes on to Flask, which says so as everywhere.
"""

from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Request

from portal.api.bodies import body_of
from portal.api.shapes import ConsentRequest
from portal.api.sites import open_to_site, visiting_site
from portal.consent.deciding import Kept
from portal.consent.receipts import in_json
from portal.consent.visitor import Elsewhere, Visitor, decide_for, headers_that_keep
from portal.headers import Header, Lines
from portal.limits import count_visit
from portal.policy.current import policy_that_knows
from portal.requests import ROUTE
from portal.tenants.current import refuse_foreign, site_of
from portal.tenants.origins import shares_cookie

JSON = ("Content-Type", "application/json")
REFUSAL = "portal.refusal"  # key of the WSGI environment: why a decision was not taken


class Wicket:
    """WSGI middleware inside of what adds headers."""

    def __init__(self, app: WSGIApplication, flask: Flask) -> None:
        self._app, self._flask = app, flask
        [self._rule] = flask.url_map.iter_rules("api.decide")

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = "/" + environ["PATH_INFO"].lstrip("/")  # Flask reads it so too
        if path != self._rule.rule or environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start)
        try:
            with self._flask.app_context():
                headers, body = take_decision(Request(environ, populate_request=False))
        except Exception as reason:  # noqa: BLE001  Flask knows what each of them means
            environ[REFUSAL] = reason
            return self._app(environ, start)
        environ[ROUTE] = self._rule
        start("201 CREATED", headers)
        return (body,)


def take_decision(request: Request) -> tuple[Lines, bytes]:
    """Record the decision; headers and receipt. Raises what any view of the API may raise."""
    site = site_of(request)
    origin = visiting_site(request, site)
    if origin is None:
        refuse_foreign(request, site.hostnames)
    count_visit(request.environ)
    asked = body_of(request, ConsentRequest)
    elsewhere = Elsewhere(origin, asked.page, asked.consent_id, asked.gpc) if origin else None
    visitor = Visitor(request, site, policy_that_knows(site.tenant_id, asked.policy), elsewhere)
    kept = _decided(visitor, asked)
    receipt = in_json(kept.record, site.slug).encode()
    length = ("Content-Length", str(len(receipt)))
    return [JSON, length, *_headers(visitor, kept)], receipt


def _decided(visitor: Visitor, asked: ConsentRequest) -> Kept:
    return decide_for(
        visitor,
        decision=asked.decision,
        policy=asked.policy,
        language=asked.language,
        surface=asked.surface,
        accepted=asked.accepted,
        idempotency_key=asked.idempotency_key,
    )


def _headers(visitor: Visitor, kept: Kept) -> Iterator[Header]:
    """With the cookie, if one of the portal reaches the page that asks."""
    if visitor.elsewhere is None:
        yield from headers_that_keep(visitor, kept)
        return
    request, site, origin = visitor.request, visitor.site, visitor.elsewhere.origin
    yield from open_to_site(request, site, origin)
    if shares_cookie(site, origin, request.host):
        yield from headers_that_keep(visitor, kept)
