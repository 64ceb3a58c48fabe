"""A log with a past: so many records over two years, made by the database itself.

Most belong to one tenant; each browser decided twice, a year apart. They are made in the order of
time, as visitors would, and the log's own trigger counts them into the figures.
"""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import text

from portal.consent.figures.counting import add_up
from portal.consent.partitions import make_partitions
from portal.database import owner_engine, owner_transaction
from tests import make

DAYS, TENANTS = 730, 10
BIG = "paris"  # six records of ten are this tenant's
MONTHS = DAYS // 30 + 2

# `n` counts the records; `dice` are numbers from 0 to 9999 that look random and are the same again
RECORDS = """
INSERT INTO consent_records (tenant_id, id, consent_id, policy, language, decision,
    accepted, rejected, surface, gpc, page, valid_until)
SELECT tenant_id, (lpad(to_hex(ms), 12, '0') || '7' || substr(hash, 1, 3) || '8'
        || substr(hash, 4, 15))::uuid,
    md5('browser' || n % (CAST(:records AS bigint) / 2))::uuid, 1,
    CASE WHEN dice_2 < 8000 THEN 'fr' WHEN dice_2 < 9999 THEN 'en' ELSE 'ar' END, decision,
    CASE WHEN decision IN ('accept_all', 'save') THEN '["necessary", "statistics"]'
        ELSE '["necessary"]' END::jsonb,
    CASE WHEN decision IN ('accept_all', 'save') THEN '[]' ELSE '["statistics"]' END::jsonb,
    CASE WHEN dice_3 < 9000 THEN 'banner' WHEN dice_3 < 9999 THEN 'preference_centre'
        ELSE 'form' END,
    dice_3 % 20 = 0, '/dossiers/' || dice_3, to_timestamp(ms / 1000.0) + interval '182 days'
FROM (
    SELECT n, CAST(:start AS bigint) + n * CAST(:milliseconds AS bigint) / :records AS ms,
        md5(n::text) AS hash, dice_2, dice_3,
        CASE WHEN dice_1 % 10 < 6 THEN :big ELSE :others + dice_1 % (:tenants - 1) END AS tenant_id,
        CASE WHEN dice_1 < 4500 THEN 'accept_all' WHEN dice_1 < 8500 THEN 'reject_all'
            WHEN dice_1 < 9998 THEN 'save' ELSE 'withdraw' END AS decision
    FROM (
        SELECT n, abs(hashint8(n) % 10000) AS dice_1, abs(hashint8(n + 7919) % 10000) AS dice_2,
            abs(hashint8(n + 104729) % 10000) AS dice_3
        FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n
    ) AS thrown
) AS told
"""


def fill(app: Flask, records: int, until: datetime | None = None) -> None:
    """Ten tenants and their records up to a time: now, unless said otherwise."""
    big = make.tenant(app, BIG)
    others = [make.tenant(app, f"tenant{number}") for number in range(1, TENANTS)]
    start = (until or datetime.now(UTC)) - timedelta(days=DAYS)
    with app.app_context():
        with owner_engine().begin() as connection:
            make_partitions(connection, MONTHS, start.date())
        _in_months(records, {"start": start, "big": big, "others": others[0]})
        with owner_transaction() as connection:
            add_up(connection)
        _vacuum()


def _in_months(records: int, facts: dict[str, object]) -> None:
    """A statement a month or so, for the trigger sorts what a statement adds."""
    start: datetime = facts["start"]
    given = {
        **facts,
        "start": int(start.timestamp() * 1000),
        "milliseconds": DAYS * 24 * 3600 * 1000,
        "records": records,
        "tenants": TENANTS,
    }
    step = -(-records // MONTHS)
    for first in range(0, records, step):
        bounds = {"first": first, "last": min(first + step, records) - 1}
        with owner_engine().begin() as connection:
            connection.execute(text(RECORDS), given | bounds)


def _vacuum() -> None:
    """What autovacuum does in the course of two years."""
    with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) consent_records"))
        connection.execute(text("VACUUM (ANALYZE) figures, uncounted, idempotency_keys"))
