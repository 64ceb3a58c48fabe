"""The look of the portal: colours, corners, logo, and the place and first words of the banner."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.conflicts import Difference, differences
from portal.backoffice.cookie_words import by_field
from portal.backoffice.current import current_tenant, may
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.look_sample import GROUNDS, measure_all, showable
from portal.backoffice.messages import tell
from portal.backoffice.words import gettext, said
from portal.banner.images import LARGEST, LogoRefused
from portal.banner.look import WORDS, LookWrong, check, dress, stamp, take_logo, values_of
from portal.catalogues import translations
from portal.cookies.findings import Finding
from portal.cookies.refusals import Conflict
from portal.database import writing
from portal.languages import language
from portal.people.roles import Permission
from portal.policy.models import POSITIONS, REOPENERS, ROUNDEST
from portal.tenants.models import Tenant

LARGEST_FORM = 2 * LARGEST  # bytes; the texts take some, too
CHOSEN = ("accent", "accent_dark", "corner", "position", "reopener", "logo")
LABELS = {
    "accent": said("Colour on light ground"),
    "accent_dark": said("Colour on dark ground"),
    "corner": said("Rounding of corners, in pixels"),
    "position": said("Place of the banner on wide screens"),
    "reopener": said("Way back to the choice"),
    "logo": said("Logo"),
    "title": said("Title"),
    "text": said("First words"),
}
PLACES = {
    "bottom": said("Bar along the lower edge"),
    "corner": said("Card in the corner"),
    "centre": said("Dialog in the centre"),
}
WAYS = {
    "link": said("Link in the foot of each page"),
    "button": said("Button that floats over each page"),
}
PAIRS = {
    "button_text": said("Text on buttons"),
    "link_on_page": said("Links on the page"),
    "link_in_banner": said("Links in the banner"),
    "button_edge": said("Edges of buttons"),
}
SAMPLED = ("Accept all", "Reject all", "Choose", "Cookie policy")  # visitors' texts


@bp.get("/look/")
@needs(Permission.READ)
def look() -> str:
    tenant = current_tenant()
    return _page(tenant, values_of(tenant), stamp(tenant))


@bp.post("/look/")
@needs(Permission.EDIT, largest_body=LARGEST_FORM)
def look_save() -> Response | tuple[str, int]:
    """Save what was typed, or only show it."""
    tenant, typed = current_tenant(), dict.fromkeys(CHOSEN, "") | request.form.to_dict()
    seen = request.form.get("seen", "")
    refused = _take_logo(tenant, typed)
    if refused or "show" in typed:
        found = by_field([*check(tenant, typed), *refused])
        return _page(tenant, typed, seen, found), 422 if refused else 200
    try:
        with writing():
            dress(tenant, typed, seen)
    except LookWrong as reason:
        return _page(tenant, typed, seen, by_field(reason.findings)), 422
    except Conflict as reason:
        return _page(tenant, typed, stamp(tenant), theirs=reason.current), 409
    tell(gettext("Saved. Visitors see it once it is published."))
    return redirect(url_for("backoffice.look"), 303)


def _take_logo(tenant: Tenant, typed: dict[str, str]) -> list[Finding]:
    """Keep an image that was sent and put its name among the values; what is wrong with it."""
    image = request.files.get("image")
    content = image.read() if image else b""
    if "without_logo" in typed:
        typed["logo"] = ""
    elif content:
        try:
            with writing():
                typed["logo"] = take_logo(tenant, content)
        except LogoRefused as reason:
            return [Finding("image", reason.message, reason.values)]
    return []


def _page(
    tenant: Tenant,
    values: Mapping[str, str],
    seen: str,
    errors: Mapping[str, list[str]] | None = None,
    theirs: dict[str, str] | None = None,
) -> str:
    shown = showable(values)
    return render_template(
        "backoffice/look/look.html",
        values=values,
        seen=seen,
        errors=errors or {},
        differences=_differences(theirs, values) if theirs else (),
        labels=_labels(tenant),
        places=[(one, gettext(PLACES[one])) for one in POSITIONS],
        ways=[(one, gettext(WAYS[one])) for one in REOPENERS],
        pairs={name: gettext(text) for name, text in PAIRS.items()},
        grounds=GROUNDS,
        shown=shown,
        measured=measure_all(shown),
        roundest=ROUNDEST,
        largest=LARGEST // 1024,
        built_in={tag: _built_in(tag) for tag in tenant.languages},
        editing=may(Permission.EDIT),
    )


def _built_in(tag: str) -> dict[str, str]:
    """What the banner says if nobody says it in other words."""
    catalogue = translations(tag)
    words = WORDS | {one: one for one in SAMPLED}
    return {part: catalogue.gettext(source) for part, source in words.items()}


def _labels(tenant: Tenant) -> dict[str, str]:
    labels = {name: gettext(text) for name, text in LABELS.items()}
    words = {
        f"{part}-{tag}": f"{labels[part]} ({language(tag).name})"
        for part in WORDS
        for tag in tenant.languages
    }
    return labels | words | {"image": labels["logo"]}


def _differences(theirs: dict[str, str], typed: Mapping[str, str]) -> list[Difference]:
    mine: dict[str, Any] = {name: typed.get(name, text).strip() for name, text in theirs.items()}
    return differences(theirs, mine, [(name,) for name in theirs], _in_words)


def _in_words(name: str, values: Mapping[str, Any]) -> str:
    text = str(values[name])
    words = {"position": PLACES, "reopener": WAYS}.get(name, {})
    return gettext(words[text]) if text in words else text
