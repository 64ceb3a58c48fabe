"""From a tenant's own hostname to the hostname of all back offices, where there is one."""

from http import HTTPStatus

from flask import abort, current_app, redirect, request
from werkzeug.wrappers import Response

from portal.settings import Settings
from portal.tenants.backoffice_host import backoffice_address
from portal.tenants.current import current_site, on_backoffice_host


def lead_to_backoffice_host() -> Response | None:
    """The same page there: links given out before go on working, but nobody signs in here.

    Whoever has the tenant's hostname could read what is typed here, so no form is taken.
    """
    settings: Settings = current_app.extensions["portal.settings"]
    if not settings.backoffice_host or on_backoffice_host(request):
        return None
    if request.method not in ("GET", "HEAD"):
        abort(HTTPStatus.NOT_FOUND)
    return redirect(_same_page(settings), 303)


def _same_page(settings: Settings) -> str:
    """Built anew from its route: it leads nowhere but to a page of the back office."""
    start = backoffice_address(current_site().slug, "", settings)
    adapter = current_app.url_map.bind("", script_name="/")
    path = adapter.build(request.endpoint or "", request.view_args)
    query = request.query_string.decode("latin-1")
    return f"{start}{path}?{query}" if query else f"{start}{path}"
