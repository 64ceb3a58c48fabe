"""Security headers on every answer of every door."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# named here, because a function inside another has its annotations evaluated at every call
Header = tuple[str, str]
Lines = list[Header]
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
TRUSTED_TYPES = ("require-trusted-types-for", "trusted-types")
ALWAYS = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    # same-origin: a form's Origin header says where it comes from, other sites learn nothing
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
]
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")
REACH = "portal.reach"  # key of the WSGI environment under which a view asks for another one


class Reach:
    """Who may load an answer into a page, and what it may load itself; its headers, made once."""

    OWN: ClassVar["Reach"]  # a page of the portal, in no frame
    FRAMED: ClassVar["Reach"]  # by its own pages
    FRAMING: ClassVar["Reach"]  # its own pages
    ANYWHERE: ClassVar["Reach"]  # a script or data for other sites

    __slots__ = ("_on_http", "_on_https")

    def __init__(
        self,
        sources: Mapping[str, str] = SOURCES,
        options: str = "DENY",
        resources: str = "same-origin",
    ) -> None:
        policy = "; ".join(f"{what} {where}" for what, where in sources.items())
        self._on_http: Lines = [
            ("Content-Security-Policy", policy),
            ("X-Frame-Options", options),
            ("Cross-Origin-Resource-Policy", resources),
            *ALWAYS,
        ]
        self._on_https: Lines = [*self._on_http, HTTPS_ONLY]

    def headers(self, environ: WSGIEnvironment) -> Lines:
        """Those of an answer to this request; the view's own must follow them.

        Of two referrer policies browsers follow the later.
        """
        return self._on_https if environ["wsgi.url_scheme"] == "https" else self._on_http

    @classmethod
    def to(cls, hosts: Mapping[str, Iterable[str]], *, trusted_types: bool = True) -> "Reach":
        """A page of the portal that may load from these hosts besides, by directive."""
        left_out = () if trusted_types else TRUSTED_TYPES
        sources = {what: where for what, where in SOURCES.items() if what not in left_out}
        for what, where in hosts.items():
            sources[what] = " ".join([*sources.get(what, "").split(), *where])
        return cls(sources)


Reach.OWN = Reach()
Reach.FRAMED = Reach(SOURCES | {"frame-ancestors": "'self'"}, "SAMEORIGIN")
Reach.FRAMING = Reach(SOURCES | {"frame-src": "'self'"})
Reach.ANYWHERE = Reach(resources="cross-origin")


class ReadyResponse(NamedTuple):
    """An answer that only has to be sent; `headers` lack those of its `reach`."""

    status: str  # code and reason
    headers: Lines
    body: bytes
    reach: Reach

    def all_headers(self, environ: WSGIEnvironment) -> Lines:
        return self.reach.headers(environ) + self.headers


class SecurityHeaders:
    """WSGI middleware: no door, error page or static file can be without them."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def start_with_headers(status: str, headers: Lines, exc_info: Any = None) -> Write:
            reach: Reach = environ.get(REACH, Reach.OWN)
            return start(status, reach.headers(environ) + headers, exc_info)

        return self._app(environ, start_with_headers)
