"""A decision as JSON, and its receipt."""

from uuid import UUID

from flask import Response as FlaskResponse
from flask import abort
from spectree import Response

from portal.api.bodies import read_body
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import open_to_all
from portal.api.shapes import ConsentRequest, Problem, Receipt
from portal.api.sites import elsewhere, keeps_cookie
from portal.consent.current import decide_here, remember
from portal.consent.log import find
from portal.consent.models import ConsentRecord
from portal.consent.receipts import in_json
from portal.policy.current import current_language
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
    body = read_body(ConsentRequest)
    record = decide_here(
        decision=body.decision,
        policy=body.policy,
        language=body.language or current_language(),
        surface=body.surface,
        accepted=body.accepted,
        idempotency_key=body.idempotency_key,
        elsewhere=elsewhere(body),
    )
    response = _answer(record, 201)
    if keeps_cookie():
        remember(response, record)
    return response


@bp.get("/consents/<uuid:record_id>")
@describe(resp=Response(HTTP_200=Receipt))
@open_to_all
def show(record_id: UUID) -> FlaskResponse:
    """The receipt of a decision, to whoever holds its id"""
    record = find(current_site().tenant_id, record_id)
    if record is None:
        abort(404)
    response = _answer(record, 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _answer(record: ConsentRecord, status: int) -> FlaskResponse:
    body = in_json(record, current_site().slug)
    return FlaskResponse(body, status, content_type="application/json")
