"""The audit trail in words: what changed, and each of its values before and after."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from babel.core import UnknownLocaleError

from portal.backoffice.cookie_words import CATEGORY_NAMES, MATCHES, STORAGES, UNITS
from portal.backoffice.look import PLACES, WAYS
from portal.backoffice.role_words import WORDS as ROLES
from portal.backoffice.words import gettext, said
from portal.identifiers import time_of
from portal.languages import language
from portal.people.audit import NOBODY
from portal.people.models import AuditEntry
from portal.people.trail import emails

SUBJECTS = {
    "api_tokens": said("API token"),
    "categories": said("Category"),
    "cookies": said("Cookie"),
    "embeddings": said("Other sites"),
    "erasures": said("Erasure of records"),
    "hostnames": said("Hostname"),
    "integrations": said("Integration"),
    "invitations": said("Invitation"),
    "looks": said("Look"),
    "memberships": said("Member"),
    "own_wordings": said("Own wording"),
    "passages": said("Own text"),
    "policy_versions": said("Published version"),
    "providers": said("Provider"),
    "scripts": said("Script kept for pinning"),
    "tenants": said("Settings"),
}
ACTIONS = {"added": said("Added"), "changed": said("Changed"), "removed": said("Removed")}
FIELDS = {
    "accent": said("Colour on light ground"),
    "accent_dark": said("Colour on dark ground"),
    "address": said("Postal address"),
    "authority": said("Supervisory authority"),
    "authority_url": said("Address of the authority"),
    "before": said("Records before"),
    "canonical": said("Main hostname"),
    "categories": said("Order of the categories"),
    "category": said("Category"),
    "consent_days": said("Days that a decision lasts"),
    "consent_id": said("Consent id"),
    "controller": said("Controller"),
    "cookie_domain": said("Domain shared with the portal"),
    "cookies": said("Order of the cookies"),
    "corner": said("Rounding of corners"),
    "default_language": said("Default language"),
    "description": said("Description"),
    "digest": said("SHA-256"),
    "domain": said("Domain"),
    "dpo_email": said("Email of the data protection officer"),
    "email": said("Email address"),
    "exempt_measurement": said("Exempt from consent"),
    "expires_at": said("Works until"),
    "function": said("Function and location"),
    "hint": said("Begins with"),
    "hostname": said("Hostname"),
    "http_only": said("Out of reach of scripts"),
    "identifier": said("ID"),
    "key": said("Key"),
    "kind": said("Kind"),
    "language": said("Language"),
    "languages": said("Languages"),
    "lifetime_count": said("Lifetime"),
    "lifetime_unit": said("Unit of the lifetime"),
    "logo": said("Logo"),
    "match": said("Kind of name"),
    "name": said("Name"),
    "note": said("Note"),
    "number": said("Number"),
    "path": said("Path"),
    "person_id": said("Person"),
    "policy": said("Policy version"),
    "position": said("Position"),
    "privacy_url": said("Privacy policy"),
    "provider": said("Provider"),
    "published_by": said("Published by"),
    "purpose": said("Purpose"),
    "reason": said("Reason"),
    "reloads": said("Loads the page again on withdrawal"),
    "reopener": said("Way back to the choice"),
    "retention_days": said("Days that the log keeps a record"),
    "retention_reason": said("Why it is kept for so long"),
    "revoked_at": said("Revoked"),
    "role": said("Role"),
    "scopes": said("What it may do"),
    "server": said("Address of the service"),
    "signals": said("Told of each decision"),
    "sites": said("Other sites"),
    "slug": said("Short name"),
    "source": said("Text of the portal"),
    "storage": said("Kept in"),
    "suspended_at": said("Suspended since"),
    "text": said("Text"),
    "third_party": said("Third party"),
    "title": said("Title"),
    "url": said("Web address"),
}
VALUES: dict[str, Mapping[str, str]] = {
    "categories": CATEGORY_NAMES,
    "category": CATEGORY_NAMES,
    "lifetime_unit": UNITS,
    "match": MATCHES,
    "position": PLACES,
    "reopener": WAYS,
    "role": {role: words.name for role, words in ROLES.items()},
    "storage": STORAGES,
}
NAMELESS = frozenset({"embeddings", "looks", "tenants"})  # there is one of each


class Line(NamedTuple):
    """One value: `tag` is the language of the text, if it is in one."""

    label: str
    before: str
    after: str
    tag: str = ""


class Told(NamedTuple):
    """An entry of the trail, to be read."""

    at: datetime
    actor: str
    action: str
    action_name: str
    subject: str
    name: str
    lines: list[Line]


def told(entries: Sequence[AuditEntry]) -> list[Told]:
    people = emails({number for one in entries for number in _people(one)})
    return [_told(one, people) for one in entries]


def _people(entry: AuditEntry) -> Iterator[int]:
    if entry.subject == "memberships":
        yield from _numbers(entry)
    for values in (entry.before, entry.after):
        if values and isinstance(values.get("person_id"), int):
            yield values["person_id"]  # type: ignore[misc]


def _numbers(entry: AuditEntry) -> list[int]:
    """Of the members that it is about."""
    return [int(one) for one in entry.name.split(", ")]


def _told(entry: AuditEntry, people: Mapping[int, str]) -> Told:
    return Told(
        at=time_of(entry.id),
        actor=gettext(NOBODY) if entry.actor == NOBODY else entry.actor,
        action=entry.action,
        action_name=gettext(ACTIONS[entry.action]),
        subject=gettext(SUBJECTS.get(entry.subject, entry.subject)),
        name=_name(entry, people),
        lines=list(_lines(entry.before or {}, entry.after or {}, people)),
    )


def _name(entry: AuditEntry, people: Mapping[int, str]) -> str:
    if entry.subject in NAMELESS:
        return ""
    if entry.subject == "memberships":
        return ", ".join(people.get(number, str(number)) for number in _numbers(entry))
    if entry.subject == "categories" and entry.name in CATEGORY_NAMES:
        return gettext(CATEGORY_NAMES[entry.name])
    return entry.name


def _lines(
    before: Mapping[str, Any], after: Mapping[str, Any], people: Mapping[int, str]
) -> Iterator[Line]:
    for field in dict.fromkeys((*before, *after)):
        label = gettext(FIELDS.get(field, field))
        old, new = before.get(field), after.get(field)
        if isinstance(old, dict) or isinstance(new, dict):
            yield from _texts(label, old or {}, new or {})
        elif _is_said(old) or _is_said(new):
            yield Line(label, *(_value(field, one, people) for one in (old, new)))


def _texts(label: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Line]:
    """Of a text in many languages those that changed."""
    for tag in dict.fromkeys((*old, *new)):
        if old.get(tag) != new.get(tag):
            name = f"{label} ({_language(tag)})"
            yield Line(name, str(old.get(tag, "")), str(new.get(tag, "")), tag)


def _language(tag: str) -> str:
    """Its own name; the tag itself if there is no such language any more."""
    try:
        return language(tag).name
    except (UnknownLocaleError, ValueError):
        return tag


def _is_said(value: Any) -> bool:
    return value not in (None, "", [])


def _value(field: str, value: Any, people: Mapping[int, str]) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(_value(field, one, people) for one in value)
    text = "" if value is None else str(value)
    if field == "person_id":
        return people.get(value, text)
    if field == "language":
        return _language(text)
    word = VALUES.get(field, {}).get(text)
    return gettext(word) if word else text
