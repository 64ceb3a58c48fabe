"""A decision as JSON, and its receipt."""

from typing import Any
from uuid import UUID

from flask import abort, after_this_request
from flask import Response as FlaskResponse
from spectree import Response

from portal.api.door import bp
from portal.api.description import described
from portal.api.shapes import ConsentRequest, Problem, Receipt
from portal.consent.current import decide_here, remember
from portal.consent.log import find
from portal.consent.receipts import receipt
from portal.policy.current import current_language
from portal.tenants.current import current_site


@bp.post("/consents")
@described.validate(
    resp=Response(
        HTTP_201=Receipt,
        HTTP_400=Problem,
        HTTP_403=Problem,
        HTTP_409=Problem,
        HTTP_413=Problem,
        HTTP_415=Problem,
        HTTP_503=Problem,
    )
)
def decide(json: ConsentRequest) -> tuple[dict[str, Any], int]:
    """Record a decision

    Answers with the receipt and the `cookies_preferences` cookie. A repeated `idempotency_key`
    answers with the first record again.
    """
    record = decide_here(
        decision=json.decision,
        policy=json.policy,
        language=json.language or current_language(),
        surface=json.surface,
        accepted=json.accepted,
        idempotency_key=json.idempotency_key,
    )

    @after_this_request
    def keep(response: FlaskResponse) -> FlaskResponse:
        remember(response, record)
        return response

    return receipt(record, current_site().slug), 201


@bp.get("/consents/<uuid:record_id>")
@described.validate(resp=Response(HTTP_200=Receipt, HTTP_404=Problem))
def show(record_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """The receipt of a decision, to whoever holds its id"""
    site = current_site()
    record = find(site.tenant_id, record_id)
    if record is None:
        abort(404)
    return receipt(record, site.slug), {"Cache-Control": "private, no-store"}
