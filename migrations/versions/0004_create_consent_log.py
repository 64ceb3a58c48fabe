"""The log of decisions, partitioned by month on PostgreSQL, and the clients' idempotency keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.append_only import make_append_only, refuse_truncate

revision = "0004"
down_revision = "0003"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "consent_records",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("consent_id", sa.Uuid, nullable=False),
        sa.Column("previous", sa.Uuid),
        sa.Column("policy", sa.Integer, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("decision", sa.String(20), nullable=False),
        sa.Column("accepted", JSON, nullable=False),
        sa.Column("rejected", JSON, nullable=False),
        sa.Column("surface", sa.String(20), nullable=False),
        sa.Column("gpc", sa.Boolean, nullable=False),
        sa.Column("page", sa.String(1024)),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_consent_records"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "policy"],
            ["policy_versions.tenant_id", "policy_versions.number"],
            name="fk_consent_records_tenant_id_policy",
        ),
        sa.CheckConstraint(
            "decision IN ('accept_all', 'reject_all', 'save', 'withdraw')",
            name=op.f("ck_consent_records_decision"),
        ),
        sa.CheckConstraint(
            "surface IN ('banner', 'preference_centre', 'api', 'form')",
            name=op.f("ck_consent_records_surface"),
        ),
        postgresql_partition_by="RANGE (id)",
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_consent_records_consent_id", "consent_records", ["tenant_id", "consent_id", "id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE consent_records_default PARTITION OF consent_records DEFAULT")
        refuse_truncate("consent_records_default")
    make_append_only("consent_records", ("tenant_id", "id"))
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("key", sa.Uuid, nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_idempotency_keys"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("idempotency_keys")
    op.drop_table("consent_records")
