"""An account says whose word it is that the email address is its own.

Until now any tenant could open an account for any address, by a link that it showed itself, and
every later role trusted it. Of the accounts that there are nobody knows how they were opened, so
each keeps what it can do today, and what is added later has to be proven, where that harms nobody:

- A member of one tenant is vouched for by that tenant. Nothing changes for them there, nor for the
  tenant, which lets them in today; a stranger who holds the account gains nothing from others.
- Members of several tenants and operators stay trusted everywhere: not to would lock people out of
  portals that count on them, and whoever has such an account for wrong is inside already.
- An account without a password waits for a link of the operator's, who vouches for it.
- A password without any membership opens nothing today; it counts nowhere until it is chosen anew,
  for a tenant could have made the account and let it go, to wait for a grant of another one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

VOUCH = """
UPDATE people SET vouched_by = (
    SELECT CASE COUNT(*) WHEN 0 THEN 0 WHEN 1 THEN MIN(memberships.tenant_id) END
    FROM memberships WHERE memberships.person_id = people.id
) WHERE password IS NOT NULL AND NOT operator
"""


def upgrade() -> None:
    op.add_column("people", sa.Column("vouched_by", sa.Integer))
    op.add_column("memberships", sa.Column("accepted_under", sa.Integer))
    op.add_column("invitations", sa.Column("mailed_at", sa.DateTime(timezone=True)))
    if op.get_bind().dialect.name == "postgresql":  # row security would hide every membership
        op.execute("SELECT set_config('portal.tenant', '*', true)")
    op.execute(VOUCH)


def downgrade() -> None:
    op.execute("ALTER TABLE invitations DROP COLUMN mailed_at")
    op.execute("ALTER TABLE memberships DROP COLUMN accepted_under")
    op.execute("ALTER TABLE people DROP COLUMN vouched_by")
