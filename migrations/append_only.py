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


def make_append_only(table: str, key: tuple[str, ...]) -> None:
    """Refuse UPDATE, DELETE and (on PostgreSQL) TRUNCATE; dropping a whole table stays possible."""
    same_row = " AND ".join(f"{column} = NEW.{column}" for column in key)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        refuse_truncate(table)
        return
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same_row})"
    op.execute(  # a client without `recursive_triggers` would replace without a DELETE to refuse
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} "
        f"BEGIN SELECT RAISE(ABORT, '{table}: {MESSAGE}'); END"
    )
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {MESSAGE}'); END"
        )


def refuse_truncate(table: str) -> None:
    """On PostgreSQL; a partition needs it for itself."""
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
