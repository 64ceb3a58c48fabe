"""The back office's own catalogue: English and French, apart from what visitors read."""

from collections.abc import Mapping
from typing import Any

from flask_babel import format_decimal

from portal.catalogues import BACKOFFICE, request_language, said, translations
from portal.languages import SOURCE

LANGUAGES = (SOURCE, "fr")

__all__ = ["LANGUAGES", "gettext", "in_words", "ngettext", "said"]


def gettext(message: str, **values: object) -> str:
    """A text in the language of the person who is signed in."""
    text = translations(request_language(), BACKOFFICE).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    catalogue = translations(request_language(), BACKOFFICE)
    return catalogue.ngettext(singular, plural, num) % {"num": num, **values}


def in_words(message: str, values: Mapping[str, Any]) -> str:
    """A text that a feature said, with its values; see `portal.catalogues.said`."""
    return gettext(message) % {name: _written(value) for name, value in values.items()}


def _written(value: Any) -> Any:
    """A fraction with the decimal sign of the language."""
    return format_decimal(value) if isinstance(value, float) else value
