"""Add, change and remove the categories of a tenant's draft. There are four that it may have."""

from collections.abc import Mapping
from typing import Any

from portal.cookies.declared import (
    categories,
    facts,
    find_category,
    refuse_in_use,
    take_turn,
    unchanged,
)
from portal.cookies.editing import write_texts
from portal.cookies.findings import wrong
from portal.cookies.list_rules import CATEGORY_FIELDS, check_category
from portal.cookies.models import CATEGORIES, NECESSARY, Category, Cookie
from portal.cookies.refusals import CategoryWrong, Needed, NoSuchCategory
from portal.cookies.starter import CATEGORY_TEXTS
from portal.cookies.tidying import texts
from portal.database import db
from portal.languages import SOURCE
from portal.tenants.models import Tenant


def missing_categories(tenant: Tenant) -> list[str]:
    """The keys that the tenant could add."""
    present = {one.key for one in categories(tenant)}
    return [key for key in CATEGORIES if key not in present]


def add_category(tenant: Tenant, key: str) -> Category:
    """Add one that is missing, with the built-in texts; if it is there already, that one.

    Raises NoSuchCategory for a key that there is not.
    """
    take_turn(tenant)
    if key not in CATEGORIES:
        raise NoSuchCategory(key)
    present = categories(tenant)
    if found := next((one for one in present if one.key == key), None):
        return found
    title, description = CATEGORY_TEXTS[key]
    category = Category(
        tenant_id=tenant.id,
        key=key,
        position=max((one.position for one in present), default=-1) + 1,
        title={SOURCE: title},
        description={SOURCE: description},
    )
    db.session.add(category)
    db.session.flush()  # cookies that come with it refer to it
    return category


def change_category(
    tenant: Tenant, key: str, values: Mapping[str, Any], seen: str | None = None
) -> Category:
    """Change title and description, in the languages named.

    Raises CategoryWrong, NoSuchCategory, and Conflict unless as `seen`.
    """
    take_turn(tenant)
    language = tenant.default_language
    category = unchanged(find_category(tenant, key), language, seen)
    merged = {**facts(category, language), **values}
    tidy = {name: texts(merged[name]) for name in CATEGORY_FIELDS}
    if refused := wrong(check_category(tidy)):
        raise CategoryWrong(refused)
    for name in CATEGORY_FIELDS:
        write_texts(category, name, tidy[name], language)
    return category


def remove_category(tenant: Tenant, key: str) -> Category:
    """The category, which is gone now; raises NoSuchCategory, Needed, and InUse by cookies."""
    take_turn(tenant)
    category = find_category(tenant, key)
    if key == NECESSARY:
        raise Needed(key)
    refuse_in_use(tenant, Cookie.category == key)
    db.session.delete(category)
    return category
