"""All that a document says, thing by thing, under labels that the back office can say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.catalogues import said
from portal.cookies.integrations.kinds import KINDS
from portal.policy.document import (
    DeclaredCategory,
    DeclaredCookie,
    DeclaredIntegration,
    DeclaredPassage,
    Document,
    Texts,
)


class Kind(StrEnum):
    """What a change is about, in the order in which it is told."""

    SETTING = "setting"
    LANGUAGE = "language"
    CONTACT = "contact detail"
    LOOK = "look"
    CATEGORY = "category"
    PROVIDER = "provider"
    COOKIE = "cookie"
    INTEGRATION = "integration"
    PASSAGE = "passage"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Lifetime:
    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class Named:
    """A category or provider as a cookie refers to it: another name alone makes no other thing."""

    key: str
    name: str = field(compare=False)


Value = str | int | bool | Lifetime | Named | None


SETTINGS = {
    "name": said("Name of the portal"),
    "slug": said("Short name"),
    "hostname": said("Canonical hostname"),
    "default_language": said("Default language"),
    "consent_days": said("Days that a decision counts"),
}
CONTACT = {
    "name": said("Controller"),
    "address": said("Postal address"),
    "email": said("Email address"),
    "dpo_email": said("Email address of the data protection officer"),
    "authority": said("Supervisory authority"),
    "authority_url": said("Web address of the authority"),
}
LOOK = {
    "accent": said("Colour on light ground"),
    "accent_dark": said("Colour on dark ground"),
    "corner": said("Roundness of corners, in pixels"),
    "position": said("Position of the banner"),
    "reopener": said("Way back to the choice"),
    "logo": said("Logo"),
}
CATEGORY_TEXTS = {"title": said("Title"), "description": said("Description")}
PROVIDER = {"name": said("Name"), "privacy_url": said("Address of the privacy policy")}
COOKIE = {
    "match": said("How the name is compared"),
    "storage": said("Kept in"),
    "third_party": said("Third party"),
    "http_only": said("Closed to scripts (HttpOnly)"),
    "exempt_measurement": said("Audience measurement exempt from consent"),
}
COOKIE_TEXTS = {"function": said("Function and location"), "purpose": said("Purpose")}
INTEGRATION = {"title": said("Title"), "category": said("Waits for consent to")}
ITS_CATEGORY, ITS_PROVIDER, LIFETIME = said("Category"), said("Service provider"), said("Lifetime")
LIFETIME_IN_WORDS = said("Lifetime in words")
LINK, OWN_TEXT = said("Link"), said("Text")

Place = tuple[str, str]  # the label of a field, and a language or nothing
Values = dict[Place, Value]
Identity = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A part of a document that comes and goes as a whole, with all that can be said of it."""

    name: str
    values: Values


Things = dict[Identity, Thing]


def things(document: Document) -> dict[Kind, Things]:
    """All that a document says, apart from the order and the built-in texts."""
    return {
        Kind.SETTING: {(): Thing("", _said_of(document, SETTINGS))},
        Kind.LANGUAGE: {(tag,): Thing(tag, {}) for tag in document.languages},
        Kind.CONTACT: {(): Thing("", _said_of(document.controller, CONTACT))},
        Kind.LOOK: {(): Thing("", _said_of(document.look, LOOK))} if document.look else {},
        Kind.CATEGORY: {(one.key,): _category(one, document) for one in document.categories},
        Kind.PROVIDER: {
            (one.key,): Thing(one.name, _said_of(one, PROVIDER)) for one in document.providers
        },
        Kind.COOKIE: dict(_cookies(document)),
        Kind.INTEGRATION: {
            (one.kind, one.identifier, one.server): _integration(one)
            for one in document.integrations
        },
        Kind.PASSAGE: {(key,): _passage(key, one) for key, one in document.passages.items()},
        Kind.TEXT: {},
    }


def _said_of(thing: object, labels: Mapping[str, str]) -> Values:
    return {(label, ""): getattr(thing, name) for name, label in labels.items()}


def _in_each_language(label: str, texts: Texts) -> Values:
    return {(label, language): text for language, text in sorted(texts.items())}


def _category(category: DeclaredCategory, document: Document) -> Thing:
    values: Values = {}
    for name, label in CATEGORY_TEXTS.items():
        values |= _in_each_language(label, getattr(category, name))
    return Thing(title_of(category, document), values)


def _cookies(document: Document) -> Iterator[tuple[Identity, Thing]]:
    providers = {one.key: one.name for one in document.providers}
    for category in document.categories:
        its_category = Named(category.key, title_of(category, document))
        for cookie in category.cookies:
            its_provider = Named(cookie.provider, providers.get(cookie.provider, cookie.provider))
            values = _cookie(cookie)
            values[ITS_CATEGORY, ""], values[ITS_PROVIDER, ""] = its_category, its_provider
            yield identity_of(cookie), Thing(called(cookie), values)


def _cookie(cookie: DeclaredCookie) -> Values:
    values = _said_of(cookie, COOKIE)
    values[LIFETIME, ""] = Lifetime(cookie.lifetime_count, cookie.lifetime_unit)
    values |= _in_each_language(LIFETIME_IN_WORDS, cookie.lifetime)
    for name, label in COOKIE_TEXTS.items():
        values |= _in_each_language(label, getattr(cookie, name))
    return values


def _integration(one: DeclaredIntegration) -> Thing:
    name = KINDS[one.kind].name if one.kind in KINDS else one.kind
    return Thing(f"{name} {one.identifier}", _said_of(one, INTEGRATION))


def _passage(key: str, passage: DeclaredPassage) -> Thing:
    values = _in_each_language(OWN_TEXT, passage.html)
    values[LINK, ""] = passage.url
    return Thing(key, values)


def title_of(category: DeclaredCategory, document: Document) -> str:
    return category.title.get(document.default_language) or category.key


def called(cookie: DeclaredCookie) -> str:
    """The name, and where it is set if not everywhere on the portal alone."""
    where = cookie.domain + cookie.path
    return cookie.name if where == "/" else f"{cookie.name} ({where})"


def identity_of(cookie: DeclaredCookie) -> Identity:
    return cookie.name, cookie.domain, cookie.path
