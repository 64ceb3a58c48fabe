"""Signing in, by Flask-Security: everything of it lives under /backoffice and nowhere else.

Its views are bound to addresses here, one by one, so that none is there that is not meant to be.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from flask import Blueprint, Flask, request, session
from flask_security import (
    LoginForm,
    MailUtil,
    Security,
    TwoFactorRescueForm,
    WebAuthnRegisterForm,
    WebAuthnSigninResponseForm,
    anonymous_user_required,
    recovery_codes,
    user_authenticated,
    views,
    webauthn,
)
from wtforms import HiddenField, RadioField
from wtforms.validators import AnyOf

from portal.backoffice.context import context
from portal.backoffice.door import bp as backoffice
from portal.backoffice.door import keep_private
from portal.backoffice.errors import explain_on
from portal.backoffice.guard import FRESH, choose_language, csrf
from portal.backoffice.passkeys import Passkeys
from portal.backoffice.second_factor import HashedCodes, OneTimeCodes
from portal.backoffice.sessions import PREFIX, BackofficeSessions
from portal.backoffice.sign_in_words import MESSAGES, SUBJECTS, Words
from portal.backoffice.throttling import Key, by_email, by_link, by_person, throttle
from portal.database import writing
from portal.people import mail, passwords
from portal.people.accounts import store
from portal.settings import Settings
from portal.tenants.current import SAFE_METHODS, refuse_foreign_requests

SECURITY = "security"  # the name that Flask-Security builds its own addresses with
GET, POST = "GET", "POST"


class View(NamedTuple):
    endpoint: str
    path: str
    view: Callable[..., Any]
    methods: tuple[str, ...] = (GET, POST)
    counted: Key | None = None  # attempts are, by this
    writes: bool = True


VIEWS = (
    View("login", "/sign-in/", views.login, counted=by_email, writes=False),
    View("logout", "/sign-out/", views.logout, (POST,), writes=False),
    View("verify", "/sign-in/again/", views.verify, counted=by_person, writes=False),
    View(
        "forgot_password",
        "/sign-in/password/",
        views.forgot_password,
        counted=by_email,
        writes=False,
    ),
    View("reset_password", "/sign-in/password/<token>/", views.reset_password, counted=by_link),
    View(
        "two_factor_token_validation",
        "/sign-in/code/",
        anonymous_user_required(views.two_factor_token_validation),
        counted=by_person,
    ),
    View("mf_recovery", "/sign-in/recovery-code/", recovery_codes.mf_recovery, counted=by_person),
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
    View("change_password", "/account/password/", views.change_password, counted=by_person),
    View("wan_register", "/account/passkeys/", webauthn.webauthn_register),
    View(
        "wan_register_response",
        "/account/passkeys/<token>/",
        webauthn.webauthn_register_response,
        (POST,),
    ),
    View("wan_delete", "/account/passkeys/remove/", webauthn.webauthn_delete),
)


class SignInForm(LoginForm):
    remember = None  # a cookie that lasts would be one more than the portal declares


class LostAppForm(TwoFactorRescueForm):
    help_setup = RadioField(choices=[])  # there is no help by mail: recovery codes, or an operator


class PasskeyForm(WebAuthnRegisterForm):
    usage = HiddenField(validators=[AnyOf(["first"])])


class PasskeySignInForm(WebAuthnSigninResponseForm):
    remember = HiddenField(filters=[lambda _: None])  # likewise, whatever is sent


class Mailer(MailUtil):
    """Flask-Security's letters, sent the portal's way."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._settings: Settings = app.extensions["portal.settings"]

    def send_mail(  # type: ignore[override]
        self,
        _template: str,
        subject: str,
        recipient: str,
        _sender: str,
        body: str,
        *_: Any,
        **__: Any,
    ) -> None:
        mail.send_aside(self._settings, recipient, subject, body)


def init_app(app: Flask, settings: Settings) -> None:
    app.secret_key = settings.signing_secret()
    app.config.update(_configuration(app.secret_key))
    app.session_interface = BackofficeSessions()
    with _confined(app):
        csrf.init_app(app)
        _set_up(app)
        app.register_blueprint(_blueprint(app, settings))
    user_authenticated.connect(_stay_for_two_weeks, app)


