"""The list of a tenant as a file."""

from typing import Any

from portal.cookies.declared import declaration
from portal.cookies.exchange import structured, tabular
from portal.cookies.exchange.columns import column_names
from portal.cookies.exchange.structured import MEMBERS
from portal.cookies.exchange.values import values_of
from portal.cookies.models import Cookie, Provider
from portal.tenants.models import Tenant

BYTE_ORDER_MARK = "\ufeff"  # by which spreadsheets know UTF-8

Entry = dict[str, Any]


def as_csv(tenant: Tenant, separator: str = ",", *, marked: bool = False) -> str:
    """RFC 4180; `marked` puts a byte order mark first."""
    names = column_names(tenant.languages)
    text = "".join(tabular.written(names, exported(tenant), separator))
    return BYTE_ORDER_MARK + text if marked else text


def as_json(tenant: Tenant) -> str:
    return structured.written(exported(tenant))


def exported(tenant: Tenant) -> list[Entry]:
    """Every cookie with its provider's details, in the order of the list."""
    declared = declaration(tenant)
    providers = {one.key: one for one in declared.providers}
    return [
        _entry(tenant, cookie, providers[cookie.provider])
        for category in declared.categories
        for cookie in declared.cookies
        if cookie.category == category.key
    ]


def _entry(tenant: Tenant, cookie: Cookie, provider: Provider) -> Entry:
    values = {
        **values_of(cookie, tenant.languages),
        "provider_name": provider.name,
        "provider_privacy_url": provider.privacy_url,
    }
    return {name: values[name] for name in MEMBERS}
