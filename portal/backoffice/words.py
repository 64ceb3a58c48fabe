"""The back office's own catalogue: English and French, apart from what visitors read."""

from portal.catalogues import (
    BACKOFFICE,
    OF_BACKOFFICE,
    in_words,
    request_language,
    said,
    translations,
)

LANGUAGES = OF_BACKOFFICE

__all__ = ["LANGUAGES", "gettext", "in_words", "ngettext", "said"]


def gettext(message: str, **values: object) -> str:
    """A text in the language of the person who is signed in."""
    text = translations(request_language(), BACKOFFICE).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    catalogue = translations(request_language(), BACKOFFICE)
    return catalogue.ngettext(singular, plural, num) % {"num": num, **values}
