"""Where Flask-Security's views answer: bound one by one, so that none is there by accident."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, request
from flask_security import anonymous_user_required, recovery_codes, views, webauthn

from portal.backoffice.context import context
from portal.backoffice.door import keep_private
from portal.backoffice.elsewhere import lead_to_backoffice_host
from portal.backoffice.errors import explain_on
from portal.backoffice.guard import choose_language
from portal.backoffice.sign_in import choosing
from portal.backoffice.sign_in.throttling import (
    BY_EMAIL,
    BY_LINK,
    BY_MAIL,
    BY_PERSON,
    Counted,
    throttle,
)
from portal.database import writing
from portal.settings import Settings
from portal.tenants.backoffice_host import PREFIX
from portal.tenants.current import SAFE_METHODS, refuse_foreign_requests

SECURITY = "security"  # the name that Flask-Security builds its own addresses with
GET, POST = "GET", "POST"


class View(NamedTuple):
    endpoint: str
    path: str
    view: Callable[..., Any]
    methods: tuple[str, ...] = (GET, POST)
    counted: Counted | None = None  # attempts are, by this
    writes: bool = True


VIEWS = (
    View("login", "/sign-in/", views.login, counted=BY_EMAIL, writes=False),
    View("logout", "/sign-out/", views.logout, (POST,), writes=False),
    View("verify", "/sign-in/again/", views.verify, counted=BY_PERSON, writes=False),
    View(
        "forgot_password",
        "/sign-in/password/",
        choosing.forgot_password,
        counted=BY_MAIL,
        writes=False,
    ),
    View("reset_password", "/sign-in/password/<token>/", choosing.reset_password, counted=BY_LINK),
    View(
        "two_factor_token_validation",
        "/sign-in/code/",
        anonymous_user_required(views.two_factor_token_validation),
        counted=BY_PERSON,
    ),
    View("mf_recovery", "/sign-in/recovery-code/", recovery_codes.mf_recovery, counted=BY_PERSON),
    View("wan_signin", "/sign-in/passkey/", webauthn.webauthn_signin, writes=False),
    View(
        "wan_signin_response",
        "/sign-in/passkey/<token>/",
        webauthn.webauthn_signin_response,
        (POST,),
    ),
    View("wan_verify", "/sign-in/again/passkey/", webauthn.webauthn_verify, writes=False),
    View(
        "wan_verify_response",
        "/sign-in/again/passkey/<token>/",
        webauthn.webauthn_verify_response,
        (POST,),
    ),
    View("change_password", "/account/password/", views.change_password, counted=BY_PERSON),
    View("wan_register", "/account/passkeys/", webauthn.webauthn_register),
    View(
        "wan_register_response",
        "/account/passkeys/<token>/",
        webauthn.webauthn_register_response,
        (POST,),
    ),
    View("wan_delete", "/account/passkeys/remove/", webauthn.webauthn_delete),
)


def blueprint(app: Flask, settings: Settings) -> Blueprint:
    """Sign-in stands before the guard of members, but behind that of the house."""
    bp = Blueprint(SECURITY, __name__, url_prefix=PREFIX)
    bp.before_request(lead_to_backoffice_host)
    bp.before_request(refuse_foreign_requests)
    bp.before_request(choose_language)
    bp.before_request(refuse_unreadable_next)
    bp.after_request(keep_private)
    bp.context_processor(context)
    explain_on(bp)
    limited = throttle(app, settings)
    for one in VIEWS:
        view = _in_one_transaction(one.view) if one.writes else one.view
        if one.counted:
            view = limited(one.endpoint, view, one.counted)
        bp.add_url_rule(one.path, one.endpoint, view, methods=one.methods)
    # Flask-Security names this address, where people ask for help, but shows it in JSON only
    bp.add_url_rule("/sign-in/recovery-code/", "two_factor_rescue", build_only=True)
    return bp


def refuse_unreadable_next() -> None:
    """Flask-Security takes an address apart that may be none."""
    for address in request.values.getlist("next"):
        try:
            urlsplit(address)
        except ValueError:
            abort(HTTPStatus.BAD_REQUEST)


def _in_one_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def run(**values: Any) -> Any:
        if request.method in SAFE_METHODS:
            return view(**values)
        with writing():
            return view(**values)

    return run
