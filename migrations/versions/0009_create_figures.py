"""How often the banner was shown and what was decided: counted by day, kept beyond the records.

The database itself counts each record as it is added, so that nothing can be added uncounted.
"""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure

revision = "0009"
down_revision = "0008"

COLUMNS = ("tenant_id", "day", "policy", "language", "event", "accepted")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("tenant_id", sa.Integer, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("policy", sa.Integer, nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("accepted", sa.String(100), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
    ]


# The first 48 bits of a UUIDv7 are milliseconds since 1970.
POSTGRESQL = """
CREATE FUNCTION count_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO uncounted (tenant_id, id, day, policy, language, event, accepted, count)
    SELECT tenant_id, gen_random_uuid(), day, policy, language, decision, accepted, count(*)
    FROM (
        SELECT tenant_id, policy, language, decision,
            (to_timestamp(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint
                / 1000.0) AT TIME ZONE 'UTC')::date AS day,
            (SELECT coalesce(string_agg(value, ' ' ORDER BY ordinality), '')
                FROM jsonb_array_elements_text(added.accepted) WITH ORDINALITY) AS accepted
        FROM added
    ) AS read
    GROUP BY tenant_id, day, policy, language, decision, accepted;
    RETURN NULL;
END $$
"""
MILLISECONDS = " + ".join(
    f"(instr('0123456789abcdef', substr(NEW.id, {digit + 1}, 1)) - 1) * {16 ** (11 - digit)}"
    for digit in range(12)
)
SQLITE = f"""
CREATE TRIGGER count_records AFTER INSERT ON consent_records BEGIN
    INSERT INTO uncounted (tenant_id, id, day, policy, language, event, accepted, count)
    VALUES (NEW.tenant_id, lower(hex(randomblob(16))), date(({MILLISECONDS}) / 1000, 'unixepoch'),
        NEW.policy, NEW.language, NEW.decision,
        (SELECT coalesce(group_concat(value, ' '), '') FROM json_each(NEW.accepted)), 1);
END
"""


def upgrade() -> None:
    op.create_table(
        "figures",
        *_columns(),
        sa.PrimaryKeyConstraint(*COLUMNS, name="pk_figures"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uncounted",
        *_columns(),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_uncounted"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name != "postgresql":
        op.execute(SQLITE)
        return
    secure("figures")
    secure("uncounted")
    op.execute(POSTGRESQL)
    op.execute(
        "CREATE TRIGGER count_records AFTER INSERT ON consent_records "
        "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_records()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER count_records ON consent_records")
        op.execute("DROP FUNCTION count_records()")
    else:
        op.execute("DROP TRIGGER count_records")
    op.drop_table("uncounted")
    op.drop_table("figures")
