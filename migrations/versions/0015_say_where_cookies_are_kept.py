"""A declared cookie says whether it is one, or a key of the browser's storages.

Of those declared before nobody has said it: they are sought everywhere, as until now.
"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE cookies ADD COLUMN storage VARCHAR(20) DEFAULT 'any' NOT NULL "
        "CONSTRAINT ck_cookies_storage "
        "CHECK (storage IN ('any', 'cookie', 'local_storage', 'session_storage'))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE cookies DROP COLUMN storage")
