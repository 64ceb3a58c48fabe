"""People who sign in, what they may do for which tenant, and what they did."""

from datetime import UTC, datetime
from uuid import UUID

from flask_security import AsaList, UserMixin, WebAuthnMixin
from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, Json, UtcDateTime, one_of
from portal.identifiers import time_of
from portal.people.roles import ROLES
from portal.tenants.models import Tenant


def _now() -> datetime:
    return datetime.now(UTC)


class Person(Base, UserMixin):
    """Somebody who can sign in to the back office of any tenant of which they are a member.

    `vouched_by` is the tenant whose word it is that the address is theirs; None is the operator's
    or the portal's, which counts everywhere (see `vouching`).

    The columns beginning with `tf_`, `mf_` and `fs_` are those that Flask-Security asks for.
    """

    __tablename__ = "people"
    __allow_unmapped__ = True  # the mixin's annotations are not columns

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(35), default="")  # of the back office; "" follows
    password: Mapped[str | None] = mapped_column(String(255))  # the hash; none while invited
    active: Mapped[bool] = mapped_column(default=True)
    operator: Mapped[bool] = mapped_column(default=False)
    vouched_by: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(64), unique=True
    )
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))

    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan"
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )


class Passkey(Base, WebAuthnMixin):
    """A registered authenticator (WebAuthn)."""

    __tablename__ = "passkeys"
    __allow_unmapped__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(Person.id), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    create_datetime: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))

    def get_user_mapping(self) -> dict[str, int]:
        return {"id": self.user_id}


class Membership(Base):
    """What a person may do for a tenant.

    `accepted_under` is whose word stood for the person's address when they joined, signed in.
    """

    __tablename__ = "memberships"
    __audited__ = ("person_id", "role")
    __table_args__ = (one_of("role", tuple(ROLES)), Index("ix_memberships_person_id", "person_id"))

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now)
    accepted_under: Mapped[int | None]

    person: Mapped[Person] = relationship(back_populates="memberships")


class Invitation(Base):
    """An email address that was asked to join a tenant; gone once accepted or withdrawn.

    `mailed_at` is when a mail server took the link; until then it is shown to who invites.
    """

    __tablename__ = "invitations"
    __audited__ = ("email", "role")
    __table_args__ = (one_of("role", tuple(ROLES)),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    secret: Mapped[str] = mapped_column(String(64))  # SHA-256 of what the link holds
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A key with which a program acts for a tenant; kept after its end, for the trail names it.

    `hint` is how the secret begins, by which people know it again, `secret` its SHA-256.
    """

    __tablename__ = "api_tokens"
    __audited__ = ("name", "hint", "scopes", "expires_at", "revoked_at")
    __table_args__ = (UniqueConstraint("tenant_id", "secret"),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # a UUIDv7, so it tells when it was made
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(8))
    secret: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_by: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def created_at(self) -> datetime:
        return time_of(self.id)

    @property
    def actor(self) -> str:
        """What the audit trail calls it; no address of a person looks like this."""
        return f"token {self.name} ({self.hint}…)"


class AuditEntry(Base):
    """One change: who, when, what, from which values to which. Only ever added."""

    __tablename__ = "audit_entries"

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)  # a UUIDv7, so it tells the time
    actor: Mapped[str] = mapped_column(String(254))  # an email address, or a command
    action: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(63))  # the table
    name: Mapped[str] = mapped_column(Text)  # which row of it, for people
    before: Mapped[dict[str, object] | None] = mapped_column(Json)
    after: Mapped[dict[str, object] | None] = mapped_column(Json)
