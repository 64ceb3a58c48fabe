"""Add, change and delete a cookie of the list."""

from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Typed, merged
from portal.backoffice.cookie_form import EMPTY, TOGETHER, conflict, form, shown, typed, values_of
from portal.backoffice.cookies import around, list_url
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext
from portal.cookies.declared import facts, find_cookie, stamp
from portal.cookies.editing import add_cookie, change_cookie, findings, remove_cookie
from portal.cookies.findings import Finding
from portal.cookies.known.catalogue import named
from portal.cookies.models import Cookie
from portal.cookies.providers import add_provider
from portal.cookies.refusals import Conflict, CookieWrong, NoSuchCookie, ProviderWrong
from portal.database import writing
from portal.people.roles import Permission
from portal.tenants.models import Tenant

Page = tuple[str, int]


@bp.get("/cookies/new/")
@needs(Permission.EDIT)
def cookies_new() -> str:
    return form(current_tenant(), {**EMPTY, "category": request.args.get("in", "")})


@bp.post("/cookies/new/")
@needs(Permission.EDIT)
def cookies_add() -> Response | Page:
    tenant, wanted = current_tenant(), typed()
    try:
        with writing():
            cookie = add_cookie(tenant, _values(tenant, wanted))
    except (CookieWrong, ProviderWrong) as refused:
        return form(tenant, wanted, refused.findings), 422
    return _back(cookie, gettext("“%(name)s” is in the list.", name=cookie.name))


@bp.get("/cookies/<uuid:identifier>/")
@needs(Permission.EDIT)
def cookies_edit(identifier: UUID) -> str:
    tenant = current_tenant()
    cookie = find_cookie(tenant, identifier)
    language = tenant.default_language
    said_of_it = findings(tenant, facts(cookie, language), cookie)
    return form(tenant, shown(cookie, language), said_of_it, cookie)


@bp.post("/cookies/<uuid:identifier>/")
@needs(Permission.EDIT)
def cookies_save(identifier: UUID) -> Response | Page:
    tenant, wanted = current_tenant(), typed()
    try:
        with writing():
            current = shown(find_cookie(tenant, identifier), tenant.default_language)
            wanted = merged(wanted, current, TOGETHER)
            seen = request.form.get("seen", "")
            cookie = change_cookie(tenant, identifier, _values(tenant, wanted), seen)
    except (CookieWrong, ProviderWrong) as refused:
        return form(tenant, wanted, refused.findings, find_cookie(tenant, identifier)), 422
    except Conflict as met:
        return conflict(tenant, wanted, met.current), 409
    except NoSuchCookie:
        return _gone(tenant, wanted), 404
    return _back(cookie, gettext("“%(name)s” is saved.", name=cookie.name))


@bp.get("/cookies/<uuid:identifier>/delete/")
@needs(Permission.EDIT)
def cookies_delete(identifier: UUID) -> str:
    return _confirmation(current_tenant(), find_cookie(current_tenant(), identifier))


@bp.post("/cookies/<uuid:identifier>/delete/")
@needs(Permission.EDIT)
def cookies_remove(identifier: UUID) -> Response | Page:
    tenant = current_tenant()
    try:
        with writing():
            name = remove_cookie(tenant, identifier, request.form.get("seen", "")).name
    except Conflict as met:
        return _confirmation(tenant, met.current, changed=True), 409
    tell(gettext("“%(name)s” is deleted.", name=name))
    return redirect(list_url(), 303)


def _values(tenant: Tenant, wanted: Typed) -> Typed:
    """What was typed; a provider that is not in the list yet is added to it on the way."""
    values = values_of(wanted, tenant.default_language)
    if not wanted["new_provider"].strip():
        return values
    try:
        return {**values, "provider": add_provider(tenant, _new(wanted["new_provider"])).key}
    except ProviderWrong as refused:
        said = [Finding("new_provider", one.message, one.values) for one in refused.findings]
        raise ProviderWrong(said) from refused


def _new(name: str) -> dict[str, str]:
    """A provider with this name, and the address of its privacy policy if that is known."""
    found = named(name)
    return {"name": name, "privacy_url": found.privacy_url if found else ""}


def _gone(tenant: Tenant, wanted: Typed) -> str:
    """Somebody deleted the cookie meanwhile: what was typed can be added again."""
    tell(gettext("This cookie is not in the list any more. Save to add it again."), "warning")
    return form(tenant, wanted)


def _confirmation(tenant: Tenant, cookie: Cookie, *, changed: bool = False) -> str:
    return render_template(
        "backoffice/cookies/delete_cookie.html",
        cookie=cookie,
        changed=changed,
        seen=stamp(cookie, tenant.default_language),
        **around(tenant),
    )


def _back(cookie: Cookie, text: str) -> Response:
    tell(text)
    return redirect(list_url(f"cookie-{cookie.id}"), 303)
