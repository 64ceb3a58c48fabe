"""What was published: immutable, numbered, hashed. Database triggers refuse any change."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Json, UtcDateTime
from portal.tenants.models import Tenant


class Wording(Base):
    """All built-in texts of one language, shared by every version that shows them.

    The digest is the SHA-256 of the canonical form (RFC 8785) of `messages`.
    """

    __tablename__ = "wordings"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    language: Mapped[str] = mapped_column(String(35))
    messages: Mapped[str] = mapped_column(Text)


class PolicyVersion(Base):
    """Everything that visitors of a tenant can see, in every language, frozen when published.

    `document` is the canonical form itself (RFC 8785), `digest` its SHA-256, so that anybody can
    check one against the other. It names each language's wording by digest.
    """

    __tablename__ = "policy_versions"

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    fingerprints: Mapped[dict[str, str]] = mapped_column(Json)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
