"""What is published now, remembered by each server: the visitor half asks nothing else."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from flask import Flask, current_app
from sqlalchemy import select

from portal.caching import BoundedCache
from portal.database import reading
from portal.policy.document import Document
from portal.policy.models import PolicyVersion, Wording
from portal.tenants.changes import ChangeFeed


class NothingPublished(LookupError):
    """A tenant without any published version."""


LIMIT = 100_000  # tenants whose policy a process remembers
DOCUMENTS = 256  # whole documents that a process keeps


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """The version in force, with what is needed to judge a decision on an earlier one."""

    tenant_id: int
    number: int
    languages: tuple[str, ...]
    default_language: str
    consent_days: int
    fingerprints: dict[int, dict[str, str]]

    def categories(self, number: int) -> frozenset[str] | None:
        """The categories of a version of this tenant; None if there is no such version."""
        known = self.fingerprints.get(number)
        return None if known is None else frozenset(known)

    def changed_since(self, number: int) -> frozenset[str]:
        """The categories of today that are new or differ from those of an earlier version."""
        today = self.fingerprints[self.number].items()
        return frozenset(key for key, _ in today - self.fingerprints[number].items())


class LivePolicies:
    def __init__(self, changes: ChangeFeed) -> None:
        self._policies: BoundedCache[int, LivePolicy] = BoundedCache(LIMIT)
        self._documents: BoundedCache[tuple[int, int], Version] = BoundedCache(DOCUMENTS)
        changes.listen(self._forget)

    def of(self, tenant_id: int) -> LivePolicy:
        return self._policies.get(tenant_id, lambda: _load_live(tenant_id))

    def recall(self, tenant_id: int) -> LivePolicy | None:
        """The policy of a tenant that was asked for lately, without asking the database."""
        return self._policies.find(tenant_id)

    def version(self, tenant_id: int, number: int) -> "Version":
        """A published version, which never changes; raises KeyError if there is none."""
        return self._documents.get((tenant_id, number), lambda: _load_version(tenant_id, number))

    def languages(self, policy: LivePolicy, number: int) -> tuple[str, ...]:
        """In which languages a version of the tenant was published."""
        if number == policy.number:
            return policy.languages
        return self.version(policy.tenant_id, number).document.languages

    def _forget(self, tenant_ids: set[int]) -> None:
        self._policies.forget(lambda tenant_id, _: tenant_id in tenant_ids)


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    digest: str
    published_at: datetime
    document: Document


def _load_live(tenant_id: int) -> LivePolicy:
    mine = select(PolicyVersion.number, PolicyVersion.fingerprints).where(
        PolicyVersion.tenant_id == tenant_id
    )
    with reading(tenant_id) as session:
        fingerprints = {row.number: row.fingerprints for row in session.execute(mine)}
    if not fingerprints:
        raise NothingPublished("the tenant has no policy version: run `portal tenant publish`")
    document = _load_version(tenant_id, max(fingerprints)).document
    return LivePolicy(
        tenant_id=tenant_id,
        number=max(fingerprints),
        languages=document.languages,
        default_language=document.default_language,
        consent_days=document.consent_days,
        fingerprints=fingerprints,
    )


def _load_version(tenant_id: int, number: int) -> Version:
    with reading(tenant_id) as session:
        row = session.get(PolicyVersion, (tenant_id, number))
    if row is None:
        raise KeyError((tenant_id, number))
    return Version(row.number, row.digest, row.published_at, Document.read(row.document))


@lru_cache(maxsize=256)
def wording(digest: str) -> dict[str, str]:
    """The frozen built-in texts of a language, from source text to the text that is shown."""
    with reading() as session:
        messages: dict[str, str] = json.loads(session.get_one(Wording, digest).messages)
    return messages


def live() -> LivePolicies:
    found: LivePolicies = current_app.extensions["portal.live"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.live"] = LivePolicies(app.extensions["portal.changes"])
