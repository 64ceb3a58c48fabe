"""Row-level security on PostgreSQL: a query sees the rows of the tenants that it names."""

from alembic import op

EVERYTHING = "current_setting('portal.tenant', true) = '*'"


def secure(table: str, tenant: str = "tenant_id") -> None:
    """Rows are seen by whoever names their tenant, and all of them by the owner who says so."""
    op.execute(f"CREATE POLICY tenant ON {table} USING (sees_tenant({tenant}))")
    let_owner_see(table)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def let_owner_see(table: str) -> None:
    """Of a policy for one role the planner of another's queries knows nothing."""
    op.execute(f"DROP POLICY IF EXISTS owner ON {table}")
    op.execute(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING ({EVERYTHING})")
