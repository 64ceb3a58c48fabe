"""Translating a tenant's own texts, many at once, and choosing which languages there are."""

from collections.abc import Iterable

from portal.catalogues import is_built_in, said
from portal.cookies.list_rules import LONGEST_DESCRIPTION, LONGEST_TITLE
from portal.cookies.models import Texts
from portal.cookies.rules import LONGEST_FUNCTION, LONGEST_PURPOSE
from portal.cookies.texts import in_language, translated
from portal.languages import AVAILABLE, SOURCE
from portal.policy import markdown
from portal.policy.completeness import FIELDS, Item, Row, key_of, rows, texts
from portal.policy.markdown import TextError, checked
from portal.policy.models import Passage
from portal.policy.typed import Shown, Typed, changes
from portal.tenants.models import Tenant

LONGEST = {
    "title": LONGEST_TITLE,
    "description": LONGEST_DESCRIPTION,
    "function": LONGEST_FUNCTION,
    "purpose": LONGEST_PURPOSE,
    "text": markdown.LONGEST,
}  # characters, by field


class TextMissing(TextError):
    """A text was emptied from which the others are made."""


class BadLanguages(TextError):
    pass


def name_of(item: Item) -> str:
    """What names a text among all of a language: `cookies.<id>.purpose`."""
    return f"{item.kind}.{item.key}.{item.field}"


def shown(item: Item) -> Shown:
    return Shown(item.text, item.source)


def translate(tenant: Tenant, language: str, typed: Iterable[Typed]) -> int:
    """Write the translations that differ from what was seen; how many. Raises Refused."""
    items = {name_of(item): item for item in texts(tenant, [language])}
    seen = {name: shown(item) for name, item in items.items()}
    changed = changes(typed, seen, lambda name, text: _checked(items[name], text, tenant))
    by_name = {(row.__tablename__, key_of(row)): row for row in rows(tenant)}
    for name, text in changed.items():
        item = items[name]
        row = by_name[item.kind, item.key]
        translated(row, item.field, language, text, tenant.default_language)
    return len(changed)


def _checked(item: Item, text: str, tenant: Tenant) -> str:
    """The text as it is kept; raises TextTooLong, TextNotPlain or TextMissing."""
    text = checked(text, LONGEST[item.field])
    is_source = item.language == tenant.default_language or is_built_in(item.text)
    if not text and is_source and item.kind != Passage.__tablename__:
        raise TextMissing(said("Visitors will miss this text."))
    return text


def choose_languages(tenant: Tenant, languages: list[str], default: str) -> None:
    """Say which languages the tenant offers from its next version on; raises BadLanguages."""
    if not set(languages) <= set(AVAILABLE):
        raise BadLanguages(said("Choose from the languages that are listed."))
    if default not in languages:
        raise BadLanguages(said("The default language has to be one of those that are offered."))
    if default != tenant.default_language:
        for row in rows(tenant):
            row.sources = _made_from(row, tenant.default_language, default)
    tenant.languages = [default, *(tag for tag in AVAILABLE if tag in languages and tag != default)]
    tenant.default_language = default


def _made_from(row: Row, old: str, new: str) -> dict[str, Texts]:
    """The sources when another language becomes the source: what was up to date stays so."""
    sources = {}
    for field in FIELDS[row.__tablename__]:
        own: Texts = getattr(row, field)
        before, known = in_language(own, old, old), row.sources.get(field, {})
        source = own.get(new) or (
            in_language(own, new, new) if is_built_in(own.get(SOURCE)) else ""
        )
        made_from = {
            tag: source if known.get(tag, before) == before else known[tag]
            for tag, text in own.items()
            if text and tag != new
        }
        sources[field] = {tag: text for tag, text in made_from.items() if text}
    return sources
