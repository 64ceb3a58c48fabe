"""The cookie list: every category with its cookies, and the providers, on one page."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.backoffice.cookie_rows import FILTERS, Filter, Group, Row, lifetime, row
from portal.backoffice.cookie_words import CATEGORY_NAMES, PARTIES, chosen
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.errors import explain
from portal.backoffice.guard import needs
from portal.catalogues import request_language
from portal.cookies.declared import categories, listed_cookies, providers
from portal.cookies.models import CATEGORIES, Category
from portal.cookies.refusals import NoSuchRow
from portal.cookies.texts import in_language
from portal.languages import language
from portal.people.roles import Permission
from portal.tenants.models import Tenant


@bp.get("/cookies/")
@needs(Permission.READ)
def cookies() -> str:
    tenant, wanted = current_tenant(), Filter.read(request.args)
    present, known, listed = categories(tenant), providers(tenant), listed_cookies(tenant)
    names = {one.key: one.name for one in known}
    shown: dict[str, list[Row]] = {one.key: [] for one in present}
    source, reader = tenant.default_language, request_language()
    for cookie in listed:
        if wanted.takes(cookie, names[cookie.provider]):
            shown[cookie.category].append(row(cookie, names, source, reader))
    sizes = Counter(one.category for one in listed)
    return render_template(
        "backoffice/cookies/list.html",
        groups=[
            Group(one, shown[one.key], sizes[one.key])
            for one in present
            if shown[one.key] or not wanted
        ],
        providers=known,
        uses=Counter(one.provider for one in listed),
        total=len(listed),
        wanted=wanted,
        names=names,
        titles=titles(tenant, present),
        missing=chosen(CATEGORY_NAMES, set(CATEGORIES) - shown.keys()),
        parties=chosen(PARTIES),
        **around(tenant),
    )


def around(tenant: Tenant) -> dict[str, Any]:
    """What all pages of the list need: what a tenant wrote, lifetimes, and the way back."""
    source, reader = tenant.default_language, request_language()
    return {
        "list_url": list_url(),
        "kept": filtered(),
        "written": {"lang": source, "dir": language(source).direction},
        "own": lambda texts: in_language(texts, source, source),
        "lifetime": lambda one: lifetime(one.lifetime_count, one.lifetime_unit, reader),
    }


def titles(tenant: Tenant, of: Iterable[Category]) -> list[tuple[str, str]]:
    """Pairs of key and title, to choose from."""
    source = tenant.default_language
    return [(one.key, in_language(one.title, source, source)) for one in of]


def list_url(place: str = "") -> str:
    """The list as it was filtered, at a place on it."""
    return url_for("backoffice.cookies", _anchor=place or None, **filtered())


def filtered() -> dict[str, Any]:
    """What of the list the request's address asks for."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name)}


def there_is_none(_error: NoSuchRow) -> Response:
    return explain(NotFound())


bp.register_error_handler(NoSuchRow, there_is_none)
