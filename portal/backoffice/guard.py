"""The guard of the back office: nothing is open that does not say so.

Each view says what it needs by `@needs(...)` or, for the few that anybody with a link may see, by
`@open_to_all`. A view that says nothing is refused.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from flask_security import url_for_security
from flask_security.utils import check_and_update_authn_fresh
from flask_wtf.csrf import CSRFProtect, generate_csrf, validate_csrf
from werkzeug.wrappers import Response
from wtforms import ValidationError

from portal.backoffice.current import NotAMember, current_person, current_role, may
from portal.backoffice.held_forms import hold_form
from portal.backoffice.words import LANGUAGES
from portal.languages import SOURCE, choose
from portal.people.audit import act_as
from portal.people.roles import Permission
from portal.policy.current import LANGUAGE_COOKIE
from portal.tenants.current import SAFE_METHODS, UnknownHost, names_tenant, refuse_foreign_requests

View = TypeVar("View", bound=Callable[..., Any])

FRESH = timedelta(minutes=15)  # since the last sign-in, for acts that cannot be undone

CSRF_COOKIE, A_YEAR = "csrftoken", 365 * 24 * 3600  # seconds

csrf = CSRFProtect()


class Guard(NamedTuple):
    permission: Permission
    fresh: bool
    largest_body: int | None  # bytes; the application's limit if there is none
    personal: bool  # about the person alone: also where no tenant is named


def needs(
    permission: Permission,
    *,
    fresh: bool = False,
    largest_body: int | None = None,
    personal: bool = False,
) -> Callable[[View], View]:
    """Open a view to members with a permission.

    `fresh` asks for the password again if that was long ago, and keeps what a form held meanwhile
    (`held_form`); `largest_body` is for uploads, in bytes; `personal` opens it to everybody who is
    signed in where no tenant is named.
    """

    def mark(view: View) -> View:
        view.guard = Guard(permission, fresh, largest_body, personal)  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    """Open a view to everybody: it must check a secret link by itself."""
    view.guard = None  # type: ignore[attr-defined]
    return view


def admit() -> Response | None:
    """Before every view of the back office: who is it, and may they?"""
    refuse_foreign_requests()
    choose_language()
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, "guard"):
        abort(403)
    guard: Guard | None = view.guard
    return guard and (_admit_member(guard) or (_ask_again() if guard.fresh else None))


def choose_language() -> None:
    """The person's language, else the browser's, of those that the back office speaks."""
    person = current_person()
    header = request.headers.get("Accept-Language", "")
    wanted = (person and person.language) or request.cookies.get(LANGUAGE_COOKIE)
    g.language = choose(wanted, header, LANGUAGES, SOURCE)


def _admit_member(guard: Guard) -> Response | None:
    person = current_person()
    if person is None:
        return redirect(url_for_security("login", next=_here()), 303)
    if names_tenant():
        _admit_role(guard.permission)
    elif not guard.personal:
        abort(404)
    if guard.largest_body:
        request.max_content_length = request.max_form_memory_size = guard.largest_body
    if request.method not in SAFE_METHODS:
        csrf.protect()
    act_as(person.email)
    return None


def _admit_role(permission: Permission) -> None:
    if current_role() is None:
        raise NotAMember
    if not may(permission):
        abort(403)


def _ask_again() -> Response | None:
    if check_and_update_authn_fresh(FRESH, timedelta(0), "session"):
        return None
    hold_form()
    return redirect(url_for_security("verify", next=_here()), 303)


def _here() -> str:
    """Where to go on after signing in: this page, or the one that holds the form."""
    if request.method == "GET":
        return request.script_root + request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    is_page = adapter and adapter.test(method="GET")
    return request.script_root + request.path if is_page else _screen()


def _screen() -> str:
    """Views are named after their screen: `backoffice.members_resend` belongs to `members`."""
    name = (request.endpoint or "").rpartition("_")[0]
    while name and name not in current_app.view_functions:
        name = name.rpartition("_")[0]
    return url_for(name or "backoffice.home")


def show_csrf_token(response: Response) -> Response:
    """Keep the `csrftoken` cookie beside the session, for scripts that send forms.

    Not with an answer that says that something broke: who it is may be what could not be asked.
    """
    broke = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
    with suppress(UnknownHost):  # a path may name a tenant that there is not
        if not broke and current_person() and _csrf_token_is_new():
            response.set_cookie(
                CSRF_COOKIE, generate_csrf(), A_YEAR, secure=request.is_secure, samesite="Lax"
            )
    return response


def _csrf_token_is_new() -> bool:
    """Whether none of the cookies of the name holds it; a neighbouring hostname may plant some."""
    return not any(map(_is_csrf_token, request.cookies.getlist(CSRF_COOKIE)))


def _is_csrf_token(value: str) -> bool:
    try:
        validate_csrf(value)
    except ValidationError:
        return False
    return True
