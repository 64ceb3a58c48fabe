"""Alembic's entry: the tables that this release expects, on the connection that it is given."""

from alembic import context

from portal.models import metadata


def is_ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
    """Partitions of the log come and go by month; the models do not name them."""
    return not (kind == "table" and (name or "").startswith("consent_records_"))


connection = context.config.attributes["connection"]
if connection.dialect.name == "sqlite":
    # on the driver's connection, because no transaction may be open; the file remembers it
    connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_server_default=True,
    include_object=is_ours,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
