"""The WSGI environment of a request (PEP 3333)."""

import sys
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from httptools import HttpParserError, parse_url

from portal.server.receiving import Request

Environ = dict[str, Any]

COMMON: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "wsgi.input_terminated": True,
}
# the body has been read: how it came is over
WITHOUT_PREFIX = {b"content-type": "CONTENT_TYPE"}
LEFT_OUT = frozenset({b"content-length", b"transfer-encoding", b"expect"})
MOST_NAMES = 512

_names: dict[bytes, str] = {}


class BadTarget(Exception):
    """The address in the request line is none that we answer at."""


def of_connection(client: tuple[Any, ...] | None, server: tuple[Any, ...]) -> Environ:
    """What all requests of a connection have in common."""
    host, port = client[:2] if client else ("", 0)
    return COMMON | {
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": host,
        "REMOTE_PORT": str(port),
    }


def environ_of(request: Request, common: Environ) -> Environ:
    """Raises BadTarget."""
    environ = common.copy()
    environ["REQUEST_METHOD"] = request.method
    for name, value in request.headers:
        key = _names.get(name) or _key(name)
        if key:
            text = value.decode("latin-1")
            environ[key] = _joined(key, environ[key], text) if key in environ else text
    target = request.target
    if not target.startswith(b"/"):
        target, environ["HTTP_HOST"] = _absolute(target)
    path, _, query = target.partition(b"?")
    if b"%" in path:
        path = unquote_to_bytes(path)
    environ["PATH_INFO"], environ["QUERY_STRING"] = path.decode("latin-1"), query.decode("latin-1")
    environ["wsgi.input"] = BytesIO(request.body)
    length = len(request.body) if request.announced is None else request.announced
    if length:
        environ["CONTENT_LENGTH"] = str(length)
    return environ


def _key(name: bytes) -> str:
    """Empty for a header that is left out.

    One with `_` would be taken for the one with `-`, which a proxy may vouch for.
    """
    lower = name.lower()
    if b"_" in name or lower in LEFT_OUT:
        return ""
    key = WITHOUT_PREFIX.get(lower) or "HTTP_" + lower.decode().upper().replace("-", "_")
    if len(_names) < MOST_NAMES:
        _names[name] = key
    return key


def _joined(key: str, before: str, value: str) -> str:
    return f"{before}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"


def _absolute(target: bytes) -> tuple[bytes, str]:
    """Path with query, and host, of the form that is sent to proxies (RFC 9112, 3.2.2)."""
    try:
        url = parse_url(target)
    except HttpParserError as reason:
        raise BadTarget from reason
    if url.schema not in (b"http", b"https") or not url.host:
        raise BadTarget
    query = b"?" + url.query if url.query is not None else b""
    host = url.host.decode("latin-1")
    return (url.path or b"/") + query, f"{host}:{url.port}" if url.port else host
