"""Add, change and delete a category of the list."""

from collections.abc import Iterable

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Typed, differences, merged
from portal.backoffice.cookie_words import by_field, labels
from portal.backoffice.cookies import around, list_url, titles
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext
from portal.cookies.categories import add_category, change_category, remove_category
from portal.cookies.declared import cookies, facts, find_category, stamp
from portal.cookies.findings import Finding
from portal.cookies.list_rules import CATEGORY_FIELDS as FIELDS
from portal.cookies.models import NECESSARY, Category, Cookie
from portal.cookies.refusals import CategoryWrong, Conflict, InUse, Needed
from portal.database import writing
from portal.people.roles import Permission

Page = tuple[str, int]

TOGETHER = tuple((name,) for name in FIELDS)


@bp.post("/cookies/categories/")
@needs(Permission.EDIT)
def cookies_category_add() -> Response:
    with writing():
        category = add_category(current_tenant(), request.form.get("key", ""))
    return _back(category, gettext("“%(name)s” is in the list.", name=_title(category)))


@bp.get("/cookies/category/<key>/")
@needs(Permission.EDIT)
def cookies_category_edit(key: str) -> str:
    category = find_category(current_tenant(), key)
    return _form(category, _shown(category))


@bp.post("/cookies/category/<key>/")
@needs(Permission.EDIT)
def cookies_category_save(key: str) -> Response | Page:
    tenant, wanted = current_tenant(), _typed()
    try:
        with writing():
            wanted = merged(wanted, _shown(find_category(tenant, key)), TOGETHER)
            texts = {name: {tenant.default_language: text} for name, text in wanted.items()}
            category = change_category(tenant, key, texts, request.form.get("seen", ""))
    except CategoryWrong as refused:
        return _form(find_category(tenant, key), wanted, refused.findings), 422
    except Conflict as met:
        return _conflict(wanted, met.current), 409
    return _back(category, gettext("“%(name)s” is saved.", name=_title(category)))


@bp.get("/cookies/category/<key>/delete/")
@needs(Permission.EDIT)
def cookies_category_delete(key: str) -> str:
    return _confirmation(find_category(current_tenant(), key))


@bp.post("/cookies/category/<key>/delete/")
@needs(Permission.EDIT)
def cookies_category_remove(key: str) -> Response | Page:
    tenant = current_tenant()
    try:
        with writing():
            name = _title(remove_category(tenant, key))
    except (InUse, Needed):
        return _confirmation(find_category(tenant, key)), 409
    tell(gettext("“%(name)s” is deleted.", name=name))
    return redirect(list_url(), 303)


def _typed() -> Typed:
    return {name: request.form.get(name, "") for name in FIELDS}


def _shown(category: Category) -> Typed:
    language = current_tenant().default_language
    return {name: texts[language] for name, texts in facts(category, language).items()}


def _title(category: Category) -> str:
    return titles(current_tenant(), [category])[0][1]


def _form(category: Category, values: Typed, findings: Iterable[Finding] = ()) -> str:
    return render_template(
        "backoffice/cookies/category.html",
        values=values,
        errors=by_field(findings),
        category=category,
        seen=request.form.get("seen") or _stamp(category),
        labels=labels(),
        **around(current_tenant()),
    )


def _conflict(mine: Typed, category: Category) -> str:
    tidy = {name: " ".join(text.split()) for name, text in mine.items()}
    return render_template(
        "backoffice/cookies/conflict.html",
        name=_title(category),
        values=mine,
        differences=differences(_shown(category), tidy, TOGETHER, lambda name, row: row[name]),
        seen=_stamp(category),
        labels=labels(),
        **around(current_tenant()),
    )


def _confirmation(category: Category) -> str:
    tenant = current_tenant()
    return render_template(
        "backoffice/cookies/delete_other.html",
        name=_title(category),
        users=[one.name for one in cookies(tenant, Cookie.category == category.key)],
        needed=category.key == NECESSARY,
        **around(tenant),
    )


def _stamp(category: Category) -> str:
    return stamp(category, current_tenant().default_language)


def _back(category: Category, text: str) -> Response:
    tell(text)
    return redirect(list_url(f"category-{category.key}"), 303)
