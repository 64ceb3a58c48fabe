"""Changes between two documents, in words: grouped by what they are about."""

from itertools import groupby
from typing import NamedTuple

from flask import g
from markupsafe import Markup

from portal.backoffice.cookie_words import STORAGES
from portal.backoffice.words import gettext, said
from portal.cookies.texts import lifetime_in_words
from portal.languages import language
from portal.policy.difference import ADDED, Change
from portal.policy.facts import COOKIE, LOOK, Kind, Lifetime, Named, Value

HEADINGS = {
    Kind.SETTING: said("Settings"),
    Kind.LANGUAGE: said("Languages"),
    Kind.CONTACT: said("Contact details"),
    Kind.LOOK: said("Look"),
    Kind.CATEGORY: said("Categories"),
    Kind.PROVIDER: said("Providers"),
    Kind.COOKIE: said("Cookies"),
    Kind.INTEGRATION: said("Integrations"),
    Kind.PASSAGE: said("Own sections and pages"),
    Kind.TEXT: said("Built-in texts"),
}
VALUES = {
    COOKIE["match"]: {
        "exact": said("exactly this name"),
        "prefix": said("names that begin with it"),
        "pattern": said("pattern with *"),
    },
    COOKIE["storage"]: STORAGES,
    LOOK["position"]: {
        "bottom": said("at the bottom"),
        "corner": said("in the corner"),
        "centre": said("in the centre"),
    },
    LOOK["reopener"]: {
        "link": said("a link in the foot"),
        "button": said("a floating button"),
    },
}
PASSAGES = {
    "why": said("Why cookies are used here"),
    "what": said("What a cookie is"),
    "kinds": said("Kinds of cookies"),
    "change": said("Changing or withdrawing your choice"),
    "kept": said("What is kept about your choice"),
    "terms": said("Terms of use"),
    "privacy": said("Privacy policy"),
}
LONG = 80  # characters of a value from which on it is folded away


class Line(NamedTuple):
    """One change as it is shown. `where` is a field, a category or a language, in words."""

    action: str
    name: str
    where: str
    before: str
    after: str

    @property
    def is_long(self) -> bool:
        return max(len(self.before), len(self.after)) > LONG


class Group(NamedTuple):
    heading: str
    lines: list[Line]


def grouped(changes: list[Change]) -> list[Group]:
    """The changes in their order, each group under its heading."""
    return [
        Group(gettext(HEADINGS[kind]), [_line(one) for one in group])
        for kind, group in groupby(changes, key=lambda change: change.kind)
    ]


def _line(change: Change) -> Line:
    whole = not change.field
    within = change.after if change.action == ADDED else change.before
    if whole and isinstance(within, Named):
        return Line(change.action, _name(change), within.name, "", "")
    return Line(
        change.action, _name(change), _where(change), _value(change, change.before),
        _value(change, change.after),
    )  # fmt: skip


def _name(change: Change) -> str:
    if change.kind is Kind.LANGUAGE:
        return language(change.name).name
    if change.kind is Kind.PASSAGE:
        return gettext(PASSAGES[change.name])
    if change.kind is Kind.LOOK and not change.field:
        return gettext(said("Look of its own"))
    return change.name


def _where(change: Change) -> str:
    label = gettext(change.field) if change.field else ""
    said_in = language(change.language).name if change.language else ""
    return f"{label} ({said_in})" if label and said_in else label or said_in


def _value(change: Change, value: Value) -> str:
    if isinstance(value, bool):
        return gettext(said("yes")) if value else gettext(said("no"))
    if isinstance(value, Lifetime):
        words = lifetime_in_words(value.count, value.unit, g.language)
        return words or gettext(said("until the browser is closed"))
    if isinstance(value, Named):
        return value.name
    if change.kind is Kind.PASSAGE:
        return Markup(value or "").striptags()  # noqa: S704  the document's own clean HTML
    text = "" if value is None else str(value)
    chosen = VALUES.get(change.field, {})
    return gettext(chosen[text]) if text in chosen else text
