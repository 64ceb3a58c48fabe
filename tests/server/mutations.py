"""Requests of every route, right and then damaged, as bytes; Hypothesis would take long."""

import json
import random
import re
import string
from uuid import uuid4

from flask import Flask

from tests.server import hostility as hostile

PLACEHOLDER = re.compile(r"<(?:[^:<>]*:)?([^<>]*)>")
LANGUAGES = ["fr", "en;q=0.5", "*", "ar", "xx", "zz;q=x", "fr,,en"]
COOKIES = ["cookies_preferences", "cookies_language", "_ga", "sessionid", "theme", "__Host-x"]
WORDS = ["lang", "language", "page", "next", "since", "n", "q", "limit", "cursor"]
VALUES = [
    *(None, True, 0, -1, 10**30, 1e308, "", "x" * 3000, "\0", "\ud800", [], {}, [[]], "2020-01-01"),
    *("accept_all", "reject_all", "custom", ["necessary"], ["x"] * 500, "fr", str(uuid4())),
]
FIELDS = ["decision", "policy", "language", "surface", "idempotency_key", "accepted", "rejected"]
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data",
]


class Mutations:
    """An endless supply, the same for the same seed."""

    def __init__(self, app: Flask, hostnames: list[str], secret: str, seed: int) -> None:
        self._random, self._hosts, self._secret = random.Random(seed), hostnames, secret
        self._routes = [
            (method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods
        ]

    def some(self) -> list[bytes]:
        """A few that are sent ahead on one connection."""
        makes = (self._of_a_route, self._of_a_route, self._damaged, self._distinct, self._wrong)
        return [self._random.choice(makes)() for _ in range(self._random.randint(1, 8))]

    def _text(self, most: int = 30) -> str:
        alphabet = self._random.choice((string.ascii_letters, string.printable, "é\0%/\\ü☃"))
        return "".join(self._random.choices(alphabet, k=self._random.randint(0, most)))

    def _value(self, name: str) -> str:
        known = {"key": "necessary", "number": "1", "slug": "paris"}
        return self._random.choice((known.get(name, "1"), str(uuid4()), self._text(), "x" * 999))

    def _query(self) -> str:
        chosen = self._random.choices(WORDS, k=self._random.randint(0, 3))
        return "&".join(f"{one}={self._text()}" for one in chosen)

    def _of_a_route(self) -> bytes:
        method, rule = self._random.choice(self._routes)
        path = PLACEHOLDER.sub(lambda found: self._value(found[1]), rule)
        return self._request(method, f"{path}?{self._query()}", self._body(method))

    def _body(self, method: str) -> bytes:
        if method not in ("POST", "PUT", "PATCH"):
            return b""
        if self._random.random() < 0.2:
            return self._random.randbytes(self._random.randint(0, 200))
        chosen = {one: self._random.choice(VALUES) for one in self._random.choices(FIELDS, k=5)}
        return json.dumps(chosen).encode()

    def _request(self, method: str, target: str, body: bytes) -> bytes:
        safe = re.sub(r"[^!-\"$-~]", lambda found: f"%{ord(found[0]) % 256:02X}", target)
        lines = [f"{method} {safe} HTTP/1.1", f"Host: {self._host()}"]
        lines += [
            f"Accept-Language: {self._random.choice(LANGUAGES)}",
            f"Accept-Encoding: {self._random.choice(('gzip', 'br', 'x', '*;q=0', ''))}",
            f"Cookie: {self._random.choice(COOKIES)}={self._text().strip()}",
            f"If-None-Match: {self._random.choice(('*', 'W/x', self._text()))}",
        ]
        if self._random.random() < 0.7:  # guesses would soon be refused without a look
            lines.append(f"Authorization: Bearer {self._secret}")
        if body:
            lines += [f"Content-Type: {self._random.choice(TYPES)}", f"Content-Length: {len(body)}"]
        kept = [re.sub(r"[\0-\x08\n-\x1f\x7f]", "", line) for line in lines]
        return "\r\n".join(kept).encode(errors="replace") + b"\r\n\r\n" + body

    def _host(self) -> str:
        invented = f"{uuid4()}.example"
        known = self._random.choice(self._hosts)
        return self._random.choice(
            (known, known, known, invented, f"{known}:{uuid4().int % 65536}")
        )

    def _distinct(self) -> bytes:
        """Of a page, with a query, a header and a cookie that nobody has sent."""
        host = self._random.choice(self._hosts)
        return (
            f"GET /terms/cookies-policy/?{uuid4()}={uuid4()} HTTP/1.1\r\nHost: {host}\r\n"
            f"X-{uuid4()}: {uuid4()}\r\nCookie: {uuid4()}={'x' * self._random.randint(0, 999)}\r\n"
            f"Accept-Language: {uuid4()}\r\n\r\n"
        ).encode()

    def _damaged(self) -> bytes:
        data = bytearray(self._of_a_route())
        for _ in range(self._random.randint(1, 4)):
            place, length = self._random.randrange(len(data)), self._random.randint(0, 3)
            data[place : place + length] = self._random.randbytes(self._random.randint(0, 3))
        return bytes(data)

    def _wrong(self) -> bytes:
        """Put together from what is known to be read differently."""
        pick = self._random.choice
        start = b" ".join((pick(hostile.METHODS), pick(hostile.TARGETS), pick(hostile.VERSIONS)))
        headers = self._random.choices(hostile.HEADERS, k=self._random.randint(0, 4))
        head = b"".join(line + pick(hostile.ENDS) for line in (start, b"Host: x", *headers))
        body = b"".join(self._random.choices(hostile.CHUNKS, k=2)) + pick(hostile.LAST_CHUNKS)
        return head + b"\r\n" + pick((b"", b"abc", body))
