"""What tenants say in their own words, how their portal looks, and providers known to all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "own_wordings",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("source", sa.String(1000), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "language", "source", name="pk_own_wordings"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_own_wordings_tenant_id"),
    )
    op.create_table(
        "passages",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("text", JSON, nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_passages"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_passages_tenant_id"),
        sa.CheckConstraint(
            "key IN ('why', 'what', 'kinds', 'change', 'kept', 'terms', 'privacy')",
            name=op.f("ck_passages_key"),
        ),
    )
    op.create_table(
        "looks",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("accent", sa.String(7), nullable=False),
        sa.Column("accent_dark", sa.String(7), nullable=False),
        sa.Column("corner", sa.Integer, nullable=False),
        sa.Column("position", sa.String(10), nullable=False),
        sa.Column("logo", sa.String(64)),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_looks"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_looks_tenant_id"),
        sa.CheckConstraint(
            "position IN ('bottom', 'corner', 'centre')", name=op.f("ck_looks_position")
        ),
        sa.CheckConstraint("corner BETWEEN 0 AND 24", name=op.f("ck_looks_corner")),
    )
    op.create_table(
        "logos",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("mimetype", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_logos"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_logos_tenant_id"),
    )
    op.create_table(
        "known_providers",
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("privacy_url", sa.String(500), nullable=False),
        sa.Column("cookies", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_known_providers"),
    )


def downgrade() -> None:
    for table in ("known_providers", "logos", "looks", "passages", "own_wordings"):
        op.drop_table(table)
