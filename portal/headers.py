"""Security headers on every answer of every door."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# named here, because a function inside another has its annotations evaluated at every call
Lines = list[tuple[str, str]]
Write = Callable[[bytes], object]

SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
ALWAYS = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    # same-origin: a form's Origin header says where it comes from, other sites learn nothing
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
]
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")
REACH = "portal.reach"  # key of the WSGI environment under which a view asks for another one


class Reach(Enum):
    """Who may load an answer into a page, and what it may load itself."""

    OWN = ("DENY", dict[str, str](), "same-origin")  # a page of the portal, in no frame
    FRAMED = ("SAMEORIGIN", {"frame-ancestors": "'self'"}, "same-origin")  # by its own pages
    FRAMING = ("DENY", {"frame-src": "'self'"}, "same-origin")  # its own pages
    ANYWHERE = ("DENY", dict[str, str](), "cross-origin")  # a script or data for other sites


def _policy(reach: Reach) -> list[tuple[str, str]]:
    options, sources, resources = reach.value
    policy = "; ".join(f"{what} {where}" for what, where in (SOURCES | sources).items())
    return [
        ("Content-Security-Policy", policy),
        ("X-Frame-Options", options),
        ("Cross-Origin-Resource-Policy", resources),
    ]


ON_HTTP = {one: _policy(one) + ALWAYS for one in Reach}
ON_HTTPS = {one: [*headers, HTTPS_ONLY] for one, headers in ON_HTTP.items()}


class SecurityHeaders:
    """WSGI middleware: no door, error page or static file can be without them."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        by_reach = ON_HTTPS if environ["wsgi.url_scheme"] == "https" else ON_HTTP

        def start_with_headers(status: str, headers: Lines, exc_info: Any = None) -> Write:
            extra = by_reach[environ.get(REACH, Reach.OWN)]
            # the view's own come last: of two referrer policies browsers follow the later
            return start(status, extra + headers, exc_info)

        return self._app(environ, start_with_headers)
