"""What a tenant declares: categories, providers and cookies. These are drafts until published.

A translatable field holds `{language: text}`. A text that stands in the catalogue in English needs
no translation here; see portal/cookies/texts.py.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Json, one_of
from portal.tenants.models import Tenant

NECESSARY = "necessary"
CATEGORIES = (NECESSARY, "preferences", "statistics", "marketing")
UNITS = ("session", "minute", "hour", "day", "week", "month", "year")

Texts = dict[str, str]


class Category(Base):
    __tablename__ = "categories"
    __table_args__ = (one_of("key", CATEGORIES),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    title: Mapped[Texts] = mapped_column(Json)
    description: Mapped[Texts] = mapped_column(Json)


class Provider(Base):
    """Who sets a cookie."""

    __tablename__ = "providers"

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    privacy_url: Mapped[str] = mapped_column(String(500), default="")


class Cookie(Base):
    """One declared cookie, with what is needed to delete it: name, domain and path (L12)."""

    __tablename__ = "cookies"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "category"], ["categories.tenant_id", "categories.key"]),
        ForeignKeyConstraint(["tenant_id", "provider"], ["providers.tenant_id", "providers.key"]),
        UniqueConstraint("tenant_id", "name", "domain", "path"),
        one_of("lifetime_unit", UNITS),
        CheckConstraint("(lifetime_unit = 'session') = (lifetime_count = 0)", name="lifetime"),
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(20))
    provider: Mapped[str] = mapped_column(String(63))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(256))
    domain: Mapped[str] = mapped_column(String(253), default="")
    path: Mapped[str] = mapped_column(String(1024), default="/")
    third_party: Mapped[bool] = mapped_column(default=False)
    lifetime_count: Mapped[int]
    lifetime_unit: Mapped[str] = mapped_column(String(10))
    function: Mapped[Texts] = mapped_column(Json)
    purpose: Mapped[Texts] = mapped_column(Json)
