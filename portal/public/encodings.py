"""A body in the encodings that browsers ask for, each made once."""

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

OFFERED = ("br", "gzip")
ONCE, OFTEN = 11, 5  # effort for what is compressed once a process, and once a page
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


def compressed(plain: bytes, encoding: str, effort: int) -> bytes:
    """Bytes in one of the encodings that are offered; without one, as they are."""
    return COMPRESSORS[encoding](plain, effort) if encoding else plain


class Body:
    """Bytes that are kept compressed, in each encoding that was asked for; plain is for the few."""

    __slots__ = ("_effort", "_encoded")

    def __init__(self, plain: bytes, effort: int) -> None:
        self._effort = effort
        self._encoded = {"br": _brotli(plain, effort)}

    @property
    def weight(self) -> int:
        """How many bytes of memory all encodings take, at most about: gzip's is less than twice."""
        return len(self._encoded["br"]) * 3

    def encoded(self, encoding: str) -> bytes:
        if not encoding:
            plain: bytes = brotli.decompress(self._encoded["br"])
            return plain
        if encoding not in self._encoded:
            self._encoded[encoding] = compressed(self.encoded(""), encoding, self._effort)
        return self._encoded[encoding]


def _brotli(plain: bytes, effort: int) -> bytes:
    compressed: bytes = brotli.compress(plain, mode=brotli.MODE_TEXT, quality=effort, lgwin=18)
    return compressed


def _gzip(plain: bytes, effort: int) -> bytes:
    return gzip.compress(plain, compresslevel=min(effort, 9), mtime=0)


COMPRESSORS: dict[str, Callable[[bytes, int], bytes]] = {"br": _brotli, "gzip": _gzip}
