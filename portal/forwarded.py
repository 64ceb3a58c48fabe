"""What proxies in front say of a request: believed as far as the setting says, and checked.

How many proxies there are cannot be seen from here, but that a number is wrong often can: headers
come that nobody was told of, or with fewer or more values than there are proxies. That is logged
once a process and kind. An address that is not sure opens nothing that is for the inside.
"""

import logging
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

FOR, PROTO, HOST = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"
OTHERS = ("HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
SENT_BY_PROXIES = (FOR, PROTO, HOST, *OTHERS)
UNSURE = "portal.unsure_address"  # key of the WSGI environment: nobody knows who asks
FROM_INSIDE = frozenset({"/healthz", "/readyz", "/metrics", "/ask"})  # may come past the proxies

NOT_TOLD = (
    "a request came with %s, as proxies send it, and PORTAL_PROXIES is 0: if there is a proxy, "
    "every visitor has its address; set how many there are"
)
MISSING = (
    "a request came without %s, and PORTAL_PROXIES is %d: let each proxy set it, or set "
    "PORTAL_PROXIES=0 if there is none"
)
FEWER = (
    "%s came with %d value(s), and PORTAL_PROXIES is %d: it is not believed; let each proxy add "
    "its own, or set how many there are"
)
MORE = (
    "%s came with %d values, and PORTAL_PROXIES is %d: there are more proxies, or the first of "
    "them adds to what visitors send instead of overwriting it"
)

log = logging.getLogger(__name__)


class Forwarded:
    """Takes `X-Forwarded-*` for the client's address, scheme and host, as the setting says."""

    def __init__(self, proxies: int) -> None:
        self._proxies = proxies
        self._fix = ProxyFix(_nothing, x_for=proxies, x_proto=proxies, x_host=proxies)
        self._told: set[tuple[object, ...]] = set()

    def believe(self, environ: WSGIEnvironment) -> None:
        """Change the environment of a request; log what shows that the number is wrong."""
        if self._proxies:
            self._check(environ)
            self._fix(environ, _ignore)
        elif sent := [one for one in SENT_BY_PROXIES if one in environ]:
            environ[UNSURE] = True
            self._tell(NOT_TOLD, _name(sent[0]))

    def _check(self, environ: WSGIEnvironment) -> None:
        counts = {one: _values(environ, one) for one in (FOR, PROTO, HOST)}
        came_past = not counts[FOR] and not any(one in environ for one in OTHERS)
        if counts[FOR] < self._proxies and not came_past:
            environ[UNSURE] = True
        if came_past and environ.get("PATH_INFO") in FROM_INSIDE:
            return
        for header, count in counts.items():
            self._compare(header, count)

    def _compare(self, header: str, count: int) -> None:
        if count > self._proxies:
            self._tell(MORE, _name(header), count, self._proxies)
        elif count and count < self._proxies:
            self._tell(FEWER, _name(header), count, self._proxies)
        elif not count and header != HOST:  # the host that was asked for is in `Host` then
            self._tell(MISSING, _name(header), self._proxies)

    def _tell(self, complaint: str, name: str, *numbers: int) -> None:
        """Once a process: visitors can send such headers as often as they like."""
        if (complaint, name) not in self._told:
            self._told.add((complaint, name))
            log.warning(complaint, name, *numbers)


def is_unsure(environ: WSGIEnvironment) -> bool:
    """Whether the address of a request may be that of a proxy nobody told of."""
    return UNSURE in environ


def _values(environ: WSGIEnvironment, header: str) -> int:
    value = environ.get(header)
    return value.count(",") + 1 if value else 0


def _name(header: str) -> str:
    return header.removeprefix("HTTP_").replace("_", "-").title()


def _nothing(_environ: WSGIEnvironment, _start: StartResponse) -> Iterable[bytes]:
    """Stands for an application where only the environment is to be changed."""
    return ()


def _ignore(*_: object) -> Callable[[bytes], object]:
    return len
