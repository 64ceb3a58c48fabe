"""Doing what a plan says: all of it or nothing."""

from collections.abc import Iterable
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from portal.cookies.declared import take_turn
from portal.cookies.editing import write_texts
from portal.cookies.exchange.files import Row
from portal.cookies.exchange.planning import plan
from portal.cookies.exchange.plans import Plan, PlannedCookie, PlannedProvider, Status
from portal.cookies.exchange.saving import save
from portal.cookies.models import Cookie, Provider, Texts
from portal.cookies.rules import TEXTS
from portal.cookies.texts import in_language, own_or_built_in
from portal.database import db
from portal.tenants.models import Tenant


class RowsWrong(Exception):
    """Some rows cannot be imported, so none was; the plan says which and why."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(f"{plan.counts[Status.WRONG]} rows are wrong")
        self.plan = plan


class ListChanged(Exception):
    """The import would do something else than was seen; the plan says what."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("the list was changed in the meantime")
        self.plan = plan


def import_rows(
    tenant: Tenant, rows: Iterable[Row], *, skip_wrong: bool = False, seen: str | None = None
) -> Plan:
    """Plan and apply in one turn; the plan that was applied.

    Raises BadFile, RowsWrong, and ListChanged unless the plan is the one `seen` (its digest).
    """
    take_turn(tenant)
    found = plan(tenant, rows)
    if seen is not None and seen != found.digest:
        raise ListChanged(found)
    apply(tenant, found, skip_wrong=skip_wrong)
    return found


def apply(tenant: Tenant, plan: Plan, *, skip_wrong: bool = False) -> None:
    """Write what is new and changed; what is not in the plan stays.

    Raises RowsWrong unless wrong rows are to be skipped, and ListChanged where somebody changed a
    row since it was planned. The number of statements does not depend on that of the rows.
    """
    if plan.counts[Status.WRONG] and not skip_wrong:
        raise RowsWrong(plan)
    try:
        with db.session.no_autoflush:
            _write(tenant, plan)
    except StaleDataError as reason:
        raise ListChanged(plan) from reason


def _write(tenant: Tenant, plan: Plan) -> None:
    save([_provider(tenant, one) for one in plan.providers])
    ends = _Ends(tenant)
    planned = [*plan.those(Status.NEW), *plan.those(Status.CHANGED)]
    save([_cookie(tenant, one, ends) for one in planned])


def _provider(tenant: Tenant, planned: PlannedProvider) -> Provider:
    row = planned.provider or Provider(tenant_id=tenant.id, key=planned.key)
    for change in planned.changes:
        setattr(row, change.field, change.after)
    return row


def _cookie(tenant: Tenant, planned: PlannedCookie, ends: "_Ends") -> Cookie:
    row = planned.cookie or _new_cookie(tenant)
    for name in planned.columns():
        if name in TEXTS:
            _write_texts(tenant, row, name, planned)
        else:
            setattr(row, name, planned.values[name])
        if name == "category":
            row.position = ends.next(planned.values[name])
    return row


def _new_cookie(tenant: Tenant) -> Cookie:
    return Cookie(tenant_id=tenant.id, id=uuid4(), function={}, purpose={}, sources={})


def _write_texts(tenant: Tenant, cookie: Cookie, name: str, planned: PlannedCookie) -> None:
    """Write the texts that differ.

    Where that ends a built-in text, its other translations stay as the tenant's own, and stale.
    """
    language, wanted = tenant.default_language, planned.values[name]
    source = in_language(getattr(cookie, name), language, language)
    changed = {tag: wanted.get(tag, "") for tag in planned.languages(name)}
    write_texts(cookie, name, changed, language)
    written: Texts = getattr(cookie, name)
    kept = {
        tag: wanted[tag]
        for tag in tenant.languages
        if tag in wanted and wanted[tag] != own_or_built_in(written, tag)
    }
    if kept:
        origins = {**cookie.sources.get(name, {}), **dict.fromkeys(kept, source)}
        setattr(cookie, name, {**written, **kept})
        cookie.sources = {**cookie.sources, name: origins}


class _Ends:
    """The next free position of each category."""

    def __init__(self, tenant: Tenant) -> None:
        last = select(Cookie.category, func.max(Cookie.position))
        mine = last.where(Cookie.tenant_id == tenant.id).group_by(Cookie.category)
        self._next = {category: position + 1 for category, position in db.session.execute(mine)}

    def next(self, category: str) -> int:
        position = self._next.get(category, 0)
        self._next[category] = position + 1
        return position
