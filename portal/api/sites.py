"""Decisions from a tenant's other sites: whose pages may send one and read the answer (CORS).

A site that shares the portal's cookie sends it along; any other sends none, and gets none.
"""

from flask import Response, g, request
from werkzeug.wrappers import Request

from portal.headers import REACH, Lines, Reach
from portal.tenants.current import current_site, refuse_foreign_requests
from portal.tenants.directory import Site
from portal.tenants.origins import embedding_origin, is_foreign, shares_cookie

OPEN_TO_SITES = frozenset({"api.decide"})
REMEMBERED = "7200"  # seconds until a browser asks again: the longest that Chromium keeps


def visiting_site(asking: Request, site: Site) -> str | None:
    """The origin of another site of the tenant whose page sent this request."""
    origin = asking.environ.get("HTTP_ORIGIN")
    if origin is None or not is_foreign(site.hostnames, origin, None, asking.is_secure):
        return None
    return embedding_origin(site, origin, asking.is_secure)


def refuse_strangers() -> None:
    """Nobody else's page acts for a visitor, except where the tenant asks on sites of its own."""
    if request.endpoint in OPEN_TO_SITES:
        g.visiting_site = visiting_site(request, current_site())
        if g.visiting_site:
            return
    refuse_foreign_requests()


def allow_sites(response: Response) -> Response:
    origin = g.get("visiting_site")
    if origin is None:
        return response
    response.headers.extend(open_to_site(request, current_site(), origin))
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Max-Age"] = REMEMBERED
    return response


def open_to_site(asking: Request, site: Site, origin: str) -> Lines:
    """Let the page of another site read the answer, and send cookies that reach it; the headers."""
    asking.environ[REACH] = Reach.ANYWHERE
    headers = [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")]
    if shares_cookie(site, origin, asking.host):
        headers.append(("Access-Control-Allow-Credentials", "true"))
    return headers
