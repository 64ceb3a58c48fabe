"""Adding up: what was counted one by one goes into the figures of its day."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, insert

from portal.consent.figures.models import SHOWN, figures, uncounted

WHAT = ", ".join(figures.primary_key.columns.keys())
MORE = f"ON CONFLICT ({WHAT}) DO UPDATE SET count = figures.count + excluded.count"
MOVE = {
    "postgresql": ["SELECT add_up_figures()"],  # of every tenant, which the owner alone sees
    "sqlite": [
        f"""INSERT INTO figures ({WHAT}, count)
        SELECT {WHAT}, sum(count) FROM uncounted WHERE true GROUP BY {WHAT} {MORE}""",
        "DELETE FROM uncounted",
    ],
}


class Impression(NamedTuple):
    """A page that asked, as it was sent."""

    tenant_id: int
    policy: int
    language: str


def count_shown(connection: Connection, impressions: Mapping[Impression, int]) -> None:
    """Note how often pages asked, today."""
    common = {"day": datetime.now(UTC).date(), "event": SHOWN, "accepted": ""}
    rows = [
        {**one._asdict(), **common, "id": uuid4(), "count": count}
        for one, count in impressions.items()
    ]
    connection.execute(insert(uncounted), rows)


def add_up(connection: Connection) -> None:
    """Move what is uncounted into the figures; whoever finds another server at it leaves it."""
    for statement in MOVE[connection.dialect.name]:
        connection.exec_driver_sql(statement)
