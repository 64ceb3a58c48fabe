"""One form for every way of writing a hostname."""

import re
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

import idna

LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
ASCII_NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")
PORT = re.compile(r":([0-9]{0,5})\Z")
LARGEST_PORT = 65_535
LONGEST = 260  # characters of a Host header that can hold a name, its dot and a port


class BadHostname(ValueError):
    """A text that cannot be a hostname."""


def hostname_of(environ: WSGIEnvironment) -> str | None:
    """The hostname that a request names; None if it names none that could be."""
    return from_host_header(as_written(environ.get("HTTP_HOST", "")))


def from_host_header(host: str) -> str | None:
    """The hostname that a Host header names; None if it is malformed (RFC 9110 section 7.2)."""
    return _from_host_header(host) if len(host) <= LONGEST else None


@lru_cache(maxsize=16384)
def _from_host_header(host: str) -> str | None:
    port = PORT.search(host)
    if host != host.strip() or (port and int(port[1] or 0) > LARGEST_PORT):
        return None
    try:
        return normalise(PORT.sub("", host))
    except BadHostname:
        return None


def as_written(header: str) -> str:
    """A header that holds UTF-8, which WSGI hands over as if it were Latin-1 (PEP 3333)."""
    try:
        return header if header.isascii() else header.encode("latin-1").decode()
    except UnicodeError:
        return header


def normalise(name: str) -> str:
    """The lower-case A-label form without a final dot (RFC 5891); raises BadHostname."""
    name = name.strip().lower().removesuffix(".")
    if not name.isascii() or "xn--" in name:
        try:
            name = idna.encode(name, uts46=True).decode()
        except (idna.IDNAError, UnicodeError) as reason:
            raise BadHostname(f"{name!r} is not a hostname: {reason}") from reason
    if not ASCII_NAME.fullmatch(name):
        raise BadHostname(f"{name!r} is not a hostname")
    return name


def is_within(hostname: str, domain: str) -> bool:
    """Whether a hostname is the domain or below it (RFC 6265 section 5.1.3)."""
    return hostname == domain or hostname.endswith(f".{domain}")
