"""A body in the encodings that browsers ask for, each made once."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

OFFERED = ("br", "gzip")
LONGEST = 500  # characters that are looked at of the header


def choose_encoding(header: str) -> str:
    """`br`, `gzip` or, for a plain answer, nothing (RFC 9110 section 12.5.3)."""
    return _choose_encoding(header[:LONGEST])


@lru_cache(maxsize=1024)
def _choose_encoding(header: str) -> str:
    accepted = parse_accept_header(header, Accept)
    quality = {name: accepted.quality(name) for name in OFFERED}
    best = max(OFFERED, key=lambda name: quality[name])
    return best if quality[best] else ""


class Body:
    """Bytes, and their compressed forms as they are first asked for."""

    __slots__ = ("_encoded", "plain")

    def __init__(self, plain: bytes) -> None:
        self.plain = plain
        self._encoded = {"": plain}

    def encoded(self, encoding: str) -> bytes:
        if encoding not in self._encoded:
            self._encoded[encoding] = COMPRESSORS[encoding](self.plain)
        return self._encoded[encoding]


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda plain: brotli.compress(plain, mode=brotli.MODE_TEXT, quality=11, lgwin=18),
    "gzip": lambda plain: gzip.compress(plain, compresslevel=9, mtime=0),
}
