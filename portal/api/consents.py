"""A decision as JSON, and its receipt."""

from http import HTTPStatus
from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort, request
from spectree import Response

from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import open_to_all
from portal.api.shapes import ConsentRequest, Problem, Receipt
from portal.api.wicket import REFUSAL, take_decision
from portal.consent.log import find
from portal.consent.receipts import in_json
from portal.tenants.current import current_site


@bp.post("/consents")
@describe(
    json=ConsentRequest,
    resp=Response(HTTP_201=Receipt, HTTP_409=Problem, HTTP_503=Problem),
)
@open_to_all
def decide() -> FlaskResponse:
    """Record a decision

    Answers with the receipt and the `cookies_preferences` cookie. A repeated `idempotency_key`
    answers with the first record again.
    """
    if refusal := request.environ.get(REFUSAL):  # the wicket tried: it is told as any error
        raise refusal
    headers, body = take_decision(request)
    return FlaskResponse(body, HTTPStatus.CREATED, headers)


@bp.get("/consents/<uuid:record_id>")
@describe(resp=Response(HTTP_200=Receipt))
@open_to_all
def show(record_id: UUID) -> FlaskResponse:
    """The receipt of a decision, to whoever holds its id"""
    record = find(current_site().tenant_id, record_id)
    if record is None:
        abort(404)
    body = in_json(record, current_site().slug)
    response = FlaskResponse(body, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response
