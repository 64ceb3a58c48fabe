"""Services that a tenant adds to its portal by their ID."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure

revision = "0013"
down_revision = "0012"

KINDS = (
    "matomo", "google-analytics", "google-tag-manager", "piano-analytics", "plausible", "hotjar",
    "youtube", "vimeo",
)  # fmt: skip


def upgrade() -> None:
    listed = ", ".join(f"'{one}'" for one in KINDS)
    op.create_table(
        "integrations",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("identifier", sa.String(253), nullable=False),
        sa.Column("server", sa.String(500), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_integrations"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_integrations_tenant_id"),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "identifier",
            "server",
            name="uq_integrations_tenant_id_kind_identifier_server",
        ),
        sa.CheckConstraint(f"kind IN ({listed})", name=op.f("ck_integrations_kind")),
    )
    if op.get_bind().dialect.name == "postgresql":
        secure("integrations")


def downgrade() -> None:
    op.drop_table("integrations")
