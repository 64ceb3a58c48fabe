"""The door for whoever keeps the installation running: on every hostname, about no tenant."""

from ipaddress import IPv6Address, ip_address

from flask import Blueprint, abort, current_app, request
from werkzeug.wrappers import Response

from portal.settings import Settings

bp = Blueprint("operations", __name__)

OPEN = frozenset({"operations.healthz", "operations.readyz"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@bp.before_request
def refuse_outsiders() -> None:
    """What is not open to all is not there for those who come from elsewhere."""
    if request.endpoint not in OPEN and not _is_inside():
        abort(404)


def _is_inside() -> bool:
    settings: Settings = current_app.extensions["portal.settings"]
    if not settings.proxies and any(one in request.environ for one in FORWARDED):
        return False  # a proxy that nobody told of: its address says nothing of who asks
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in settings.metrics_from)


@bp.after_request
def keep_fresh(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response
