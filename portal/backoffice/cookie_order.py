"""The order of the cookie list, and moves from one category to another."""

from collections.abc import Callable
from uuid import UUID

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from portal.backoffice.cookies import list_url
from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import ERROR, WARNING, tell
from portal.backoffice.words import gettext, in_words, ngettext
from portal.cookies.arranging import arrange_cookies, move_cookies, step_category, step_cookie
from portal.cookies.refusals import CookieWrong, Needed
from portal.database import writing
from portal.people.roles import Permission


@bp.post("/cookies/step/")
@needs(Permission.EDIT)
def cookies_step() -> Response:
    """A button beside a cookie says `up` or `down`, and which one."""
    by, which = _direction()
    identifier = _identifier(which)
    with writing():
        cookie = step_cookie(current_tenant(), identifier, by)
    up, down = gettext("“%(name)s” is moved up."), gettext("“%(name)s” is moved down.")
    tell((up if by < 0 else down) % {"name": cookie.name})
    return redirect(list_url(f"cookie-{cookie.id}"), 303)


@bp.post("/cookies/categories/step/")
@needs(Permission.EDIT)
def cookies_category_step() -> Response:
    by, key = _direction()
    try:
        with writing():
            step_category(current_tenant(), key, by)
    except Needed:
        tell(gettext("The necessary cookies stay first."), WARNING)
    return redirect(list_url(f"category-{key}"), 303)


@bp.post("/cookies/order/")
@needs(Permission.EDIT)
def cookies_order() -> Response:
    """A category whose cookies were dragged into this order, some perhaps from elsewhere."""
    return _rearrange(arrange_cookies, gettext("The new order is saved."))


@bp.post("/cookies/move/")
@needs(Permission.EDIT)
def cookies_move() -> Response:
    number = len(request.form.getlist("cookie"))
    if not number:
        tell(gettext("Choose the cookies to move first."), WARNING)
        return redirect(list_url(), 303)
    done = ngettext("One cookie is moved.", "%(num)s cookies are moved.", number)
    return _rearrange(move_cookies, done)


def _rearrange(how: Callable[..., None], done: str) -> Response:
    category = request.form.get("category", "")
    chosen = [_identifier(text) for text in request.form.getlist("cookie")]
    try:
        with writing():
            how(current_tenant(), category, chosen)
        tell(done)
    except CookieWrong as refused:
        for one in refused.findings:
            tell(in_words(one.message, one.values), ERROR)
    return redirect(list_url(f"category-{category}"), 303)


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def _direction() -> tuple[int, str]:
    up = request.form.get("up")
    return (-1, up) if up else (1, request.form.get("down", ""))
