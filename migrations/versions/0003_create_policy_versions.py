"""What was published: wordings and policy versions, which nobody can change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.append_only import create_function, drop_function, make_append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_function()
    op.create_table(
        "wordings",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("messages", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_wordings"),
    )
    op.create_table(
        "policy_versions",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("fingerprints", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(254), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name="pk_policy_versions"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_policy_versions_tenant_id"),
    )
    make_append_only("wordings", ("digest",))
    make_append_only("policy_versions", ("tenant_id", "number"))


def downgrade() -> None:
    op.drop_table("policy_versions")
    op.drop_table("wordings")
    drop_function()
