"""How a tenant's portal and banner look: a draft until published."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base, Revised, one_of
from portal.tenants.models import Tenant

POSITIONS = ("bottom", "corner", "centre")
ROUNDEST = 24  # CSS pixels


class Look(Revised, Base):
    """Colours as `#rrggbb`, one for each colour scheme; `logo` is the digest of an image."""

    __tablename__ = "looks"
    __table_args__ = (
        one_of("position", POSITIONS),
        CheckConstraint(f"corner BETWEEN 0 AND {ROUNDEST}", name="corner"),
    )
    __audited__ = ("accent", "accent_dark", "corner", "position", "logo")

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    accent: Mapped[str] = mapped_column(String(7))
    accent_dark: Mapped[str] = mapped_column(String(7))
    corner: Mapped[int]
    position: Mapped[str] = mapped_column(String(10))
    logo: Mapped[str | None] = mapped_column(String(64))


class Logo(Base):
    """An image by its SHA-256; kept, because published versions show it."""

    __tablename__ = "logos"

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    mimetype: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
