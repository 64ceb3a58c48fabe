"""How often somebody may ask: counted in windows of a minute."""

import logging
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from time import monotonic, time
from typing import Any, cast
from wsgiref.types import WSGIEnvironment

from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from portal.settings import Settings

MINUTE = 60  # seconds
FAILED_TOKENS = 30  # a minute, from one address
SLOWEST = 0.5  # seconds that a counter beside us may take to answer
MOST_NETWORKS = 100_000  # counted apart at a time
COUNTED = "portal.counted"  # key of the WSGI environment: this request was counted

log = logging.getLogger(__name__)


class TooMany(Exception):
    """Somebody asks too often; `seconds` until they may ask again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = max(1, ceil(seconds))


class Visits:
    """Visits from each address, in this process's memory alone.

    A visitor's decision passes here, and must not wait for a counter elsewhere. Two threads at
    once may count one visit for two, which spares a lock. Where there are more networks in a
    minute than memory is given for, counting begins anew.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._ends = limit, 0.0
        self._counts: dict[str, int] = {}

    def count(self, address: str) -> None:
        """Raises TooMany."""
        now = monotonic()
        if now >= self._ends or len(self._counts) >= MOST_NETWORKS:
            self._counts, self._ends = {}, now + MINUTE
        network = network_of(address)
        count = self._counts[network] = self._counts.get(network, 0) + 1
        if count > self._limit:
            raise TooMany(self._ends - now)


@lru_cache(maxsize=65536)
def network_of(address: str) -> str:
    """The address; of IPv6 the network, since everybody has 2 ** 64 addresses of one.

    An address of IPv4 is one, however it is written.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((int(found), 64), strict=False))


class Counters:
    """Counters by name, each of which begins anew some seconds after it began.

    They are kept where the setting says; while that does not answer, in this process alone.
    """

    def __init__(self, settings: Settings) -> None:
        self._shared = _storage(settings)
        self._own = MemoryStorage()

    def count(self, name: str, seconds: int) -> int:
        """One more; how many there are."""
        try:
            return self._shared.incr(name, seconds)
        except StorageError as reason:
            log.warning("counted in this process alone: %s", reason)
            return self._own.incr(name, seconds)

    def read(self, name: str) -> int:
        try:
            return self._shared.get(name)
        except StorageError:
            return self._own.get(name)


class Limits:
    """What is counted where the setting says, for one process or for all servers together.

    Where the counter does not answer, nobody is refused.
    """

    def __init__(self, settings: Settings) -> None:
        self.visits = Visits(settings.visit_limit)
        self._counter = FixedWindowRateLimiter(_storage(settings))
        self._of_token = RateLimitItemPerMinute(settings.token_limit, namespace="token")
        self._of_failures = RateLimitItemPerMinute(FAILED_TOKENS, namespace="failed token")

    def count_use(self, token: str) -> None:
        """Count a request with a token; raises TooMany."""
        self._hit(self._of_token, token)

    def count_failure(self, address: str) -> None:
        """Count a token that was none; raises TooMany."""
        self._hit(self._of_failures, network_of(address))

    def _hit(self, limit: RateLimitItem, who: str) -> None:
        try:
            if self._counter.hit(limit, who):
                return
            ends = self._counter.get_window_stats(limit, who).reset_time
        except StorageError as reason:
            log.warning("requests are not counted: %s", reason)
            return
        raise TooMany(ends - time())


def _storage(settings: Settings) -> Storage:
    options = storage_options(settings)
    return cast(Storage, storage_from_string(settings.limits_url, wrap_exceptions=True, **options))


def storage_options(settings: Settings) -> dict[str, Any]:
    """How long a counter beside us may keep whoever asks waiting."""
    if settings.limits_url.startswith("memory:"):
        return {}
    return {"socket_timeout": SLOWEST, "socket_connect_timeout": SLOWEST}


def count_visit(environ: WSGIEnvironment) -> None:
    """Count a request among those from its address, once; raises TooMany."""
    if COUNTED not in environ:
        environ[COUNTED] = True
        limits().visits.count(environ.get("REMOTE_ADDR", ""))


def limits() -> Limits:
    found: Limits = current_app.extensions["portal.limits"]
    return found


def counters() -> Counters:
    found: Counters = current_app.extensions["portal.counters"]
    return found


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["portal.counters"] = Counters(settings)
    app.extensions["portal.limits"] = Limits(settings)
