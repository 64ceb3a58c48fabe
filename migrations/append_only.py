"""Triggers that let a table grow and do nothing else, for both databases."""

from alembic import op

MESSAGE = "this table is append-only"
FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%: this table is append-only', TG_TABLE_NAME; END $$
"""


def create_function() -> None:
    """What the triggers call; SQLite needs none."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION)


def drop_function() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def make_append_only(table: str) -> None:
    """Refuse UPDATE, DELETE and (on PostgreSQL) TRUNCATE; dropping a whole table stays possible."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {MESSAGE}'); END"
        )
