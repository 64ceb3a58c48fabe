"""Signing in, by Flask-Security: everything of it lives under /backoffice and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, session
from flask_security import Security, user_authenticated

from portal.backoffice.door import bp as backoffice
from portal.backoffice.guard import csrf
from portal.backoffice.sessions import BackofficeSessions
from portal.backoffice.sign_in.addresses import SECURITY, blueprint
from portal.backoffice.sign_in.configuration import configuration
from portal.backoffice.sign_in.forms import (
    LostAppForm,
    PasskeyForm,
    PasskeySignInForm,
    SignInForm,
)
from portal.backoffice.sign_in.mailing import Mailer
from portal.backoffice.sign_in.passkeys import Passkeys
from portal.backoffice.sign_in.second_factor import HashedCodes, OneTimeCodes
from portal.backoffice.sign_in.wording import Words
from portal.people.accounts import store
from portal.settings import Settings


def init_app(app: Flask, settings: Settings) -> None:
    app.secret_key = settings.signing_secret()
    app.config.update(configuration(app.secret_key))
    app.session_interface = BackofficeSessions()
    with _confined(app):
        csrf.init_app(app)
        _set_up(app)
        app.register_blueprint(blueprint(app, settings))
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
