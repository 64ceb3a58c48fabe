"""The one shape of a record outside the database: receipt, answer and line of an export."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from portal.consent.models import ConsentRecord

FIELDS = (
    "id", "tenant", "consent_id", "previous", "policy", "language", "decision", "accepted",
    "rejected", "surface", "gpc", "page", "given_at", "valid_until",
)  # fmt: skip
ENCODER = json.JSONEncoder(ensure_ascii=False)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def receipt(record: ConsentRecord, slug: str) -> dict[str, Any]:
    return {
        "id": str(record.id),
        "tenant": slug,
        "consent_id": str(record.consent_id),
        "previous": record.previous and str(record.previous),
        "policy": record.policy,
        "language": record.language,
        "decision": record.decision,
        "accepted": record.accepted,
        "rejected": record.rejected,
        "surface": record.surface,
        "gpc": record.gpc,
        "page": record.page,
        "given_at": timestamp(record.given_at),
        "valid_until": timestamp(record.valid_until),
    }


def in_json(record: ConsentRecord, slug: str) -> str:
    return ENCODER.encode(receipt(record, slug))


def ndjson(records: Iterable[ConsentRecord], slug: str) -> Iterator[str]:
    """One JSON object a line."""
    for record in records:
        yield in_json(record, slug) + "\n"


def comma_separated(records: Iterable[ConsentRecord], slug: str) -> Iterator[str]:
    """CSV (RFC 4180) with a header line; lists are separated by spaces."""
    yield _line(FIELDS)
    for record in records:
        yield _line(_cell(value) for value in receipt(record, slug).values())


FORMATS = {"csv": comma_separated, "ndjson": ndjson}
TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson"}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(value) if isinstance(value, list) else str("" if value is None else value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text  # no spreadsheet runs it


def _line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
