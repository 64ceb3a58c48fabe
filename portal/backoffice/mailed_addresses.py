"""Addresses of the back office for letters: where they lead is the tenant's, not the request's."""

from flask import current_app, request

from portal.backoffice.current import current_tenant
from portal.settings import Settings
from portal.tenants.backoffice_host import LOCAL, backoffice_address
from portal.tenants.current import current_site
from portal.tenants.hostnames import from_host_header


def mailed_address(endpoint: str, **values: object) -> str:
    """The full address of a page of this tenant's back office.

    On its canonical hostname, whatever the Host header says, and on this machine its local one.
    """
    settings: Settings = current_app.extensions["portal.settings"]
    start = backoffice_address(current_site().slug, _hostname(), settings)
    return start + current_app.url_map.bind("", script_name="/").build(endpoint, values)


def _hostname() -> str:
    asked = from_host_header(request.host) or ""
    return asked if asked.endswith(LOCAL) else current_tenant().canonical