def _set_up(app: Flask) -> None:
    security = Security(
        app,
        store,
        register_blueprint=False,
        login_form=SignInForm,
        two_factor_rescue_form=LostAppForm,
        wan_register_form=PasskeyForm,
        wan_signin_response_form=PasskeySignInForm,
        mail_util_cls=Mailer,
        totp_cls=OneTimeCodes,
        webauthn_util_cls=Passkeys,
        mf_recovery_codes_util_cls=HashedCodes,
    )
    security.i18n_domain = Words(app)  # type: ignore[no-untyped-call]
    security.want_json(lambda _request: False)  # pages only: no tokens, no second way in
    security.login_manager.request_loader(lambda _request: None)


def _blueprint(app: Flask, settings: Settings) -> Blueprint:
    """Sign-in stands before the guard of members, but behind that of the house."""
    bp = Blueprint(SECURITY, __name__, url_prefix=PREFIX)
    bp.before_request(refuse_foreign_requests)
    bp.before_request(choose_language)
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


def _in_one_transaction(view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def run(**values: Any) -> Any:
        if request.method in SAFE_METHODS:
            return view(**values)
        with writing():
            return view(**values)

    return run


def _configuration(secret: str) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(weeks=2),
        "WTF_CSRF_CHECK_DEFAULT": False,  # the guard checks, once it knows who is asking
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_LOGIN_URL": "/sign-in/",
        "SECURITY_POST_LOGIN_VIEW": f"{PREFIX}/",
        "SECURITY_POST_LOGOUT_VIEW": f"{PREFIX}/",
        "SECURITY_POST_VERIFY_VIEW": f"{PREFIX}/account/",
        "SECURITY_POST_CHANGE_VIEW": f"{PREFIX}/account/",
        "SECURITY_WAN_POST_REGISTER_VIEW": f"{PREFIX}/account/",
        **_templates(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],  # salted by itself
        "SECURITY_PASSWORD_LENGTH_MIN": passwords.SHORTEST,
        "SECURITY_PASSWORD_NORMALIZE_FORM": passwords.FORM,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,  # who has an account is nobody's business
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},  # asks no name server
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": True,  # refuse_foreign_requests guards those
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds that a phone's clock may err
        "SECURITY_TOTP_SECRETS": {"1": _derived(secret, "totp")},
        "SECURITY_TOTP_ISSUER": "Consent portal",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_ALLOW_USER_HINTS": False,  # a passkey says whose it is
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=5),
        **{f"SECURITY_MSG_{key}": message for key, message in MESSAGES.items()},
        **{f"SECURITY_EMAIL_SUBJECT_{key}": subject for key, subject in SUBJECTS.items()},
    }


def _templates() -> dict[str, str]:
    sign_in, account, letters = (f"backoffice/{one}" for one in ("sign_in", "account", "mail"))
    return {
        "SECURITY_LOGIN_USER_TEMPLATE": f"{sign_in}/sign_in.html",
        "SECURITY_LOGOUT_USER_TEMPLATE": f"{sign_in}/sign_out.html",
        "SECURITY_VERIFY_TEMPLATE": f"{sign_in}/again.html",
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": f"{sign_in}/forgotten.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": f"{sign_in}/reset.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": f"{sign_in}/code.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": f"{sign_in}/recovery_code.html",
        "SECURITY_WAN_SIGNIN_TEMPLATE": f"{sign_in}/passkey.html",
        "SECURITY_WAN_VERIFY_TEMPLATE": f"{sign_in}/passkey_again.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": f"{account}/password.html",
        "SECURITY_WAN_REGISTER_TEMPLATE": f"{account}/passkeys.html",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET": f"{letters}/reset",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": f"{letters}/changed",
        "SECURITY_EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": f"{letters}/changed",
    }


def _derived(secret: str, purpose: str) -> str:
    key = hashlib.sha256(f"{purpose}:{secret}".encode()).digest()
    return base64.urlsafe_b64encode(key).decode()


@contextmanager
def _confined(app: Flask) -> Iterator[None]:
    """What extensions hook into every request is moved to the back office's own doors.

    A visitor's page would otherwise pay for sign-in that it never uses, and open a session.
    """
    hooks: tuple[Any, ...] = (
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.template_context_processors,
    )
    before = [list(one[None]) for one in hooks]
    yield
    for kind, kept in zip(hooks, before, strict=True):
        added = [one for one in kind[None] if one not in kept]
        kind[None][:] = kept
        for name in (backoffice.name, SECURITY):
            kind[name].extend(added)


def _stay_for_two_weeks(_app: Flask, **_: Any) -> None:
    session.permanent = True
