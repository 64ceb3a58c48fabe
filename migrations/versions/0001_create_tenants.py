"""Tenants, their hostnames, and the counter that numbers changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(63), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("default_language", sa.String(35), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("consent_days", sa.Integer, nullable=False),
        sa.Column("controller", sa.String(200), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("dpo_email", sa.String(254), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("authority_url", sa.String(500), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("suspended_at", TIME),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenants"),
        sa.UniqueConstraint("slug", name="uq_tenants_slug"),
        sa.CheckConstraint("consent_days BETWEEN 1 AND 395", name=op.f("ck_tenants_consent_days")),
    )
    op.create_index("ix_tenants_changed", "tenants", ["changed"])
    op.create_table(
        "hostnames",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("hostname", sa.String(253), nullable=False),
        sa.Column("canonical", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "hostname", name="pk_hostnames"),
        sa.UniqueConstraint("hostname", name="uq_hostnames_hostname"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_hostnames_tenant_id"),
    )
    op.create_index(
        "uq_hostnames_canonical",
        "hostnames",
        ["tenant_id"],
        unique=True,
        sqlite_where=sa.text("canonical = 1"),
        postgresql_where=sa.text("canonical"),
    )
    counter = op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_counter"),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counter_single_row")),
    )
    op.bulk_insert(counter, [{"id": 1, "number": 0}])


def downgrade() -> None:
    op.drop_table("change_counter")
    op.drop_table("hostnames")
    op.drop_table("tenants")
