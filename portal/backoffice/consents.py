"""The log of decisions: found, proved, handed out, and let go at somebody's wish."""

from uuid import UUID

from flask import Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from portal.backoffice.consent_filter import CHOICES, Filter, identifier
from portal.backoffice.consent_words import WORDS
from portal.backoffice.current import current_person, current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import ERROR, tell
from portal.backoffice.words import gettext, in_words, ngettext
from portal.banner.first_layer import first_layer
from portal.consent import erasing, log
from portal.consent.asking import EVERYTHING
from portal.consent.erasing import BadReason
from portal.consent.log import Wanted
from portal.consent.models import ConsentRecord
from portal.consent.receipts import FORMATS, TYPES
from portal.database import writing
from portal.headers import REACH, Reach
from portal.people.roles import Permission
from portal.policy.live import Version, live, wording
from portal.public.rendering import PATHS, render_document
from portal.streaming import streamed

PAGE = 50  # records
NOWHERE = dict.fromkeys(PATHS, "#")  # links of a page that is only looked at


@bp.get("/consents/")
@needs(Permission.READ_LOG)
def consents() -> Redirect | tuple[str, int]:
    chosen = Filter.read(request.args)
    if looked_for := request.args.get("find", ""):
        return _find(looked_for, chosen)
    return _list(chosen, identifier(request.args.get("before", "")))


def _list(chosen: Filter, before: UUID | None) -> tuple[str, int]:
    wanted = chosen.wanted()
    found = log.Page([]) if chosen.errors else log.page(current_tenant().id, wanted, before, PAGE)
    page = render_template(
        "backoffice/consents/list.html",
        found=found,
        chosen=chosen,
        choices=CHOICES,
        words=WORDS,
    )
    return page, 422 if chosen.errors else 200


def _find(text: str, chosen: Filter) -> Redirect | tuple[str, int]:
    """By the id of a receipt, else by the id of a browser."""
    found = identifier(text)
    if found and log.find(current_tenant().id, found):
        return redirect(url_for("backoffice.consents_record", record_id=found), 303)
    if found and log.history(current_tenant().id, found, 1):
        return redirect(url_for("backoffice.consents_subject", consent_id=found), 303)
    chosen.errors["find"] = [gettext("There is no record with this id.")]
    return _list(chosen, None)


@bp.get("/consents/<uuid:record_id>/")
@needs(Permission.READ_LOG)
def consents_record(record_id: UUID) -> str:
    record, version = _record(record_id)
    request.environ[REACH] = Reach.FRAMING
    return render_template(
        "backoffice/consents/record.html", record=record, version=version, words=WORDS
    )


@bp.get("/consents/<uuid:record_id>/shown/")
@needs(Permission.READ_LOG)
def consents_shown(record_id: UUID) -> str:
    """The portal's home with the banner, in the version and language of a record."""
    record, version = _record(record_id)
    request.environ[REACH] = Reach.FRAMED
    messages = wording(version.document.wordings[record.language])
    asked = first_layer(EVERYTHING, version.document, None)
    return render_document(
        "home", version, messages, record.language, NOWHERE, first_layer=asked, accepted=()
    )


def _record(record_id: UUID) -> tuple[ConsentRecord, Version]:
    tenant = current_tenant()
    record = log.find(tenant.id, record_id)
    if record is None:
        abort(404)
    return record, live().version(tenant.id, record.policy)


@bp.get("/consents/of/<uuid:consent_id>/")
@needs(Permission.READ_LOG)
def consents_subject(consent_id: UUID) -> str:
    records = log.history(current_tenant().id, consent_id, PAGE) or abort(404)
    return render_template(
        "backoffice/consents/subject.html", consent_id=consent_id, records=records, words=WORDS
    )


@bp.post("/consents/of/<uuid:consent_id>/erase/")
@needs(Permission.MANAGE, fresh=True)
def consents_erase(consent_id: UUID) -> Redirect | tuple[str, int]:
    reason = request.form.get("reason", "")
    tenant, person = current_tenant(), current_person()
    if not log.history(tenant.id, consent_id, 1):
        abort(404)
    try:
        with writing():
            count = erasing.erase(tenant.id, consent_id, person.email if person else "", reason)
    except BadReason as refused:
        tell(in_words(refused.message, refused.values), ERROR)
        return redirect(url_for("backoffice.consents_subject", consent_id=consent_id), 303)
    tell(ngettext("One record is erased.", "%(num)s records are erased.", count))
    return redirect(url_for("backoffice.consents"), 303)


@bp.get("/consents/export.<any(csv, ndjson):style>")
@needs(Permission.READ_LOG)
def consents_export(style: str) -> Response:
    chosen = Filter.read(request.args)
    wanted = chosen.wanted()
    if chosen.errors:
        abort(400)
    return _file(f"consents.{style}", style, wanted)


@bp.get("/consents/of/<uuid:consent_id>/export.ndjson")
@needs(Permission.READ_LOG)
def consents_subject_export(consent_id: UUID) -> Response:
    return _file(f"{consent_id}.ndjson", "ndjson", Wanted(consent_id=consent_id))


def _file(name: str, style: str, wanted: Wanted) -> Response:
    tenant = current_tenant()
    lines = FORMATS[style](log.read(tenant.id, wanted), tenant.slug)
    return streamed(lines, TYPES[style], f"{tenant.slug}-{name}")
