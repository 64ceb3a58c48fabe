"""Row-level security on PostgreSQL: a query sees the rows of the tenant that it names."""

from alembic import op


def secure(table: str, tenant: str = "tenant_id") -> None:
    op.execute(f"CREATE POLICY tenant ON {table} USING (sees_tenant({tenant}))")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
