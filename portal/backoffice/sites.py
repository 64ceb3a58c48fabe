"""Other sites: where else the tenant asks for consent, and the line that goes into their pages."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Changed, Difference, differences, stamp
from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, in_words, said
from portal.cookies.declared import take_turn
from portal.database import writing
from portal.people.roles import Permission
from portal.public.embed.pinning import keep_script, kept_scripts
from portal.public.embed.script import integrity
from portal.tenants.changes import feed
from portal.tenants.embedding import MOST_SITES, embed, embedding_of, script_line
from portal.tenants.lifecycle import BadDetail
from portal.tenants.models import SIGNALS, Script, Tenant

SIGNAL_NAMES = {
    "google": said("Google (consent mode, version 2)"),
    "microsoft": said("Microsoft (UET)"),
    "matomo": said("Matomo"),
}
LABELS = {
    "cookie_domain": said("Domain shared with the portal"),
    "sites": said("Other sites, one a line"),
    "signals": said("Whom the script tells of each decision"),
    "reloads": said("Load the page again when somebody withdraws consent"),
}
FIELDS = tuple(LABELS)


class Pinned(NamedTuple):
    """A kept script with the line that loads it."""

    script: Script
    line: str


@bp.get("/sites/")
@needs(Permission.READ)
def sites() -> str:
    values = _values(current_tenant())
    return _page(values, stamp(values))


@bp.post("/sites/")
@needs(Permission.MANAGE)
def sites_save() -> Response | tuple[str, int]:
    typed, seen = _typed(), request.form.get("seen", "")
    try:
        with writing():
            _save(current_tenant(), typed, seen)
    except BadDetail as reason:
        errors = {reason.field: [in_words(reason.message, reason.values)]}
        return _page(typed, seen, errors), 422
    except Changed:
        theirs = _values(current_tenant())
        return _page(typed, stamp(theirs), differing=_differences(theirs, typed)), 409
    feed().catch_up()  # a copy for pinning, made next, is of what was saved
    tell(gettext("Saved. Pages that load the script follow within minutes."))
    return redirect(url_for("backoffice.sites"), 303)


@bp.post("/sites/pin/")
@needs(Permission.MANAGE)
def sites_pin() -> Response:
    with writing():
        kept = keep_script()
    tell(gettext("The script is kept as it is now."))
    return redirect(url_for("backoffice.sites", _anchor=f"pinned-{kept.digest}"), 303)


def _save(tenant: Tenant, typed: Mapping[str, Any], seen: str) -> None:
    """Write what was typed; raises BadDetail, or Changed."""
    take_turn(tenant)
    if seen != stamp(_values(tenant)):
        raise Changed
    embed(
        tenant,
        typed["cookie_domain"],
        typed["sites"].splitlines(),
        typed["signals"],
        reloads=typed["reloads"],
    )


def _typed() -> dict[str, Any]:
    form = request.form
    return {
        "cookie_domain": form.get("cookie_domain", "").strip(),
        "sites": "\n".join(form.get("sites", "").split()),
        "signals": [one for one in SIGNALS if one in form.getlist("signals")],
        "reloads": "reloads" in form,
    }


def _values(tenant: Tenant) -> dict[str, Any]:
    stored = embedding_of(tenant)
    values = {name: getattr(stored, name) for name in FIELDS}
    return values | {"sites": "\n".join(stored.sites)}


def _differences(theirs: dict[str, Any], typed: dict[str, Any]) -> list[Difference]:
    return differences(theirs, typed, [(name,) for name in FIELDS], _in_words)


def _in_words(name: str, values: Mapping[str, Any]) -> str:
    value = values[name]
    if name == "signals":
        return ", ".join(gettext(SIGNAL_NAMES[one]) for one in value)
    if name == "reloads":
        return gettext("Yes") if value else gettext("No")
    return str(value)


def _page(
    values: Mapping[str, Any],
    seen: str,
    errors: Mapping[str, list[str]] | None = None,
    differing: list[Difference] | None = None,
) -> str:
    tenant = current_tenant()
    origin = f"https://{tenant.canonical}"
    return render_template(
        "backoffice/sites/sites.html",
        values=values,
        seen=seen,
        errors=errors or {},
        differences=differing or (),
        labels={name: gettext(text) for name, text in LABELS.items()},
        signals=[(name, gettext(text)) for name, text in SIGNAL_NAMES.items()],
        most=MOST_SITES,
        line=script_line(tenant),
        directives=f"script-src {origin}; connect-src {origin}",
        pinned=[_pinned(one, origin) for one in kept_scripts()],
        editing=may(Permission.MANAGE),
    )


def _pinned(kept: Script, origin: str) -> Pinned:
    line = (
        f'<script src="{origin}/embed/{kept.digest}.js" integrity="{integrity(kept.digest)}"'
        ' crossorigin="anonymous" async></script>'
    )
    return Pinned(kept, line)
