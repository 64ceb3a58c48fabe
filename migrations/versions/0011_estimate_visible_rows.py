"""On PostgreSQL, which rows a query sees is said so that the planner can estimate how many.

As `… IN (tenant::text, '*')` it took one row of two hundred for seen, whatever was asked for, and
sorted whole months of the log where a few steps along an index give the next thousand records.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

FUNCTION = """
CREATE OR REPLACE FUNCTION sees_tenant(tenant integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT {condition}
$$
"""
SETTING = "current_setting('portal.tenant', true)"
BEFORE = f"{SETTING} IN (tenant::text, '*')"
AFTER = f"tenant = nullif(nullif({SETTING}, '*'), '')::integer OR {SETTING} = '*'"


def upgrade() -> None:
    _say(AFTER)


def downgrade() -> None:
    _say(BEFORE)


def _say(condition: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION.format(condition=condition))
