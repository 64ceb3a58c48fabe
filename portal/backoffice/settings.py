"""Settings of the portal: its name, who is responsible, how long a decision lasts."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Changed, Difference, differences, stamp
from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, in_words, said
from portal.consent.erasing import usual_retention
from portal.cookies.declared import take_turn
from portal.database import writing
from portal.people.roles import Permission
from portal.tenants.lifecycle import BadDetail, describe, keep_records, let_decisions_last
from portal.tenants.models import LONGEST_CONSENT, LONGEST_RETENTION, SHORTEST_CONSENT, Tenant

LABELS = {
    "name": said("Name of the portal"),
    "consent_days": said("Days that a decision lasts"),
    "controller": said("Who is responsible (controller)"),
    "address": said("Postal address"),
    "email": said("Email for questions about privacy"),
    "dpo_email": said("Email of the data protection officer"),
    "authority": said("Supervisory authority"),
    "authority_url": said("Web address of the authority"),
    "retention_days": said("Days that the log keeps a record"),
    "retention_reason": said("Why it is kept for so long"),
}
DETAILS = ("name", "controller", "address", "email", "dpo_email", "authority", "authority_url")
RETENTION = ("retention_days", "retention_reason")
FIELDS = (*DETAILS, "consent_days", *RETENTION)
LONGEST_NUMBER = 5  # digits

Errors = dict[str, list[str]]


class _Wrong(Exception):
    def __init__(self, errors: Errors) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@bp.get("/settings/")
@needs(Permission.READ)
def settings() -> str:
    tenant = current_tenant()
    return _page(_values(tenant), stamp(_values(tenant)))


@bp.post("/settings/")
@needs(Permission.MANAGE)
def settings_save() -> Response | tuple[str, int]:
    typed = {name: _plain(request.form.get(name, "")) for name in FIELDS}
    seen = request.form.get("seen", "")
    try:
        with writing():
            _save(current_tenant(), typed, seen)
    except _Wrong as reason:
        return _page(typed, seen, reason.errors), 422
    except Changed:
        tenant = current_tenant()
        mine = _differences(_values(tenant), typed)
        return _page(typed, stamp(_values(tenant)), differing=mine), 409
    tell(gettext("Saved. Visitors see it once it is published."))
    return redirect(url_for("backoffice.settings"), 303)


def _save(tenant: Tenant, typed: Mapping[str, str], seen: str) -> None:
    """Write what was typed; raises _Wrong with every error there is, or Changed."""
    take_turn(tenant)
    if seen != stamp(_values(tenant)):
        raise Changed
    errors: Errors = {}
    for name in (*DETAILS, "consent_days", "retention_days"):
        try:
            _write(tenant, name, typed)
        except BadDetail as reason:
            errors[reason.field] = [in_words(reason.message, reason.values)]
    if errors:
        raise _Wrong(errors)


def _write(tenant: Tenant, name: str, typed: Mapping[str, str]) -> None:
    text = typed[name]
    if name == "consent_days":
        let_decisions_last(tenant, _number(text))
    elif name == "retention_days":
        keep_records(tenant, _number(text) if text else None, typed["retention_reason"])
    else:
        describe(tenant, **{name: text})


def _number(text: str) -> int:
    """Nought, which is too few, for what is no number."""
    fine = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if fine else 0


def _plain(text: str) -> str:
    """With the ends of lines that are stored, not those that browsers send."""
    return text.replace("\r\n", "\n").strip()


def _values(tenant: Tenant) -> dict[str, str]:
    values = {name: getattr(tenant, name) for name in FIELDS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _differences(theirs: dict[str, str], typed: dict[str, str]) -> list[Difference]:
    return differences(theirs, typed, [(name,) for name in FIELDS], lambda name, one: one[name])


def _page(
    values: Mapping[str, str],
    seen: str,
    errors: Errors | None = None,
    differing: list[Difference] | None = None,
) -> str:
    return render_template(
        "backoffice/settings/settings.html",
        values=values,
        seen=seen,
        errors=errors or {},
        differences=differing or (),
        labels={name: gettext(text) for name, text in LABELS.items()},
        shortest=SHORTEST_CONSENT,
        longest=LONGEST_CONSENT,
        longest_retention=LONGEST_RETENTION,
        usual_retention=usual_retention(current_tenant()),
        editing=may(Permission.MANAGE),
    )
