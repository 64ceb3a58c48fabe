"""The erasure that lets a record go is found by an index, however many there were before it.

With a daily purge a tenant has thousands; each record that goes looked through them all.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

INDEXES = {"before": ["tenant_id", "before"], "consent_id": ["tenant_id", "consent_id", "id"]}
LATER = "erasures.tenant_id = OLD.tenant_id AND erasures.id > OLD.id"
BEFORE = f"""EXISTS (
    SELECT 1 FROM erasures WHERE {LATER}
    AND (erasures.consent_id = OLD.consent_id OR OLD.id < erasures.before)
)"""
AFTER = f"""(
    EXISTS (SELECT 1 FROM erasures WHERE {LATER} AND erasures.before > OLD.id)
    OR EXISTS (SELECT 1 FROM erasures WHERE {LATER} AND erasures.consent_id = OLD.consent_id)
)"""
POSTGRESQL = """
CREATE OR REPLACE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {erased} THEN RETURN OLD; END IF;
    RAISE EXCEPTION '%: this table is append-only', TG_TABLE_NAME;
END $$
"""
SQLITE = """
CREATE TRIGGER consent_records_no_delete BEFORE DELETE ON consent_records WHEN NOT {erased}
BEGIN SELECT RAISE(ABORT, 'consent_records: this table is append-only'); END
"""


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(f"ix_erasures_{name}", "erasures", columns)
    _refuse_unless(AFTER)


def downgrade() -> None:
    _refuse_unless(BEFORE)
    for name in INDEXES:
        op.drop_index(f"ix_erasures_{name}", "erasures")


def _refuse_unless(erased: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL.format(erased=erased))
        return
    op.execute("DROP TRIGGER consent_records_no_delete")
    op.execute(SQLITE.format(erased=erased))
