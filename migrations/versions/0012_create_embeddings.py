"""Where else than on its portal a tenant asks for consent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.row_security import secure

revision = "0012"
down_revision = "0011"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
SURFACE = "surface IN ('banner', 'preference_centre', {more}'api', 'form')"
BEFORE, AFTER = SURFACE.format(more=""), SURFACE.format(more="'placeholder', ")


def upgrade() -> None:
    op.create_table(
        "embeddings",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("cookie_domain", sa.String(253), nullable=False),
        sa.Column("sites", JSON, nullable=False),
        sa.Column("signals", JSON, nullable=False),
        sa.Column("reloads", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_embeddings"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_embeddings_tenant_id"),
    )
    op.create_table(
        "scripts",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("policy", sa.Integer, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name="pk_scripts"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_scripts_tenant_id"),
    )
    op.execute(
        "ALTER TABLE looks ADD COLUMN reopener VARCHAR(10) DEFAULT 'link' NOT NULL "
        "CONSTRAINT ck_looks_reopener CHECK (reopener IN ('link', 'button'))"
    )
    _replace_surfaces(BEFORE, AFTER)
    if op.get_bind().dialect.name == "postgresql":
        secure("embeddings")
        secure("scripts")


def _replace_surfaces(before: str, after: str) -> None:
    """Let the log name other places; the rows stay as they are, however many there are."""
    name = "ck_consent_records_surface"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), "consent_records")
        op.create_check_constraint(op.f(name), "consent_records", after)
        return
    # as https://www.sqlite.org/lang_altertable.html#otheralter describes for constraints
    version = op.get_bind().scalar(sa.text("PRAGMA schema_version"))
    op.execute("PRAGMA writable_schema = ON")
    change = sa.text(
        "UPDATE sqlite_schema SET sql = replace(sql, :before, :after) "
        "WHERE type = 'table' AND name = 'consent_records'"
    )
    op.get_bind().execute(change, {"before": before, "after": after})
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    _replace_surfaces(AFTER, BEFORE)
    op.execute("ALTER TABLE looks DROP COLUMN reopener")
    op.drop_table("scripts")
    op.drop_table("embeddings")
