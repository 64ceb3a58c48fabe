"""Language selection with the semantics of Django's `set_language` view (X1 to X3)."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response

from portal.languages import LONGEST, is_known
from portal.policy.current import LANGUAGE_COOKIE
from portal.public.door import bp
from portal.tenants.origins import safe_redirect

TWELVE_MONTHS = 31_536_000  # seconds


@bp.route("/i18n/setlang/", methods=["GET", "POST"])
def set_language() -> Response:
    target = _target()
    chosen = _last(_form("language")) or ""
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
    wanted = _last(_form("next"))
    if wanted is None:
        wanted = _last(request.args.getlist("next"))
    if not wanted and not _accepts_html():
        return None
    for address in (wanted, request.referrer):
        if safe := safe_redirect(address, request.host, request.is_secure):
            return safe
    return "/"


def _form(field: str) -> list[str]:
    return request.form.getlist(field) if request.method == "POST" else []


def _last(values: list[str]) -> str | None:
    """Of a field that is sent more than once the last counts, as in Django."""
    return values[-1] if values else None


def _accepts_html() -> bool:
    return "Accept" not in request.headers or request.accept_mimetypes.quality("text/html") > 0


def _without_lang(address: str) -> str:
    """The same page without `?lang=`, which would overrule the choice (Django translates, X2)."""
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if name != "lang"]
    return address if kept == query else parts._replace(query=urlencode(kept)).geturl()
