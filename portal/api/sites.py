"""Decisions from a tenant's other sites: whose pages may send one and read the answer (CORS).

A site that shares the portal's cookie sends it along; any other sends none, and gets none.
"""

from flask import Response, g, request

from portal.api.shapes import ConsentRequest
from portal.consent.current import Elsewhere
from portal.headers import REACH, Reach
from portal.tenants.current import current_site, refuse_foreign_requests
from portal.tenants.origins import embedding_origin, is_foreign, shares_cookie

OPEN_TO_SITES = frozenset({"api.decide"})
REMEMBERED = "7200"  # seconds until a browser asks again: the longest that Chromium keeps


def visiting_site() -> str | None:
    """The origin of another site of the tenant whose page sent this request."""
    origin = request.environ.get("HTTP_ORIGIN")
    if origin is None:
        return None
    if "visiting_site" not in g:
        g.visiting_site = _visiting_site(origin)
    found: str | None = g.visiting_site
    return found


def _visiting_site(origin: str) -> str | None:
    site, secure = current_site(), request.is_secure
    if not is_foreign(site, origin, None, secure):
        return None
    return embedding_origin(site, origin, secure)


def refuse_strangers() -> None:
    """Nobody else's page acts for a visitor, except where the tenant asks on sites of its own."""
    if request.endpoint in OPEN_TO_SITES and visiting_site():
        return
    refuse_foreign_requests()


def allow_sites(response: Response) -> Response:
    origin = g.get("visiting_site")
    if origin is None:
        return response
    request.environ[REACH] = Reach.ANYWHERE
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers.add("Vary", "Origin")
    if shares_cookie(current_site(), origin, request.host):
        response.headers["Access-Control-Allow-Credentials"] = "true"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = REMEMBERED
    return response


def keeps_cookie() -> bool:
    """Whether a cookie of the portal reaches the page that asks."""
    origin = visiting_site()
    return origin is None or shares_cookie(current_site(), origin, request.host)


def elsewhere(body: ConsentRequest) -> Elsewhere | None:
    origin = visiting_site()
    return Elsewhere(origin, body.page, body.consent_id, body.gpc) if origin else None
