"""The door for whoever keeps the installation running: on every hostname, about no tenant."""

from ipaddress import IPv6Address, ip_address

from flask import Blueprint, abort, current_app, request
from werkzeug.wrappers import Response

from portal.forwarded import is_unsure
from portal.settings import Networks, Settings

bp = Blueprint("operations", __name__)

ASK = "operations.ask"
OPEN = frozenset({"operations.healthz", "operations.readyz"})


@bp.before_request
def refuse_outsiders() -> None:
    """What is not open to all is not there for those who come from elsewhere."""
    if request.endpoint not in OPEN and not _is_inside():
        abort(404)


def _is_inside() -> bool:
    if is_unsure(request.environ):
        return False  # its address is that of a proxy, and says nothing of who asks
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in _let_in())


def _let_in() -> Networks:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.ask_from if request.endpoint == ASK else settings.metrics_from


@bp.after_request
def keep_fresh(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
