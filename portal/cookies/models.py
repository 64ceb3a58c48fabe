"""What a tenant declares: categories, providers and cookies. These are drafts until published.

A translatable field holds `{language: text}`. A text that stands in the catalogue in English needs
no translation here; see portal/cookies/texts.py. `sources` says from which source text each
translation was made, as `{field: {language: source text}}`: where that text has changed since, the
translation is stale.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Json, Revised, one_of
from portal.tenants.models import Tenant

NECESSARY = "necessary"
CATEGORIES = (NECESSARY, "preferences", "statistics", "marketing")
UNITS = ("session", "minute", "hour", "day", "week", "month", "year")

STORAGES = ("any", "cookie", "local_storage", "session_storage")  # `any`: nobody has said
OF_SCRIPTS = ("local_storage", "session_storage")  # what HTTP neither sets nor deletes
MATCHES = ("exact", "prefix", "pattern")  # how a declared name is compared; `*` stands for any text

Texts = dict[str, str]
Sources = dict[str, Texts]


class Category(Revised, Base):
    __tablename__ = "categories"
    __audited__ = ("key", "title", "description")
    __table_args__ = (one_of("key", CATEGORIES),)

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    title: Mapped[Texts] = mapped_column(Json)
    description: Mapped[Texts] = mapped_column(Json)
    sources: Mapped[Sources] = mapped_column(Json, default=dict)


class Provider(Revised, Base):
    """Who sets a cookie."""

    __tablename__ = "providers"
    __audited__ = ("name", "key", "privacy_url")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    privacy_url: Mapped[str] = mapped_column(String(500), default="")


class Cookie(Revised, Base):
    """One declared cookie, with what is needed to delete it: name, domain and path (L12).

    Keys of the browser's storages are declared like cookies: the same consent covers them (L8).
    """

    __tablename__ = "cookies"
    __audited__ = (
        "name", "match", "category", "provider", "storage", "domain", "path", "third_party",
        "http_only", "exempt_measurement", "lifetime_count", "lifetime_unit", "function", "purpose",
    )  # fmt: skip
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "category"], ["categories.tenant_id", "categories.key"]),
        ForeignKeyConstraint(["tenant_id", "provider"], ["providers.tenant_id", "providers.key"]),
        UniqueConstraint("tenant_id", "name", "domain", "path"),
        one_of("lifetime_unit", UNITS),
        one_of("match", MATCHES),
        one_of("storage", STORAGES),
        CheckConstraint("(lifetime_unit = 'session') = (lifetime_count = 0)", name="lifetime"),
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(20))
    provider: Mapped[str] = mapped_column(String(63))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(256))
    match: Mapped[str] = mapped_column(String(10), default="exact")
    storage: Mapped[str] = mapped_column(String(20), default="any", server_default="any")
    domain: Mapped[str] = mapped_column(String(253), default="")
    path: Mapped[str] = mapped_column(String(1024), default="/")
    third_party: Mapped[bool] = mapped_column(default=False)
    http_only: Mapped[bool] = mapped_column(default=False)
    exempt_measurement: Mapped[bool] = mapped_column(default=False)  # audience measurement (C8)
    lifetime_count: Mapped[int]
    lifetime_unit: Mapped[str] = mapped_column(String(10))
    function: Mapped[Texts] = mapped_column(Json)
    purpose: Mapped[Texts] = mapped_column(Json)
    sources: Mapped[Sources] = mapped_column(Json, default=dict)


class KnownProvider(Base):
    """A provider that the operator keeps for all tenants, with the cookies that it sets.

    Each cookie is an object with the fields of a `Cookie`; texts are `{language: text}`.
    """

    __tablename__ = "known_providers"

    key: Mapped[str] = mapped_column(String(63), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    privacy_url: Mapped[str] = mapped_column(String(500))
    cookies: Mapped[list[dict[str, object]]] = mapped_column(Json)
