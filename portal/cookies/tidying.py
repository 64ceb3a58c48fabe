"""From typed or imported values to those that the tables hold, before they are checked.

What cannot be read stays as it came, so that `check` can say what is wrong with it.
"""

import re
from collections.abc import Mapping
from typing import Any

from portal.cookies.rules import FLAGS, TEXTS, WORDS
from portal.tenants.hostnames import BadHostname, normalise

USUAL = {"match": "exact", "storage": "any", "path": "/", "lifetime_unit": "session"}
NUMBER = re.compile(r"[0-9]{1,6}")


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """All fields of a cookie: without stray spaces, hostnames in one form, usual values."""
    words = {name: stripped(values.get(name)) or USUAL.get(name, "") for name in WORDS}
    return {
        **words,
        **{name: values.get(name) or False for name in FLAGS},
        **{name: texts(values.get(name) or {}) for name in TEXTS},
        "domain": _domain(words["domain"]),
        "lifetime_count": _count(values.get("lifetime_count"), words["lifetime_unit"]),
    }


def stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def texts(translations: Any) -> Any:
    """Each on one line; an empty one stays, since it takes a translation away."""
    if not isinstance(translations, dict):
        return translations
    return {tag: one_line(text) for tag, text in translations.items()}


def one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


def _domain(domain: Any) -> Any:
    if not isinstance(domain, str) or not domain:
        return domain
    dot = "." if domain.startswith(".") else ""
    try:
        return dot + normalise(domain.removeprefix("."))
    except BadHostname:
        return domain


def _count(count: Any, unit: Any) -> Any:
    """A number, also written as text; a session may leave it out."""
    text = stripped(count)
    if text in ("", None):
        return 0 if unit == "session" else None
    return int(text) if isinstance(text, str) and NUMBER.fullmatch(text) else count
