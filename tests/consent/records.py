"""Rows of the log, made without a visitor, and read back."""

import os
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from portal.consent import log
from portal.consent.erasing import Purged, purge
from portal.consent.models import ConsentRecord, consent_records
from portal.database import each_committed, owner_engine
from portal.identifiers import first_at, time_of, uuid7
from tests import make


def record(tenant_id: int, moment: datetime | None = None, **values: Any) -> ConsentRecord:
    """A record of version 1 that accepts all, given at a moment: now, unless said otherwise."""
    identifier = made_at(moment) if moment else uuid7()
    facts: dict[str, Any] = {
        "id": identifier,
        "consent_id": uuid4(),
        "previous": None,
        "policy": 1,
        "language": "fr",
        "decision": "accept_all",
        "accepted": ["necessary", "statistics"],
        "rejected": [],
        "surface": "banner",
        "gpc": False,
        "page": "/",
        "valid_until": time_of(identifier) + timedelta(days=182),
    }
    return ConsentRecord(tenant_id=tenant_id, **(facts | values))


def made_at(moment: datetime) -> UUID:
    return UUID(int=first_at(moment).int | int.from_bytes(os.urandom(7)))


def keep(*records: ConsentRecord) -> None:
    """Insert them as they are, past every rule of a decision."""
    names = [column.name for column in consent_records.columns]
    rows = [{name: getattr(one, name) for name in names} for one in records]
    with owner_engine().connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(consent_records.insert(), rows)


def purged(app: Flask, now: datetime) -> Purged:
    """Purge as the command does; what went."""
    total = Purged()
    with app.app_context():
        for piece in each_committed(purge(now, "portal consents purge")):
            total.add(piece)
    return total


def stored(app: Flask, slug: str = "paris") -> list[ConsentRecord]:
    """Everything in the log of a tenant, oldest first."""
    with app.app_context():
        return list(log.read(make.find(slug).id))
