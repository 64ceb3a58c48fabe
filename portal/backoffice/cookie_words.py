"""What the parts of the cookie list are called in the back office."""

from collections.abc import Container, Iterable, Mapping

from portal.backoffice.words import gettext, in_words, said
from portal.cookies.findings import Finding

LABELS = {
    "name": said("Name"),
    "match": said("This is"),
    "category": said("Category"),
    "provider": said("Provider"),
    "new_provider": said("Or a new provider"),
    "lifetime_count": said("Lifetime"),
    "lifetime_unit": said("Counted in"),
    "storage": said("Kept in"),
    "domain": said("Domain"),
    "path": said("Path"),
    "third_party": said("Third-party cookie"),
    "http_only": said("Out of reach of scripts (HttpOnly)"),
    "exempt_measurement": said("Audience measurement that is exempt from consent"),
    "function": said("Function and location"),
    "purpose": said("Purpose"),
    "title": said("Title"),
    "description": said("Description"),
    "privacy_url": said("Address of the privacy policy"),
}
MATCHES = {
    "exact": said("The whole name"),
    "prefix": said("The beginning of the name"),
    "pattern": said("A pattern, * stands for any text"),
}
STORAGES = {
    "any": said("Not known: a cookie or a storage"),
    "cookie": said("A cookie"),
    "local_storage": said("Local storage"),
    "session_storage": said("Session storage"),
}
UNITS = {
    "session": said("until the browser closes"),
    "minute": said("minutes"),
    "hour": said("hours"),
    "day": said("days"),
    "week": said("weeks"),
    "month": said("months"),
    "year": said("years"),
}
CATEGORY_NAMES = {
    "necessary": said("Necessary"),
    "preferences": said("Preferences"),
    "statistics": said("Statistics"),
    "marketing": said("Marketing"),
}
PARTIES = {"first": said("First party"), "third": said("Third party")}


def labels() -> dict[str, str]:
    return {name: gettext(text) for name, text in LABELS.items()}


def chosen(words: Mapping[str, str], keys: Container[str] | None = None) -> list[tuple[str, str]]:
    """Pairs of value and text, to choose from: all of them or those with these keys."""
    return [
        (value, gettext(text)) for value, text in words.items() if keys is None or value in keys
    ]


def by_field(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """What is said of each field, in the person's language."""
    texts: dict[str, list[str]] = {}
    for one in findings:
        texts.setdefault(one.field, []).append(in_words(one.message, one.values))
    return texts
