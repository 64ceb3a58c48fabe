"""Language selection with the semantics of Django's `set_language` view (X1 to X3)."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.languages import LONGEST, is_known
from portal.policy.current import LANGUAGE_COOKIE
from portal.public.door import bp
from portal.tenants.origins import is_safe_redirect

TWELVE_MONTHS = 31_536_000  # seconds


@bp.route("/i18n/setlang/", methods=["GET", "POST"])
def set_language() -> Response:
    target = _target()
    chosen = request.form.get("language", "") if request.method == "POST" else ""
    known = 0 < len(chosen) <= LONGEST and is_known(chosen)
    if target and known:
        target = _without_lang(target)
    response = Response(status=204) if target is None else redirect(target, 302)
    response.headers["Vary"] = "Accept-Language, Cookie"
    response.headers["Cache-Control"] = "no-store"
    if known:
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen,
            max_age=TWELVE_MONTHS,
            path="/",
            secure=request.is_secure,
            samesite="Lax",
        )
    return response


def _target() -> str | None:
    """Where to go: `next`, else the page that it came from, else home; None for a plain client."""
    wanted = request.form.get("next", request.args.get("next"))
    accepts_html = not request.accept_mimetypes or request.accept_mimetypes.accept_html
    if not wanted and not accepts_html:
        return None
    for address in (wanted, request.referrer):
        if address and is_safe_redirect(address, request.host, request.is_secure):
            return address
    return "/"


def _without_lang(address: str) -> str:
    """The same page without `?lang=`, which would overrule the choice (Django translates, X2)."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if name != "lang"]
    return address if kept == query else parts._replace(query=urlencode(kept)).geturl()
