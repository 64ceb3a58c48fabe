"""Addresses of the back office for letters: where they lead is the tenant's, not the request's."""

from flask import current_app, request

from portal.backoffice.current import current_tenant
from portal.settings import Settings
from portal.tenants.backoffice_host import LOCAL, backoffice_address, origin_of
from portal.tenants.current import current_site, names_tenant
from portal.tenants.hostnames import from_host_header


def mailed_address(endpoint: str, **values: object) -> str:
    """The full address of a page of the back office of this tenant, or of all if none is named.

    On its canonical hostname, whatever the Host header says, and on this machine its local one.
    """
    return _start() + current_app.url_map.bind("", script_name="/").build(endpoint, values)


def _start() -> str:
    settings: Settings = current_app.extensions["portal.settings"]
    if not names_tenant():
        return origin_of(settings.backoffice_host, settings)
    return backoffice_address(current_site().slug, _hostname(), settings)


def _hostname() -> str:
    asked = from_host_header(request.host) or ""
    return asked if asked.endswith(LOCAL) else current_tenant().canonical
