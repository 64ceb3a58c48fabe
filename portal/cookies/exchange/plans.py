"""What an import would do, row by row, before it does it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from portal.cookies.findings import Finding
from portal.cookies.models import Cookie, Provider
from portal.cookies.rules import FIELDS


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """A field, such as `lifetime_count` or `purpose.fr`, with what it holds before and after."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class PlannedCookie:
    line: int
    status: Status
    values: dict[str, Any]
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    cookie: Cookie | None = None  # the one in the list, which the row is about

    def columns(self) -> tuple[str, ...]:
        """The columns of the table to write: all of a new row, else those that change."""
        if self.cookie is None:
            return FIELDS
        changed = {one.field.partition(".")[0] for one in self.changes}
        return tuple(name for name in FIELDS if name in changed)

    def languages(self, name: str) -> list[str]:
        """The languages in which a text changes."""
        parts = [one.field.partition(".") for one in self.changes]
        return [tag for field, _, tag in parts if field == name]


@dataclass(frozen=True, slots=True)
class PlannedProvider:
    key: str
    changes: list[Change]
    provider: Provider | None = None  # the one in the list; none for a new one

    @property
    def status(self) -> Status:
        return Status.CHANGED if self.provider else Status.NEW


@dataclass(frozen=True, slots=True)
class Plan:
    cookies: list[PlannedCookie]
    providers: list[PlannedProvider]

    def those(self, status: Status) -> list[PlannedCookie]:
        return [one for one in self.cookies if one.status == status]

    @property
    def counts(self) -> dict[Status, int]:
        return {status: len(self.those(status)) for status in Status}

    @property
    def does_anything(self) -> bool:
        return bool(self.those(Status.NEW) or self.those(Status.CHANGED) or self.providers)

    @property
    def digest(self) -> str:
        """Names what the import would do, so that nobody confirms something else."""
        facts = [self.providers_as_facts(), self.cookies_as_facts()]
        return sha256(json.dumps(facts).encode()).hexdigest()

    def cookies_as_facts(self) -> list[dict[str, Any]]:
        return [_cookie_as_facts(one) for one in self.cookies]

    def providers_as_facts(self) -> list[dict[str, Any]]:
        return [
            {"key": one.key, "status": one.status, "changes": _changes_as_facts(one.changes)}
            for one in self.providers
        ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ; of texts in several languages, those languages that do."""
    old, new = _flat(before), _flat(after)
    return [
        Change(name, old.get(name, ""), new.get(name, ""))
        for name in dict.fromkeys((*old, *new))
        if old.get(name, "") != new.get(name, "")
    ]


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        is_text = isinstance(value, dict)
        flat |= {f"{name}.{tag}": text for tag, text in value.items()} if is_text else {name: value}
    return flat


def _cookie_as_facts(planned: PlannedCookie) -> dict[str, Any]:
    return {
        "line": planned.line,
        "status": planned.status,
        **{name: planned.values.get(name, "") for name in ("name", "domain", "path")},
        "changes": _changes_as_facts(planned.changes),
        "findings": [
            {"field": one.field, "message": one.message % one.values, "wrong": one.wrong}
            for one in planned.findings
        ],
    }


def _changes_as_facts(changes: list[Change]) -> list[dict[str, Any]]:
    return [{"field": one.field, "from": one.before, "to": one.after} for one in changes]
