"""The form of a cookie: from the request to values, from a row to fields."""

from collections.abc import Iterable
from typing import Any

from flask import render_template, request

from portal.backoffice.conflicts import Typed, differences
from portal.backoffice.cookie_words import MATCHES, STORAGES, UNITS, by_field, chosen, labels
from portal.backoffice.cookies import around, titles
from portal.backoffice.words import gettext
from portal.cookies.declared import categories, facts, providers, stamp
from portal.cookies.findings import Finding
from portal.cookies.models import Cookie
from portal.cookies.rules import FLAGS, TEXTS, WORDS
from portal.cookies.texts import in_language
from portal.cookies.tidying import tidied
from portal.tenants.models import Tenant

TYPED = (*WORDS, "lifetime_count", *TEXTS, "new_provider")
TOGETHER = (
    ("name",), ("match",), ("category",), ("provider", "new_provider"), ("function",), ("purpose",),
    ("lifetime_count", "lifetime_unit"), ("storage",), ("domain",), ("path",),
    ("third_party",), ("http_only",), ("exempt_measurement",),
)  # fmt: skip
EMPTY = {"match": "exact", "storage": "cookie", "path": "/", "lifetime_unit": "month"}


def typed() -> Typed:
    """What the request's form holds, as it was typed."""
    words = {name: request.form.get(name, "") for name in TYPED}
    return {**words, **{name: name in request.form for name in FLAGS}}


def shown(cookie: Cookie, language: str) -> Typed:
    """A stored cookie as its form shows it."""
    values = facts(cookie, language)
    texts = {name: values[name][language] for name in TEXTS}
    count = cookie.lifetime_count or ""
    return {**values, **texts, "lifetime_count": count, "new_provider": ""}


def values_of(typed: Typed, language: str) -> dict[str, Any]:
    """For the rules: texts in the tenant's source language, and no number of sessions."""
    texts = {name: {language: typed[name]} for name in TEXTS}
    count = 0 if typed["lifetime_unit"] == "session" else typed["lifetime_count"]
    return {**typed, **texts, "lifetime_count": count}


def form(
    tenant: Tenant, typed: Typed, findings: Iterable[Finding] = (), cookie: Cookie | None = None
) -> str:
    """The page with the form of a cookie, or of a new one, with what is said of it."""
    found = list(findings)
    return render_template(
        "backoffice/cookies/cookie.html",
        values=typed,
        errors=by_field(one for one in found if one.wrong),
        warnings=by_field(one for one in found if not one.wrong),
        cookie=cookie,
        seen=cookie and (request.form.get("seen") or stamp(cookie, tenant.default_language)),
        labels=labels(),
        **_choices(tenant),
        **around(tenant),
    )


def conflict(tenant: Tenant, typed: Typed, cookie: Cookie) -> str:
    """The page on which both versions stand."""
    language, choices = tenant.default_language, _choices(tenant)
    theirs, mine = shown(cookie, language), _tidy(typed, language)

    def in_words(name: str, values: Typed) -> str:
        return _in_words(name, values, choices)

    return render_template(
        "backoffice/cookies/conflict.html",
        name=cookie.name,
        values=typed,
        differences=differences(theirs, mine, TOGETHER, in_words),
        seen=stamp(cookie, language),
        labels=labels(),
        **around(tenant),
    )


def _choices(tenant: Tenant) -> dict[str, list[tuple[str, str]]]:
    return {
        "matches": chosen(MATCHES),
        "storages": chosen(STORAGES),
        "units": chosen(UNITS),
        "categories": titles(tenant, categories(tenant)),
        "providers": [(one.key, one.name) for one in providers(tenant)],
    }


def _tidy(typed: Typed, language: str) -> Typed:
    tidy = tidied(values_of(typed, language))
    texts = {name: in_language(tidy[name], language, language) for name in TEXTS}
    count = tidy["lifetime_count"] or ""
    provider = typed["new_provider"].strip()
    return {**tidy, **texts, "lifetime_count": count, "new_provider": provider}


LISTS = {
    "match": "matches",
    "category": "categories",
    "provider": "providers",
    "storage": "storages",
}


def _in_words(name: str, values: Typed, choices: dict[str, list[tuple[str, str]]]) -> str:
    """A field, or those that are chosen with it, as people read it."""
    if name == "lifetime_count":
        unit = dict(choices["units"]).get(values["lifetime_unit"], values["lifetime_unit"])
        return f"{values[name] or ''} {unit}".strip()
    if name in FLAGS:
        return gettext("Yes") if values[name] else gettext("No")
    if name == "provider" and values["new_provider"]:
        return str(values["new_provider"])
    return str(dict(choices.get(LISTS.get(name, ""), [])).get(values[name], values[name]))
