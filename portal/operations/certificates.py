"""For a proxy that gets certificates as they are needed: whether a hostname is served here."""

from flask import Flask, Response, current_app, request

from portal.limits import Visits
from portal.operations.door import bp
from portal.tenants.backoffice_host import backoffice_host
from portal.tenants.directory import directory
from portal.tenants.hostnames import from_host_header

LOOK_UPS = 6000  # a minute and process: whoever shakes hands under any name makes the proxy ask
SERVED, NOT_SERVED = "served\n", "not served\n"


@bp.get("/ask")
def ask() -> Response:
    """200 for `?domain=` that a tenant answers on and that is not suspended, or that is the back
    office's; else 404.

    What is no hostname is refused unasked; raises TooMany where too many unknown ones were asked
    for, while those that are known go on being served.
    """
    hostname = _hostname(request.args.get("domain", ""))
    if hostname is None or not _is_served(hostname):
        return Response(NOT_SERVED, 404, mimetype="text/plain")
    return Response(SERVED, mimetype="text/plain")


def _hostname(domain: str) -> str | None:
    return None if ":" in domain else from_host_header(domain)


def _is_served(hostname: str) -> bool:
    if hostname == backoffice_host() or directory().recall(hostname):
        return True
    look_ups: Visits = current_app.extensions["portal.look_ups"]
    look_ups.count("")
    return directory().find(hostname) is not None


def init_app(app: Flask) -> None:
    app.extensions["portal.look_ups"] = Visits(LOOK_UPS)
