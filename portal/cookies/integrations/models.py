"""What a tenant added to its portal by ID; a draft until published."""

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.cookies.integrations.kinds import KINDS
from portal.database import Base, Revised, one_of
from portal.tenants.models import Tenant


class Integration(Revised, Base):
    """One service; of `youtube` and `vimeo` one video, which has a title.

    `server` is an address with a final slash where the service runs on a server of one's choice.
    """

    __tablename__ = "integrations"
    __audited__ = ("kind", "identifier", "server", "title")
    __table_args__ = (
        one_of("kind", tuple(KINDS)),
        UniqueConstraint("tenant_id", "kind", "identifier", "server"),
    )

    tenant_id: Mapped[int] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    identifier: Mapped[str] = mapped_column(String(253))
    server: Mapped[str] = mapped_column(String(500), default="")
    title: Mapped[str] = mapped_column(String(200), default="")
