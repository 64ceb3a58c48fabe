"""The log of decisions: rows are only ever appended, and database triggers refuse anything else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Json, UtcDateTime, one_of
from portal.identifiers import time_of, uuid7
from portal.tenants.models import Tenant

DECISIONS = ("accept_all", "reject_all", "save", "withdraw")
SURFACES = ("banner", "preference_centre", "placeholder", "api", "form")


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One decision of one browser. No address, no user agent, no query string (F3, F7, L4).

    The id is a UUIDv7 and so tells the time. `previous` is the record before it of the same
    consent id.
    """

    tenant_id: int
    id: UUID
    consent_id: UUID
    previous: UUID | None
    policy: int
    language: str
    decision: str
    accepted: list[str]
    rejected: list[str]
    surface: str
    gpc: bool
    page: str | None
    valid_until: datetime

    @property
    def given_at(self) -> datetime:
        return time_of(self.id)


# Not mapped: a record is a value that never changes, so there is nothing for a session to track.
# On PostgreSQL the table is partitioned by month.
consent_records = Table(
    "consent_records",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("consent_id", Uuid, nullable=False),
    Column("previous", Uuid),
    Column("policy", Integer, nullable=False),
    Column("language", String(35), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("accepted", Json, nullable=False),
    Column("rejected", Json, nullable=False),
    Column("surface", String(20), nullable=False),
    Column("gpc", Boolean, nullable=False),
    Column("page", String(1024)),
    Column("valid_until", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["tenant_id", "policy"], ["policy_versions.tenant_id", "policy_versions.number"]
    ),
    Index("ix_consent_records_consent_id", "tenant_id", "consent_id", "id"),
    one_of("decision", DECISIONS),
    one_of("surface", SURFACES),
    postgresql_partition_by="RANGE (id)",
    sqlite_with_rowid=False,  # one tree to write to instead of two
)

# Which record a client's key already led to. Not proof, so it may be forgotten with time.
idempotency_keys = Table(
    "idempotency_keys",
    Base.metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("key", Uuid, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    sqlite_with_rowid=False,
)


class Erasure(Base):
    """Why records went: those of one consent id, or all older than an id. Only ever added.

    It is what makes the database let them go (the triggers of the log look for it), and reaches
    no record that came after it.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("(consent_id IS NULL) <> (before IS NULL)", name="names_one"),
        Index("ix_erasures_before", "tenant_id", "before"),
        Index("ix_erasures_consent_id", "tenant_id", "consent_id", "id"),
    )
    __audited__ = ("reason", "consent_id", "before")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    consent_id: Mapped[UUID | None]
    before: Mapped[UUID | None]
    actor: Mapped[str] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(500))
