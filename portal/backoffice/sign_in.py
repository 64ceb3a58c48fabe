"""Signing in, by Flask-Security: everything of it lives under /backoffice and nowhere else."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import LoginForm, MailUtil, Security, user_authenticated

from portal.backoffice.context import context
from portal.backoffice.door import bp, keep_private
from portal.backoffice.guard import choose_language, csrf
from portal.backoffice.sessions import PREFIX, BackofficeSessions
from portal.people import mail
from portal.people.accounts import store
from portal.settings import Settings
from portal.tenants.current import refuse_foreign_requests

SECURITY = "security"  # the name of Flask-Security's own blueprint
ATTEMPTS = "10 per minute; 50 per hour"  # from one address, at each of the forms below
THROTTLED = (
    "login", "forgot_password", "reset_password", "verify", "two_factor_token_validation",
    "mf_recovery", "wan_signin_response",
)  # fmt: skip


class SignInForm(LoginForm):
    remember = None  # a cookie that lasts would be one more than the portal declares


class Mailer(MailUtil):
    """Flask-Security's letters, sent the portal's way."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._settings: Settings = app.extensions["portal.settings"]

    def send_mail(self, template: str, subject: str, recipient: str, *_: Any, **parts: Any) -> None:  # type: ignore[override]  # noqa: ARG002
        mail.send(self._settings, recipient, subject, parts["body"])


def init_app(app: Flask, settings: Settings) -> None:
    app.secret_key = settings.signing_secret()
    app.config.update(_configuration(app.secret_key))
    app.session_interface = BackofficeSessions()
    with _confined(app):
        csrf.init_app(app)
        Security(app, store, login_form=SignInForm, mail_util_cls=Mailer)
        _throttle(app, settings)
    _guard_security_views(app)
    user_authenticated.connect(_stay_for_two_weeks, app)


def _configuration(secret: str) -> dict[str, Any]:
    return {
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(weeks=2),
        "WTF_CSRF_CHECK_DEFAULT": False,  # the guard checks, once it knows who is asking
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session
        "SECURITY_URL_PREFIX": PREFIX,
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_LOGIN_URL": "/sign-in/",
        "SECURITY_LOGOUT_URL": "/sign-out/",
        "SECURITY_RESET_URL": "/password/forgotten/",
        "SECURITY_CHANGE_URL": "/password/",
        "SECURITY_VERIFY_URL": "/sign-in/again/",
        "SECURITY_POST_LOGIN_VIEW": f"{PREFIX}/",
        "SECURITY_POST_LOGOUT_VIEW": f"{PREFIX}/",
        "SECURITY_POST_CHANGE_VIEW": f"{PREFIX}/account/",
        "SECURITY_LOGIN_USER_TEMPLATE": "backoffice/sign_in/sign_in.html",
        "SECURITY_VERIFY_TEMPLATE": "backoffice/sign_in/again.html",
        "SECURITY_FORGOT_PASSWORD_TEMPLATE": "backoffice/sign_in/forgotten.html",
        "SECURITY_RESET_PASSWORD_TEMPLATE": "backoffice/sign_in/reset.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "backoffice/account/password.html",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],  # salted by itself
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,  # who has an account is nobody's business
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": True,  # refuse_foreign_requests guards those
        "SECURITY_FRESHNESS": timedelta(minutes=15),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_TOTP_SECRETS": {"1": _derived(secret, "totp")},
        "SECURITY_TOTP_ISSUER": "Consent portal",
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
        app.template_context_processors,
    )
    before = [list(one[None]) for one in hooks]
    yield
    for kind, kept in zip(hooks, before, strict=True):
        added = [one for one in kind[None] if one not in kept]
        kind[None][:] = kept
        for name in (bp.name, SECURITY):
            kind[name].extend(added)


def _throttle(app: Flask, settings: Settings) -> None:
    limiter = Limiter(get_remote_address, app=app, storage_uri=settings.limits_url)
    limit = limiter.limit(ATTEMPTS, methods=["POST"])
    for name in THROTTLED:
        view = app.view_functions.get(f"{SECURITY}.{name}")
        if view:
            app.view_functions[f"{SECURITY}.{name}"] = limit(view)  # type: ignore[assignment]


def _guard_security_views(app: Flask) -> None:
    """Sign-in stands before the guard of members, but behind that of the house."""
    app.before_request_funcs[SECURITY][:0] = [refuse_foreign_requests, choose_language]
    app.after_request_funcs[SECURITY].append(keep_private)
    app.template_context_processors[SECURITY].append(context)


def _stay_for_two_weeks(_app: Flask, **_: Any) -> None:
    session.permanent = True
