"""The WSGI environment of a request (PEP 3333)."""

import re
import sys
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

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
# names of headers that are remembered, of so many bytes at the most: clients choose them
MOST_NAMES, LONGEST_NAME = 512, 64
ABSOLUTE = re.compile(rb"https?://([^/?@]+)(|[/?].*)", re.IGNORECASE)


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
        key = _remembered_key(name) if len(name) <= LONGEST_NAME else _key(name)
        if key:
            text = value.decode("latin-1")
            environ[key] = _joined(key, environ[key], text) if key in environ else text
    target = request.target
    if b"#" in target:  # others cut it off there
        raise BadTarget
    if not target.startswith(b"/"):
        target, environ["HTTP_HOST"] = _absolute(target, environ.get("HTTP_HOST"))
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
    return WITHOUT_PREFIX.get(lower) or "HTTP_" + lower.decode().upper().replace("-", "_")


_remembered_key = lru_cache(MOST_NAMES)(_key)


def _joined(key: str, before: str, value: str) -> str:
    return f"{before}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"


def _absolute(target: bytes, asked: str | None) -> tuple[bytes, str]:
    """Path with query, and host, of the form that is sent to proxies (RFC 9112, 3.2.2).

    Raises BadTarget, also for another host than the header says: some go by the one, some by the
    other.
    """
    found = ABSOLUTE.fullmatch(target)
    if not found:
        raise BadTarget
    host, rest = found[1].decode("latin-1"), found[2]
    if asked is not None and asked.lower() != host.lower():
        raise BadTarget
    return rest if rest.startswith(b"/") else b"/" + rest, host
