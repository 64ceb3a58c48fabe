"""A complete portal in one step: tenant, starting list, first version."""

from portal.cookies.starter import declare
from portal.policy.publishing import publish
from portal.tenants.lifecycle import describe, open_tenant
from portal.tenants.models import Tenant


def open_portal(
    slug: str,
    name: str,
    hostname: str,
    language: str,
    languages: list[str],
    contact: dict[str, str] | None = None,
) -> Tenant:
    """Open a tenant that visitors can use at once; raises TenantError or BadHostname."""
    tenant = open_tenant(slug, name, hostname, language, languages)
    describe(tenant, **(contact or {}))
    declare(tenant)
    publish(tenant)
    return tenant
