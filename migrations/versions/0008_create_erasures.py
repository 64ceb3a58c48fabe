"""How long the log is kept, and the one audited way in which a record of it may go."""

import sqlalchemy as sa
from alembic import op

from migrations.append_only import make_append_only
from migrations.row_security import secure

revision = "0008"
down_revision = "0007"

# A record may be deleted once an erasure that came after it names it.
ERASED = """EXISTS (
    SELECT 1 FROM erasures WHERE erasures.tenant_id = OLD.tenant_id AND erasures.id > OLD.id
    AND (erasures.consent_id = OLD.consent_id OR OLD.id < erasures.before)
)"""
REFUSE_UNLESS_ERASED = f"""
CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {ERASED} THEN RETURN OLD; END IF;
    RAISE EXCEPTION '%: this table is append-only', TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    op.add_column("tenants", sa.Column("retention_days", sa.Integer))
    op.add_column("tenants", sa.Column("retention_reason", sa.String(500)))
    op.create_table(
        "erasures",
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("consent_id", sa.Uuid),
        sa.Column("before", sa.Uuid),
        sa.Column("actor", sa.String(254), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_erasures"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_erasures_tenant_id"),
        sa.CheckConstraint(
            "(consent_id IS NULL) <> (before IS NULL)", name=op.f("ck_erasures_names_one")
        ),
    )
    make_append_only("erasures", ("tenant_id", "id"))
    if op.get_bind().dialect.name == "postgresql":
        secure("erasures")
        op.execute(REFUSE_UNLESS_ERASED)
        op.execute("DROP TRIGGER consent_records_append_only ON consent_records")
        _trigger("update", "UPDATE", "refuse_change")
        _trigger("delete", "DELETE", "refuse_unless_erased")
        return
    op.execute("DROP TRIGGER consent_records_no_delete")
    op.execute(
        f"CREATE TRIGGER consent_records_no_delete BEFORE DELETE ON consent_records "
        f"WHEN NOT {ERASED} "
        "BEGIN SELECT RAISE(ABORT, 'consent_records: this table is append-only'); END"
    )


def _trigger(name: str, action: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER consent_records_no_{name} BEFORE {action} ON consent_records "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in ("update", "delete"):
            op.execute(f"DROP TRIGGER consent_records_no_{name} ON consent_records")
        op.execute("DROP FUNCTION refuse_unless_erased()")
        op.execute(
            "CREATE TRIGGER consent_records_append_only BEFORE UPDATE OR DELETE ON consent_records "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute("DROP TRIGGER consent_records_no_delete")
        op.execute(
            "CREATE TRIGGER consent_records_no_delete BEFORE DELETE ON consent_records "
            "BEGIN SELECT RAISE(ABORT, 'consent_records: this table is append-only'); END"
        )
    op.drop_table("erasures")
    op.drop_column("tenants", "retention_reason")
    op.drop_column("tenants", "retention_days")
