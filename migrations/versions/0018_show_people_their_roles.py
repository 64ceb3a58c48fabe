"""On PostgreSQL, somebody who signs in for all tenants finds the roles that they have.

A query sees the roles at the tenants that it names; one that names a person sees theirs too.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

PERSON = "nullif(current_setting('portal.person', true), '')::integer"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE POLICY person ON memberships FOR SELECT USING (person_id = {PERSON})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY person ON memberships")
