"""Where a back office is: on a hostname of its tenant, or on one that all back offices share."""

from collections.abc import Callable

from portal.settings import Settings

LOCAL = ".localhost"


def backoffice_address(slug: str, hostname: str, settings: Settings) -> str:
    """Where a tenant's back office is: what comes before `/backoffice/` in its pages' addresses.

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
