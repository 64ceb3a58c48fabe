"""The log of decisions: found, handed out, and let go at somebody's wish."""

from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort, jsonify, request, url_for
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.bodies import read_body, read_query
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import current_actor, needs
from portal.api.record_shapes import (
    ErasureDone,
    ErasureRequest,
    RecordFilter,
    RecordList,
    RecordPage,
)
from portal.api.shapes import Problem, Receipt
from portal.consent import erasing, log
from portal.consent.receipts import FORMATS, TYPES, receipt
from portal.database import writing
from portal.people.tokens import Scope
from portal.streaming import streamed
from portal.tenants.current import current_site


@bp.get("/records")
@describe(query=RecordPage, resp=Answers(HTTP_200=RecordList), tags=["Consent log"])
@needs(Scope.CONSENTS_READ)
def list_records() -> Response:
    """The records of the log, the newest first"""
    asked, site = read_query(RecordPage), current_site()
    found = log.page(site.tenant_id, asked.wanted(), asked.cursor, asked.limit)
    following = _next(found.older) if found.older else None
    items = [receipt(one, site.slug) for one in found.records]
    return jsonify({"items": items, "next": following})


def _next(last: UUID) -> str:
    asked: dict[str, Any] = {**request.args.to_dict(), "cursor": str(last)}
    return url_for("api.list_records", **asked)


@bp.get("/records/<uuid:record_id>")
@describe(resp=Answers(HTTP_200=Receipt), tags=["Consent log"])
@needs(Scope.CONSENTS_READ)
def show_record(record_id: UUID) -> Response:
    """One record"""
    site = current_site()
    record = log.find(site.tenant_id, record_id) or abort(404)
    return jsonify(receipt(record, site.slug))


@bp.get("/records/export.<any(csv, ndjson):style>")
@describe(
    query=RecordFilter,
    resp=Answers(HTTP_200=None),
    files=TYPES.values(),
    tags=["Consent log"],
)
@needs(Scope.CONSENTS_READ)
def export_records(style: str) -> FlaskResponse:
    """The records as a file, the oldest first

    CSV (RFC 4180) with a header line, or one JSON object a line. It is written as it is read,
    however long it is.
    """
    wanted, site = read_query(RecordFilter).wanted(), current_site()
    lines = FORMATS[style](log.read(site.tenant_id, wanted), site.slug)
    return streamed(lines, TYPES[style], f"{site.slug}-consents.{style}")


@bp.post("/erasures")
@describe(
    json=ErasureRequest,
    resp=Answers(HTTP_201=ErasureDone, HTTP_404=Problem),
    tags=["Consent log"],
)
@needs(Scope.CONSENTS_ERASE)
def erase_records() -> tuple[Response, int]:
    """Erase what one browser decided (GDPR article 17)"""
    body, tenant_id = read_body(ErasureRequest), current_site().tenant_id
    if not log.history(tenant_id, body.consent_id, 1):
        abort(404)
    with writing():
        count = erasing.erase(tenant_id, body.consent_id, current_actor(), body.reason)
    return jsonify({"erased": count}), 201
