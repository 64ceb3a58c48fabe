"""A hostname of its own for the back offices of all tenants, where the operator sets one.

What a tenant loads into its portal (an integration, what stands behind its DNS) runs on the
tenant's origin. On a hostname that no tenant has, none of it reaches the back office; tenants are
named by the path: `https://<hostname>/<slug>/backoffice/`.
"""

import re
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import current_app

from portal.requests import ROUTE
from portal.settings import Settings
from portal.tenants.hostnames import hostname_of, is_within

NAMED = "portal.named_tenant"  # key of the WSGI environment: the slug in the path, "" if none
PREFIX = "/backoffice"
# under a tenant's name: its back office, and what that shows of the tenant's look
SHOWN = rf"{PREFIX}|(?:{PREFIX}|/logo|/look)/.*"
PATH = re.compile(rf"(/([a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?))({SHOWN})", re.DOTALL)
ENTRANCE = frozenset({"", "/", PREFIX})  # addresses that people type
LOCAL = ".localhost"


class BackofficeHost:
    """WSGI middleware, inside of all others: moves a tenant's name from the path to `SCRIPT_NAME`.

    Everything behind it sees `/backoffice/…` as on a tenant's own hostname, and addresses that it
    builds begin with the tenant's name.
    """

    def __init__(self, app: WSGIApplication, settings: Settings) -> None:
        self._app, self._hostname = app, settings.backoffice_host

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if hostname_of(environ) != self._hostname:
            return self._app(environ, start)
        if environ["PATH_INFO"] in ENTRANCE:
            environ[ROUTE] = None
            start("303 See Other", [("Location", f"{PREFIX}/"), ("Cache-Control", "no-store")])
            return ()
        _name_tenant(environ)
        return self._app(environ, start)


def _name_tenant(environ: WSGIEnvironment) -> None:
    found = PATH.fullmatch(environ["PATH_INFO"])
    environ[NAMED] = found[2] if found else ""
    if found:
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found[1]
        environ["PATH_INFO"] = found[3]


def backoffice_host() -> str:
    """The hostname of all back offices; empty if each tenant has its own on its hostnames."""
    settings: Settings = current_app.extensions["portal.settings"]
    return settings.backoffice_host


def is_reserved(hostname: str) -> bool:
    """Whether it is the back office's hostname, or one beneath it, which could set its cookies."""
    host = backoffice_host()
    return host != "" and is_within(hostname, host)


def covers_backoffice(domain: str) -> bool:
    """Whether a cookie for this domain would reach the back office of all tenants."""
    host = backoffice_host()
    return host != "" and domain != "" and is_within(host, domain)


def backoffice_address(slug: str, hostname: str, settings: Settings) -> str:
    """What the addresses of a tenant's back office begin with, without `/backoffice/`.

    On the hostname of all back offices if there is one, else on a hostname of the tenant.
    """
    if settings.backoffice_host:
        return f"{origin_of(settings.backoffice_host, settings)}/{slug}"
    return origin_of(hostname, settings)


def origin_of(hostname: str, settings: Settings) -> str:
    """By https; a name of this machine alone by http, on the port of the server itself."""
    if hostname.endswith(LOCAL):
        return f"http://{hostname}:{settings.port}"
    return f"https://{hostname}"


def audience(settings: Settings, tenant_id: Callable[[], int]) -> str:
    """What a session or a secret link of a back office is bound to: it counts nowhere else.

    The tenant is asked for where each has its back office to itself.
    """
    if settings.backoffice_host:
        return f"host {settings.backoffice_host}"
    return f"tenant {tenant_id()}"
