"""Security headers on every answer of every door."""

from collections.abc import Callable, Iterable
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
CONTENT_SECURITY_POLICY = "; ".join(f"{what} {where}" for what, where in SOURCES.items())
ALWAYS = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    # same-origin: a form's Origin header says where it comes from, other sites learn nothing
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]
ON_HTTPS = [*ALWAYS, ("Strict-Transport-Security", "max-age=31536000")]


class SecurityHeaders:
    """WSGI middleware: no door, error page or static file can be without them."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        extra = ON_HTTPS if environ["wsgi.url_scheme"] == "https" else ALWAYS

        def start_with_headers(status: str, headers: Lines, exc_info: Any = None) -> Write:
            return start(status, headers + extra, exc_info)

        return self._app(environ, start_with_headers)
