"""The gettext catalogues, read from their .po files: there is nothing to compile, nothing stale."""

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

import flask_babel
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context

from portal.languages import SOURCE, TRANSLATIONS, locale

VISITOR, BACKOFFICE, KNOWN = "visitor", "backoffice", "known"
OF_BACKOFFICE = (SOURCE, "fr")  # the languages of its catalogue


def marked(message: str) -> str:
    """Mark a text for the visitors' catalogue; it is translated when its language is known."""
    return message


def said(message: str) -> str:
    """The same for the catalogue of the back office."""
    return message


def gettext(message: str, **values: object) -> str:
    """Translate now, into the language that the door chose for this request."""
    text: str = flask_babel.gettext(message, **values)
    return text


def in_words(message: str, values: Mapping[str, Any]) -> str:
    """A text of the back office that a feature said, with its values, in the request's language."""
    text = translations(request_language(), BACKOFFICE).gettext(message)
    return text % {name: _written(value) for name, value in values.items()}


def _written(value: Any) -> Any:
    """A fraction with the decimal sign of the language."""
    return flask_babel.format_decimal(value) if isinstance(value, float) else value


@lru_cache(maxsize=3)
def source_messages(domain: str = VISITOR) -> frozenset[str]:
    """The texts of a domain as extracted: all that visitors see, or those of known providers."""
    with (TRANSLATIONS / f"{domain}.pot").open("rb") as file:
        return frozenset(str(message.id) for message in read_po(file) if message.id)


def is_built_in(text: str | None) -> bool:
    """Whether a draft that says this in English says it in every language."""
    return text in source_messages() or text in source_messages(KNOWN)


def built_in_text(source: str, tag: str) -> str:
    """What a built-in text is in a language."""
    domain = VISITOR if source in source_messages() else KNOWN
    return str(translations(tag, domain).gettext(source))


@lru_cache(maxsize=256)
def built_in_sources(tag: str) -> dict[str, str]:
    """The English of each built-in text, by what it is in a language."""
    texts = source_messages() | source_messages(KNOWN)
    return {built_in_text(source, tag): source for source in sorted(texts)}


def read_catalogue(tag: str, domain: str = VISITOR) -> Catalog:
    path = TRANSLATIONS / str(locale(tag)) / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return read_po(file, locale=locale(tag))


@lru_cache(maxsize=256)
def translations(tag: str, domain: str = VISITOR) -> NullTranslations:
    """The catalogue of a language; the source language needs none."""
    if tag == SOURCE:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(tag, domain))
    compiled.seek(0)
    return Translations(compiled, domain=domain)


class _Catalogue(flask_babel.Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel's domain, answered from the .po files."""

    def get_translations(self) -> NullTranslations:
        return translations(request_language())


def request_language() -> str:
    """The language that the door chose; the source language before it has, or outside a request."""
    return str(g.get("language", SOURCE)) if has_request_context() else SOURCE


def init_app(app: Flask) -> None:
    babel = flask_babel.Babel(app, locale_selector=lambda: locale(request_language()))
    babel.domain_instance = _Catalogue(domain=VISITOR)
