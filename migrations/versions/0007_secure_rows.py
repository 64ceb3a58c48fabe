"""On PostgreSQL, a query that does not say for which tenant it asks sees no tenant's rows."""

from alembic import op

from migrations.row_security import secure

revision = "0007"
down_revision = "0006"

TABLES = (
    "audit_entries", "categories", "consent_records", "consent_records_default", "cookies",
    "hostnames", "idempotency_keys", "invitations", "logos", "looks", "memberships",
    "own_wordings", "passages", "policy_versions", "providers",
)  # fmt: skip
SEES_TENANT = """
CREATE FUNCTION sees_tenant(tenant integer) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('portal.tenant', true) IN (tenant::text, '*')
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(SEES_TENANT)
    secure("tenants", "id")
    for table in TABLES:
        secure(table)


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("tenants", *TABLES):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY tenant ON {table}")
        op.execute(f"DROP POLICY IF EXISTS owner ON {table}")
    op.execute("DROP FUNCTION sees_tenant(integer) CASCADE")  # with the policies of the partitions
