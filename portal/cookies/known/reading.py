"""Known providers from a JSON file, held to the rules of every declared cookie."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from portal.cookies.exchange.files import BadFile, decoded
from portal.cookies.findings import Finding, wrong
from portal.cookies.known.catalogue import KnownProviderError
from portal.cookies.known.entries import KINDS, Known, KnownCookie, known_from
from portal.cookies.list_rules import PROVIDER_FIELDS, check_provider
from portal.cookies.rules import TEXTS, Identity, check, identity
from portal.cookies.tidying import one_line, stripped, tidied

COOKIE = tuple(one.name for one in fields(KnownCookie))
PROVIDER = (*PROVIDER_FIELDS, "kind", "cookies")
COOKIE_NEEDS = tuple(one.name for one in fields(KnownCookie) if one.default is MISSING)


class BadProviders(KnownProviderError):
    """A file that cannot be imported; `reasons` say where and why."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


def read(content: bytes) -> list[Known]:
    """The providers that a JSON file lists; raises BadProviders with all that is wrong in it."""
    entries = _entries(content)
    numbered = list(enumerate(entries, 1))
    reasons = [*_twice(entries), *(why for number, one in numbered for why in _entry(number, one))]
    if reasons:
        raise BadProviders(reasons)
    return [_known(one) for one in entries]


def _entries(content: bytes) -> list[Any]:
    try:
        found = json.loads(decoded(content))
    except BadFile as reason:
        raise BadProviders([str(reason)]) from reason
    except json.JSONDecodeError as reason:
        where = f"line {reason.lineno}, column {reason.colno}"
        raise BadProviders([f"{where}: this is no valid JSON: {reason.msg}"]) from reason
    except RecursionError as reason:
        raise BadProviders(["the file is nested too deeply"]) from reason
    if not isinstance(found, list):
        raise BadProviders(["the file has to be a list of providers: [{…}, {…}]"])
    return found


def _twice(entries: list[Any]) -> Iterator[str]:
    keys = Counter(str(one.get("key")) for one in entries if isinstance(one, dict))
    for key, count in keys.items():
        if count > 1:
            yield f"{count} providers have the key {key!r}: one is enough"


def _entry(number: int, entry: Any) -> Iterator[str]:
    """Everything that is wrong with one provider."""
    key = entry.get("key") if isinstance(entry, dict) else None
    where = f"entry {number} ({key!r})" if isinstance(key, str) else f"entry {number}"
    members = list(_members(entry, PROVIDER, PROVIDER))
    if members:
        yield from (f"{where}: {one}" for one in members)
        return
    for finding in wrong(check_provider(_provider(entry), others={})):
        yield f"{where}, {finding.field}: {_said(finding)}"
    if entry["kind"] not in KINDS:
        yield f"{where}, kind: Choose one of these: {', '.join(KINDS)}."
    if isinstance(entry["cookies"], list):
        yield from (f"{where}, {one}" for one in _cookies(entry["key"], entry["cookies"]))
    else:
        yield f"{where}, cookies: This has to be a list."


def _cookies(key: str, cookies: list[Any]) -> Iterator[str]:
    others: set[Identity] = set()
    for number, cookie in enumerate(cookies, 1):
        members = list(_members(cookie, COOKIE, COOKIE_NEEDS))
        if members:
            yield from (f"cookie {number}: {one}" for one in members)
            continue
        values = tidied({**cookie, "provider": key})
        where = f"cookie {number} ({values['name']!r})"
        findings = wrong(check(values, others=others))
        yield from (f"{where}, {one.field}: {_said(one)}" for one in findings)
        if values["third_party"] and not values["domain"]:
            yield f"{where}, domain: A cookie of a third party needs the domain that sets it."
        if not findings:
            others.add(identity(values))


def _members(value: Any, known: Iterable[str], needed: Iterable[str]) -> Iterator[str]:
    """What is wrong with the names of an object's members."""
    if not isinstance(value, dict):
        yield "this has to be an object: {…}"
        return
    for name in needed:
        if name not in value:
            yield f"{name} is missing"
    for name in value:
        if name not in known:
            yield f"there is no {name!r} here; there are {', '.join(known)}"


def _said(finding: Finding) -> str:
    return finding.message % finding.values


def _known(entry: Mapping[str, Any]) -> Known:
    cookies = [_cookie(one) for one in entry["cookies"]]
    return known_from({**_provider(entry), "kind": entry["kind"], "cookies": cookies})


def _provider(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Its fields without stray spaces."""
    return {name: one_line(stripped(entry[name])) for name in PROVIDER_FIELDS}


def _cookie(cookie: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a cookie as the table holds them, without empty texts."""
    values = tidied({**cookie, "provider": "-"})
    texts = {name: {tag: one for tag, one in values[name].items() if one} for name in TEXTS}
    return {name: values[name] for name in COOKIE} | texts
