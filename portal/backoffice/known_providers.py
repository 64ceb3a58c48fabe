"""Providers known to all: looked through, added with one click, suggested while typing a name."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.cookie_words import CATEGORY_NAMES, UNITS
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, ngettext, said
from portal.catalogues import request_language
from portal.cookies.known.adopting import Adopted, Present, adopt, present
from portal.cookies.known.catalogue import UnknownProvider, known
from portal.cookies.known.entries import Known, KnownCookie
from portal.cookies.known.suggesting import Suggestion, suggest
from portal.cookies.models import Texts
from portal.cookies.rules import FLAGS, TEXTS
from portal.cookies.texts import in_language, lifetime_in_words, own_or_built_in
from portal.database import writing
from portal.languages import SOURCE
from portal.people.roles import Permission
from portal.tenants.models import Tenant

KIND_NAMES = {
    "analytics": said("Audience measurement"),
    "video": said("Video and sound"),
    "maps": said("Maps"),
    "social": said("Social networks"),
    "advertising": said("Advertising"),
    "chat": said("Support chat"),
    "payment": said("Payment"),
    "tags": said("Tag management"),
    "security": said("Protection against abuse"),
}
FILLED = ("match", "category", "storage", "path", "lifetime_unit", *FLAGS)


@dataclass(frozen=True, slots=True)
class Card:
    """A known provider as the page shows it to a tenant."""

    provider: Known
    mine: str | None  # the key under which the tenant has it
    missing: int  # how many of its cookies the tenant does not have
    searched: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Section:
    kind: str
    title: str
    cards: list[Card]

    @property
    def shown(self) -> bool:
        return any(one.shown for one in self.cards)


@bp.get("/cookies/known/")
@needs(Permission.READ)
def cookies_known() -> str:
    wanted = request.args.get("q", "").strip()
    sections = list(_sections(present(current_tenant()), wanted.casefold()))
    cards = [card for section in sections for card in section.cards]
    return render_template(
        "backoffice/known_providers/list.html",
        sections=sections,
        wanted=wanted,
        total=len(cards),
        found=sum(card.shown for card in cards),
        category_names=CATEGORY_NAMES,
        said_here=_said_here,
        lifetime=_lifetime,
    )


@bp.post("/cookies/known/")
@needs(Permission.EDIT)
def cookies_known_add() -> Response:
    key, tenant = request.form.get("key", ""), current_tenant()
    try:
        with writing():
            done = adopt(tenant, key)
    except UnknownProvider:
        abort(404)
    tell(told(done))
    wanted = request.form.get("q") or None
    return redirect(url_for("backoffice.cookies_known", q=wanted, _anchor=f"known-{key}"), 303)


@bp.get("/cookies/known/suggestions/")
@needs(Permission.READ)
def cookies_known_suggestions() -> dict[str, Any]:
    """What the form of a cookie can be filled in with, in the words of its reader."""
    tenant = current_tenant()
    found = suggest(tenant, request.args.get("name", ""), request.args.get("domain", ""))
    draft = present(tenant)
    words = ngettext("One known cookie fits.", "%(num)s known cookies fit.", len(found))
    return {
        "title": gettext("Known cookies"),
        "announcement": words if found else "",
        "suggestions": [_suggestion(one, tenant, draft) for one in found],
    }


def _sections(draft: Present, wanted: str) -> Iterator[Section]:
    for kind, alike in groupby(known(), lambda one: one.kind):
        title = gettext(KIND_NAMES[kind])
        yield Section(kind, title, [_card(one, title, draft, wanted) for one in alike])


def _card(provider: Known, kind: str, draft: Present, wanted: str) -> Card:
    names = (part for one in provider.cookies for part in (one.name, one.domain))
    searched = " ".join(dict.fromkeys([provider.name, kind, *names])).casefold()
    missing = len(draft.missing(provider))
    return Card(provider, draft.key_of(provider), missing, searched, wanted in searched)


def told(done: Adopted) -> str:
    """What was done."""
    return " ".join(_sentences(done))


def _sentences(done: Adopted) -> Iterator[str]:
    yield gettext("%(name)s is in your list.", name=done.name)
    if done.added:
        yield ngettext("One cookie was added.", "%(num)s cookies were added.", len(done.added))
    if done.kept:
        names = ", ".join(done.kept)
        yield gettext("These were there already and stay as they are: %(names)s.", names=names)
    if done.categories:
        titles = ", ".join(gettext(CATEGORY_NAMES[key]) for key in done.categories)
        yield gettext("Categories that are new in your list: %(names)s.", names=titles)


def _suggestion(found: Suggestion, tenant: Tenant, draft: Present) -> dict[str, Any]:
    """How it is shown, and what the fields get: `texts` only those where nothing is written yet."""
    cookie, provider, language = found.cookie, found.provider, tenant.default_language
    category = gettext(CATEGORY_NAMES[cookie.category])
    return {
        "name": cookie.name,
        "facts": " · ".join((provider.name, category, _lifetime(cookie))),
        "purpose": _said_here(cookie.purpose),
        "chosen": gettext(
            "Filled in: %(name)s of %(provider)s", name=cookie.name, provider=provider.name
        ),
        "values": _values(cookie) | _provider(provider, draft),
        "texts": {name: own_or_built_in(getattr(cookie, name), language) for name in TEXTS},
    }


def _values(cookie: KnownCookie) -> dict[str, Any]:
    """By field of the form; on the site's own domain, what was typed there stays."""
    facts = {name: getattr(cookie, name) for name in FILLED}
    domain = {"domain": cookie.domain} if cookie.domain else {}
    return {"name": cookie.name, **facts, **domain, "lifetime_count": cookie.lifetime_count or ""}


def _provider(provider: Known, draft: Present) -> dict[str, str]:
    """Chosen from the tenant's list, or named as new."""
    mine = draft.key_of(provider)
    return {"provider": mine or "", "new_provider": "" if mine else provider.name}


def _said_here(texts: Texts) -> str:
    return in_language(texts, request_language(), SOURCE)


def _lifetime(cookie: KnownCookie) -> str:
    words = lifetime_in_words(cookie.lifetime_count, cookie.lifetime_unit, request_language())
    return words or gettext(UNITS["session"])
