"""Add, change and remove the providers of a tenant's draft."""

from collections.abc import Mapping
from typing import Any

from portal.cookies.declared import (
    facts,
    find_provider,
    providers,
    refuse_in_use,
    take_turn,
    unchanged,
)
from portal.cookies.findings import wrong
from portal.cookies.list_rules import PROVIDER_FIELDS, check_provider, key_of
from portal.cookies.models import Cookie, Provider
from portal.cookies.refusals import ProviderWrong
from portal.cookies.tidying import one_line
from portal.database import db
from portal.tenants.models import Tenant


def add_provider(tenant: Tenant, values: Mapping[str, Any]) -> Provider:
    """A new provider, with a key made from its name if none is given; raises ProviderWrong."""
    take_turn(tenant)
    provider = Provider(tenant_id=tenant.id, **_fit(values, _names(tenant)))
    db.session.add(provider)
    db.session.flush()  # cookies that come with it refer to it
    return provider


def change_provider(
    tenant: Tenant, key: str, values: Mapping[str, Any], seen: str | None = None
) -> Provider:
    """Change name and address; the key, by which cookies name it, stays.

    Raises ProviderWrong, NoSuchProvider, and Conflict unless as `seen`.
    """
    take_turn(tenant)
    language = tenant.default_language
    provider = unchanged(find_provider(tenant, key), language, seen)
    others = {other: name for other, name in _names(tenant).items() if other != key}
    for name, value in _fit({**facts(provider, language), **values, "key": key}, others).items():
        setattr(provider, name, value)
    return provider


def remove_provider(tenant: Tenant, key: str) -> Provider:
    """The provider, which is gone now; raises NoSuchProvider, and InUse while cookies name it."""
    take_turn(tenant)
    provider = find_provider(tenant, key)
    refuse_in_use(tenant, Cookie.provider == key)
    db.session.delete(provider)
    return provider


def _names(tenant: Tenant) -> dict[str, str]:
    return {one.key: one.name for one in providers(tenant)}


def _fit(values: Mapping[str, Any], others: Mapping[str, str]) -> dict[str, Any]:
    tidy = {name: one_line(values.get(name) or "") for name in PROVIDER_FIELDS}
    if not tidy["key"] and isinstance(tidy["name"], str):
        tidy["key"] = key_of(tidy["name"], others)
    if refused := wrong(check_provider(tidy, others=others)):
        raise ProviderWrong(refused)
    return tidy
