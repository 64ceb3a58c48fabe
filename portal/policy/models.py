"""What was published, which database triggers keep as it is, and drafts beside the cookie list."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Json, Revised, UtcDateTime, one_of
from portal.tenants.models import Tenant

SECTIONS = ("why", "what", "kinds", "change", "kept")  # of the policy, in prose
LEGAL_PAGES = ("terms", "privacy")
PASSAGES = (*SECTIONS, *LEGAL_PAGES)
POSITIONS = ("bottom", "corner", "centre")  # of the banner
REOPENERS = ("link", "button")  # in the foot of each page, or floating over it
ROUNDEST = 24  # CSS pixels


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
    __audited__ = ("number", "digest", "published_by", "note")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    fingerprints: Mapped[dict[str, str]] = mapped_column(Json)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(String(500), default="")


class OwnWording(Base):
    """A built-in text that a tenant says in its own words, in one language."""

    __tablename__ = "own_wordings"
    __audited__ = ("source", "language", "text")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    language: Mapped[str] = mapped_column(String(35), primary_key=True)
    source: Mapped[str] = mapped_column(String(1000), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class Passage(Revised, Base):
    """A section of the policy, or a legal page, that a tenant wrote itself, in Markdown.

    A legal page may be a link instead: then `url` is its address and the text is empty.
    """

    __tablename__ = "passages"
    __table_args__ = (one_of("key", PASSAGES),)
    __audited__ = ("key", "url", "text")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    url: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    sources: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)


class Look(Revised, Base):
    """How a portal looks: a colour for each scheme as `#rrggbb`, and a logo by its digest."""

    __tablename__ = "looks"
    __table_args__ = (
        one_of("position", POSITIONS),
        one_of("reopener", REOPENERS),
        CheckConstraint(f"corner BETWEEN 0 AND {ROUNDEST}", name="corner"),
    )
    __audited__ = ("accent", "accent_dark", "corner", "position", "reopener", "logo")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    accent: Mapped[str] = mapped_column(String(7))
    accent_dark: Mapped[str] = mapped_column(String(7))
    corner: Mapped[int]
    position: Mapped[str] = mapped_column(String(10))
    reopener: Mapped[str] = mapped_column(String(10), default="link", server_default="link")
    logo: Mapped[str | None] = mapped_column(String(64))


class Logo(Base):
    """An image by its SHA-256; kept as long as a published version shows it."""

    __tablename__ = "logos"

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mimetype: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
