"""Publishing: what would change, in which languages and for whom; and the button."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.change_words import grouped
from portal.backoffice.current import current_person, current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import WARNING, tell
from portal.backoffice.words import gettext, in_words
from portal.consent.forecast import forecast
from portal.database import writing
from portal.people.models import Person
from portal.people.roles import Permission
from portal.policy.completeness import completeness
from portal.policy.difference import difference, drafted_or_published
from portal.policy.document import Document
from portal.policy.drafting import draft
from portal.policy.publishing import (
    LONGEST_NOTE,
    BadNote,
    CannotLeaveOut,
    CannotPublish,
    DraftChanged,
    LanguagesIncomplete,
    latest_version,
    publish,
)
from portal.policy.wordings import wordings
from portal.tenants.changes import feed

Answer = str | Response | tuple[str, int]


@bp.get("/publish/", endpoint="publish")
@needs(Permission.READ)
def show() -> str:
    return _page()


@bp.post("/publish/", endpoint="publish_now")
@needs(Permission.PUBLISH)
def publish_now() -> Answer:
    person: Person = current_person()  # type: ignore[assignment]  # the guard saw to it
    form, before = request.form, latest_version(current_tenant().id)
    known = before.number if before else 0
    try:
        with writing():
            number = publish(
                current_tenant(),
                by=person.email,
                note=form.get("note", ""),
                without=frozenset(form.getlist("without")),
                seen=form.get("seen"),
            ).number
    except CannotPublish as reason:
        return _page(_errors(reason)), 409 if isinstance(reason, DraftChanged) else 422
    feed().catch_up()
    _tell(number, is_new=number > known)
    return redirect(url_for("backoffice.versions"), 303)


def _tell(number: int, *, is_new: bool) -> None:
    if is_new:
        tell(gettext("Version %(number)s is live.", number=number))
    else:
        tell(gettext("Version %(number)s says just this already.", number=number), WARNING)


def _errors(reason: CannotPublish) -> dict[str, list[str]]:
    """What went wrong, at the field where it can be mended."""
    match reason:
        case LanguagesIncomplete():
            text = gettext("Translate what is missing or stale, or leave these languages out.")
        case CannotLeaveOut():
            text = gettext("Only languages other than the default one can be left out.")
        case BadNote():
            return {"note": [in_words(reason.message, reason.values)]}
        case _:
            text = gettext("Somebody changed the draft meanwhile. Look at the changes once more.")
            return {"changes": [text]}
    return {"languages": [text]}


def _page(errors: Mapping[str, list[str]] | None = None) -> str:
    tenant, latest = current_tenant(), latest_version(current_tenant().id)
    texts = wordings(tenant)
    document = draft(tenant, texts)
    facts: dict[str, Any] = {"changes": [], "forecast": None}
    if latest:
        live = Document.read(latest.document)
        facts["changes"] = difference(live, document, drafted_or_published(texts))
        facts["forecast"] = forecast(tenant.id, live, document)
    return render_template(
        "backoffice/publish/publish.html",
        latest=latest,
        document=document,
        groups=grouped(facts.pop("changes")),
        languages=completeness(tenant),
        without=request.form.getlist("without"),
        values=request.form,
        errors=errors or {},
        longest_note=LONGEST_NOTE,
        **facts,
    )
