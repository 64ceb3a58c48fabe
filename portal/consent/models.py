"""The log of decisions: rows are only ever appended, and database triggers refuse anything else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.consent.identifiers import time_of
from portal.database import Base, Json, UtcDateTime, one_of

DECISIONS = ("accept_all", "reject_all", "save", "withdraw")
SURFACES = ("banner", "preference_centre", "api", "form")


class ConsentRecord(Base):
    """One decision of one browser. No address, no user agent, no query string (F3, F7, L4).

    The id is a UUIDv7 and so tells the time; on PostgreSQL the table is partitioned by month on it.
    """

    __tablename__ = "consent_records"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "policy"], ["policy_versions.tenant_id", "policy_versions.number"]
        ),
        Index("ix_consent_records_consent_id", "tenant_id", "consent_id", "id"),
        one_of("decision", DECISIONS),
        one_of("surface", SURFACES),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID]
    previous: Mapped[UUID | None]
    policy: Mapped[int]
    language: Mapped[str] = mapped_column(String(35))
    decision: Mapped[str] = mapped_column(String(20))
    accepted: Mapped[list[str]] = mapped_column(Json)
    rejected: Mapped[list[str]] = mapped_column(Json)
    surface: Mapped[str] = mapped_column(String(20))
    gpc: Mapped[bool]
    page: Mapped[str | None] = mapped_column(String(1024))
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def given_at(self) -> datetime:
        return time_of(self.id)


class IdempotencyKey(Base):
    """Which record a client's key already led to. Not proof, so it may be forgotten with time."""

    __tablename__ = "idempotency_keys"

    tenant_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID]
