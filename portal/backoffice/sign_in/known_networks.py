"""From which networks an account has signed in of late, kept as hashes beside the counters."""

from hashlib import sha256

from flask import current_app, request

from portal.limits import counters, network_of

REMEMBERED = 90 * 24 * 3600  # seconds
MOST = 50  # new networks of an account in that time


def network() -> str:
    """The one that the request comes from."""
    return network_of(request.remote_addr or "")


def remember_network(email: str) -> None:
    """Somebody has just signed in from here."""
    if has_signed_in_from_here(email):
        return
    if counters().count(_name("networks", email), REMEMBERED) <= MOST:
        counters().count(_name("network", f"{email} {network()}"), REMEMBERED)


def has_signed_in_from_here(email: str) -> bool:
    return counters().read(_name("network", f"{email} {network()}")) > 0


def _name(kind: str, whose: str) -> str:
    """With the installation's secret: addresses are few, and could be tried."""
    hashed = sha256(f"{current_app.secret_key!r} {whose.lower()}".encode(errors="replace"))
    return f"{kind}/{hashed.hexdigest()}"
