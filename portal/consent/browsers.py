"""Whether a consent id has a record in the tenant's log: no cookie is a decision without one.

A browser may send the cookie of another tenant, whose hostname shares a domain with this one, or
one that somebody wrote. What the log said is remembered, so that a visitor costs one query and
not one a page.
"""

from time import monotonic
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from portal.caching import BoundedCache
from portal.consent.models import consent_records
from portal.database import db, tenant_connection
from portal.tenants.changes import ChangeFeed

MOST_KNOWN, MOST_UNKNOWN = 100_000, 10_000  # browsers that a process remembers
UNKNOWN_FOR = 60  # seconds, at most, until the log is asked again

Browser = tuple[int, UUID]  # tenant and consent id


class KnownBrowsers:
    def __init__(self, changes: ChangeFeed) -> None:
        self._known: BoundedCache[Browser, bool] = BoundedCache(MOST_KNOWN)
        self._unknown: BoundedCache[tuple[Browser, int], bool] = BoundedCache(MOST_UNKNOWN)
        changes.listen(self._forget)

    def recall(self, tenant_id: int, consent_id: UUID) -> bool | None:
        """What the log said when it was asked; None if it was not, lately."""
        browser = tenant_id, consent_id
        if self._known.find(browser):
            return True
        return self._unknown.find((browser, _period()))

    def is_known(self, tenant_id: int, consent_id: UUID) -> bool:
        """Whether the browser has decided here; while the log cannot be asked, it has not."""
        remembered = self.recall(tenant_id, consent_id)
        if remembered is not None:
            return remembered
        generation = self._known.generation
        try:
            found = _has_record(tenant_id, consent_id)
        except (SQLAlchemyError, OSError):
            return False
        if found:
            self._known.keep((tenant_id, consent_id), True, generation)  # noqa: FBT003  the value
        else:
            unknown = (tenant_id, consent_id), _period()
            self._unknown.keep(unknown, False, self._unknown.generation)  # noqa: FBT003
        return found

    def add(self, tenant_id: int, consent_id: UUID) -> None:
        """A record of the browser was stored just now."""
        self._known.get((tenant_id, consent_id), lambda: True)

    def _forget(self, tenant_ids: set[int]) -> None:
        """Records of these tenants may have been erased."""
        self._known.forget(lambda browser, _: browser[0] in tenant_ids)


def _period() -> int:
    return int(monotonic() // UNKNOWN_FOR)


def _has_record(tenant_id: int, consent_id: UUID) -> bool:
    log = consent_records.c
    mine = select(log.id).where(log.tenant_id == tenant_id, log.consent_id == consent_id)
    with tenant_connection(db.engine, tenant_id) as connection:
        return connection.scalar(mine.limit(1)) is not None


def known_browsers() -> KnownBrowsers:
    found: KnownBrowsers = current_app.extensions["portal.known_browsers"]
    return found


def init_app(app: Flask) -> None:
    app.extensions["portal.known_browsers"] = KnownBrowsers(app.extensions["portal.changes"])
