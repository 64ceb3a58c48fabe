"""Tenants and the hostnames on which they answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, Json, Revised, UtcDateTime

SHORTEST_CONSENT, USUAL_CONSENT, LONGEST_CONSENT = 1, 182, 395  # days: L-C2, C8 and K2
LONGEST_RETENTION = 36_500  # days
SIGNALS = ("google", "microsoft", "matomo")  # whose consent calls the script makes


class Tenant(Base):
    """An organisation with a portal of its own; for the law the controller (L11)."""

    __tablename__ = "tenants"
    __audited__ = (
        "slug", "name", "default_language", "languages", "consent_days", "retention_days",
        "retention_reason", "controller", "address",
        "email", "dpo_email", "authority", "authority_url", "suspended_at",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint(
            f"consent_days BETWEEN {SHORTEST_CONSENT} AND {LONGEST_CONSENT}", name="consent_days"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    default_language: Mapped[str] = mapped_column(String(35))
    languages: Mapped[list[str]] = mapped_column(Json)
    consent_days: Mapped[int] = mapped_column(default=USUAL_CONSENT)
    retention_days: Mapped[int | None]  # of a record, from the decision on; None: the default
    retention_reason: Mapped[str | None] = mapped_column(String(500))
    controller: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    dpo_email: Mapped[str] = mapped_column(String(254), default="")
    authority: Mapped[str] = mapped_column(String(200), default="")
    authority_url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed: Mapped[int] = mapped_column(default=0, index=True)

    hostnames: Mapped[list["Hostname"]] = relationship(
        back_populates="tenant",
        cascade="all, delete-orphan",
        order_by="desc(Hostname.canonical), Hostname.hostname",
    )

    embedding: Mapped["Embedding | None"] = relationship(cascade="all, delete-orphan")

    @property
    def canonical(self) -> str:
        return next(one.hostname for one in self.hostnames if one.canonical)


class Hostname(Base):
    """A name under which a tenant answers, in its ASCII form; one a tenant is canonical."""

    __tablename__ = "hostnames"
    __audited__ = ("hostname", "canonical")
    __table_args__ = (
        Index(
            "uq_hostnames_canonical",
            "tenant_id",
            unique=True,
            sqlite_where=mapped_column("canonical").column == true(),
            postgresql_where=mapped_column("canonical").column == true(),
        ),
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    hostname: Mapped[str] = mapped_column(String(253), primary_key=True, unique=True)
    canonical: Mapped[bool] = mapped_column(default=False)

    tenant: Mapped[Tenant] = relationship(back_populates="hostnames")


class Embedding(Revised, Base):
    """Where else than on its portal a tenant asks for consent, and how the script behaves there.

    `cookie_domain` is a registrable domain, or one below it, that the portal and other sites share;
    `sites` are origins such as `https://www.example.org` anywhere else.
    """

    __tablename__ = "embeddings"
    __audited__ = ("cookie_domain", "sites", "signals", "reloads")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    cookie_domain: Mapped[str] = mapped_column(String(253), default="")
    sites: Mapped[list[str]] = mapped_column(Json, default=list)
    signals: Mapped[list[str]] = mapped_column(Json, default=lambda: list(SIGNALS))
    reloads: Mapped[bool] = mapped_column(default=True)  # a page, once consent is withdrawn


class Script(Base):
    """The embedded script as it was when its address was handed out to be pinned by its hash (S4).

    The digest is the SHA-256 of `content`, in hexadecimal.
    """

    __tablename__ = "scripts"
    __audited__ = ("digest", "policy")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    policy: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangeCounter(Base):
    """One row that numbers every change which servers must hear of; its lock orders them."""

    __tablename__ = "change_counter"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
