"""Add, change and delete a provider of the list."""

from collections.abc import Iterable

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Typed, differences, merged
from portal.backoffice.cookie_words import by_field, labels
from portal.backoffice.cookies import around, list_url
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext
from portal.cookies.declared import cookies, find_provider, stamp
from portal.cookies.findings import Finding
from portal.cookies.models import Cookie, Provider
from portal.cookies.providers import add_provider, change_provider, remove_provider
from portal.cookies.refusals import Conflict, InUse, ProviderWrong
from portal.database import writing
from portal.people.roles import Permission

Page = tuple[str, int]

FIELDS = ("name", "privacy_url")
TOGETHER = tuple((name,) for name in FIELDS)


@bp.get("/cookies/providers/new/")
@needs(Permission.EDIT)
def cookies_provider_new() -> str:
    return _form({})


@bp.post("/cookies/providers/new/")
@needs(Permission.EDIT)
def cookies_provider_add() -> Response | Page:
    try:
        with writing():
            provider = add_provider(current_tenant(), _typed())
    except ProviderWrong as refused:
        return _form(_typed(), refused.findings), 422
    return _back(provider, gettext("“%(name)s” is in the list.", name=provider.name))


@bp.get("/cookies/provider/<key>/")
@needs(Permission.EDIT)
def cookies_provider_edit(key: str) -> str:
    provider = find_provider(current_tenant(), key)
    return _form(_shown(provider), provider=provider)


@bp.post("/cookies/provider/<key>/")
@needs(Permission.EDIT)
def cookies_provider_save(key: str) -> Response | Page:
    tenant, wanted = current_tenant(), _typed()
    try:
        with writing():
            wanted = merged(wanted, _shown(find_provider(tenant, key)), TOGETHER)
            provider = change_provider(tenant, key, wanted, request.form.get("seen", ""))
    except ProviderWrong as refused:
        return _form(wanted, refused.findings, find_provider(tenant, key)), 422
    except Conflict as met:
        return _conflict(wanted, met.current), 409
    return _back(provider, gettext("“%(name)s” is saved.", name=provider.name))


@bp.get("/cookies/provider/<key>/delete/")
@needs(Permission.EDIT)
def cookies_provider_delete(key: str) -> str:
    return _confirmation(find_provider(current_tenant(), key))


@bp.post("/cookies/provider/<key>/delete/")
@needs(Permission.EDIT)
def cookies_provider_remove(key: str) -> Response | Page:
    try:
        with writing():
            name = remove_provider(current_tenant(), key).name
    except InUse:
        return _confirmation(find_provider(current_tenant(), key)), 409
    tell(gettext("“%(name)s” is deleted.", name=name))
    return redirect(list_url("providers"), 303)


def _typed() -> Typed:
    return {name: request.form.get(name, "") for name in FIELDS}


def _shown(provider: Provider) -> Typed:
    return {name: getattr(provider, name) for name in FIELDS}


def _form(values: Typed, findings: Iterable[Finding] = (), provider: Provider | None = None) -> str:
    return render_template(
        "backoffice/cookies/provider.html",
        values=values,
        errors=by_field(findings),
        provider=provider,
        seen=provider and (request.form.get("seen") or _stamp(provider)),
        labels=labels(),
        **around(current_tenant()),
    )


def _conflict(mine: Typed, provider: Provider) -> str:
    tidy = {name: mine[name].strip() for name in FIELDS}
    return render_template(
        "backoffice/cookies/conflict.html",
        name=provider.name,
        values=mine,
        differences=differences(_shown(provider), tidy, TOGETHER, lambda name, row: row[name]),
        seen=_stamp(provider),
        labels=labels(),
        **around(current_tenant()),
    )


def _confirmation(provider: Provider) -> str:
    tenant = current_tenant()
    return render_template(
        "backoffice/cookies/delete_other.html",
        name=provider.name,
        users=[one.name for one in cookies(tenant, Cookie.provider == provider.key)],
        **around(tenant),
    )


def _stamp(provider: Provider) -> str:
    return stamp(provider, current_tenant().default_language)


def _back(provider: Provider, text: str) -> Response:
    tell(text)
    return redirect(list_url(f"provider-{provider.key}"), 303)
