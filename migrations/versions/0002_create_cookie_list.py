"""What tenants declare: categories, providers, cookies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("description", JSON, nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_categories"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_categories_tenant_id"),
        sa.CheckConstraint(
            "key IN ('necessary', 'preferences', 'statistics', 'marketing')",
            name=op.f("ck_categories_key"),
        ),
    )
    op.create_table(
        "providers",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("privacy_url", sa.String(500), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key", name="pk_providers"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_providers_tenant_id"),
    )
    op.create_table(
        "cookies",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("category", sa.String(20), nullable=False),
        sa.Column("provider", sa.String(63), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("match", sa.String(10), nullable=False),
        sa.Column("domain", sa.String(253), nullable=False),
        sa.Column("path", sa.String(1024), nullable=False),
        sa.Column("third_party", sa.Boolean, nullable=False),
        sa.Column("http_only", sa.Boolean, nullable=False),
        sa.Column("exempt_measurement", sa.Boolean, nullable=False),
        sa.Column("lifetime_count", sa.Integer, nullable=False),
        sa.Column("lifetime_unit", sa.String(10), nullable=False),
        sa.Column("function", JSON, nullable=False),
        sa.Column("purpose", JSON, nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_cookies"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_cookies_tenant_id"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "category"],
            ["categories.tenant_id", "categories.key"],
            name="fk_cookies_tenant_id_category",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "provider"],
            ["providers.tenant_id", "providers.key"],
            name="fk_cookies_tenant_id_provider",
        ),
        sa.UniqueConstraint(
            "tenant_id", "name", "domain", "path", name="uq_cookies_tenant_id_name_domain_path"
        ),
        sa.CheckConstraint(
            "lifetime_unit IN ('session', 'minute', 'hour', 'day', 'week', 'month', 'year')",
            name=op.f("ck_cookies_lifetime_unit"),
        ),
        sa.CheckConstraint(
            "match IN ('exact', 'prefix', 'pattern')", name=op.f("ck_cookies_match")
        ),
        sa.CheckConstraint(
            "(lifetime_unit = 'session') = (lifetime_count = 0)", name=op.f("ck_cookies_lifetime")
        ),
    )


def downgrade() -> None:
    op.drop_table("cookies")
    op.drop_table("providers")
    op.drop_table("categories")
