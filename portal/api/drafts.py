"""The draft: what is missing or odd in it, and what publishing it would change."""

from collections.abc import Iterator
from typing import Any

from flask import jsonify
from spectree import Response as Answers
from werkzeug.wrappers import Response

from portal.api.changes import in_json
from portal.api.description import describe
from portal.api.door import bp
from portal.api.guard import needs
from portal.api.version_shapes import Draft
from portal.catalogues import in_words
from portal.consent.forecast import forecast
from portal.cookies.editing import review
from portal.people.tokens import Scope
from portal.policy.completeness import Completeness, State, completeness
from portal.policy.difference import difference, drafted_or_published
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.publishing import latest_version
from portal.policy.wordings import wordings
from portal.tenants.current import current_tenant
from portal.tenants.models import Tenant


@bp.get("/draft")
@describe(resp=Answers(HTTP_200=Draft), tags=["Publishing"])
@needs(Scope.COOKIES_READ)
def show_draft() -> Response:
    """The draft as publishing would find it"""
    tenant = current_tenant()
    languages = {tag: _language(one) for tag, one in completeness(tenant).items()}
    return jsonify(
        {**_against_live(tenant), "languages": languages, "findings": list(_findings(tenant))}
    )


def _against_live(tenant: Tenant) -> dict[str, Any]:
    texts, latest = wordings(tenant), latest_version(tenant.id)
    document = draft(tenant, texts)
    facts: dict[str, Any] = {"digest": document.digest, "version": None, "changes": []}
    if latest is None:
        return {**facts, "forecast": None}
    live = Document.read(latest.document)
    return facts | {
        "version": latest.number,
        "changes": in_json(difference(live, document, drafted_or_published(texts))),
        "forecast": _forecast(tenant, live, document),
    }


def _forecast(tenant: Tenant, live: Document, document: Document) -> dict[str, Any]:
    found = forecast(tenant.id, live, document)
    return {"decisions": found.decisions, "asked": found.asked, "categories": found.categories}


def _language(found: Completeness) -> dict[str, Any]:
    names = ("kind", "key", "name", "field", "state", "source")
    return {
        **{name: getattr(found, name) for name in ("total", "translated", "missing", "stale")},
        "texts": [
            {name: getattr(one, name) for name in names}
            for one in found.items
            if one.state is not State.TRANSLATED
        ],
    }


def _findings(tenant: Tenant) -> Iterator[dict[str, Any]]:
    for cookie, findings in review(tenant):
        for one in findings:
            yield {
                "cookie": str(cookie.id),
                "name": cookie.name,
                "field": one.field,
                "detail": in_words(one.message, one.values),
                "wrong": one.wrong,
            }
