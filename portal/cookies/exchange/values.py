"""The values of a declared cookie as files hold them: with built-in texts written out."""

from collections.abc import Iterable
from typing import Any

from portal.cookies.models import Cookie, Texts
from portal.cookies.rules import FIELDS, TEXTS
from portal.cookies.texts import own_or_built_in


def values_of(cookie: Cookie, languages: Iterable[str]) -> dict[str, Any]:
    """All fields; texts in these languages and in those of the tenant's own words."""
    values = {name: getattr(cookie, name) for name in FIELDS}
    return values | {name: written_out(values[name], languages) for name in TEXTS}


def written_out(texts: Texts, languages: Iterable[str]) -> Texts:
    """A text in these languages and in those of the tenant's own words."""
    return {tag: own_or_built_in(texts, tag) for tag in dict.fromkeys((*languages, *texts))}
