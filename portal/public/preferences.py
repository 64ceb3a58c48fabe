"""The preference centre as a page, and a decision as a plain form."""

from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.consent.asking import question
from portal.consent.current import current_preferences, current_visitor, remember
from portal.consent.log import history
from portal.consent.opt_out import is_heeded, opts_out
from portal.consent.visitor import decide_for
from portal.limits import count_visit
from portal.policy.current import current_language, current_policy, know
from portal.public.door import bp
from portal.public.pages import depends_on
from portal.public.rendering import PATHS, render
from portal.tenants.origins import safe_redirect

PATH = PATHS["cookies_preferences"]
LONGEST_NUMBER = 9  # digits


@bp.get(PATH)
def show_preferences() -> Response:
    policy, language, cookie = current_policy(), current_language(), current_preferences()
    asked = question(cookie, policy, datetime.now(UTC))
    back = _own_address(request.args.get("next"))
    html = render(
        "cookies_preferences",
        policy.tenant_id,
        policy.number,
        language,
        asked,
        opted_out=opts_out(request.environ) and is_heeded(policy),
        accepted=asked.kept if asked else cookie.accepted if cookie else (),
        history=history(policy.tenant_id, cookie.consent_id) if cookie else (),
        here=f"{PATH}?{urlencode({'next': back})}" if back else PATH,
        next=back or PATH,
    )
    response = Response(html, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Vary"] = depends_on(policy)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post(PATH)
def decide_by_form() -> Response:
    count_visit(request.environ)
    form = request.form
    decision, version = form.get("decision", ""), _version(form.get("policy"))
    know(version)
    kept = decide_for(
        current_visitor(),
        decision=decision,
        policy=version,
        language=form.get("language"),
        surface="form",
        # the boxes are sent with every button of the form, and count with this one alone
        accepted=form.getlist("category") if decision == "save" else (),
    )
    response = redirect(_page_shown(_own_address(form.get("next")) or PATH), 303)
    remember(response, kept)
    return response


def _page_shown(address: str) -> str:
    """The page as it was shown, with its `?lang=`, if that is where the form came from."""
    came_from = _own_address(request.referrer)
    same = came_from and urlsplit(came_from).path == address
    return came_from if came_from and same else address


def _version(number: str | None) -> int:
    """The version that the form was made for; the one in force if it does not say."""
    if not number:
        return current_policy().number
    return (
        int(number)
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
        else 0
    )


def _own_address(address: str | None) -> str | None:
    return safe_redirect(address, request.host, request.is_secure)
