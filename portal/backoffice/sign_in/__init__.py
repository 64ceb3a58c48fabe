"""Signing in, by Flask-Security: everything of it lives under /backoffice and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, g, session
from flask_security import Security, user_authenticated

from portal.backoffice.admission import INVITED
from portal.backoffice.door import bp as backoffice
from portal.backoffice.guard import csrf
from portal.backoffice.sessions import BackofficeSessions
from portal.backoffice.sign_in.addresses import SECURITY, blueprint
from portal.backoffice.sign_in.configuration import configuration
from portal.backoffice.sign_in.forms import (
    ForgottenForm,
    LostAppForm,
    PasskeyForm,
    PasskeySignInForm,
    SignInForm,
)
from portal.backoffice.sign_in.known_networks import remember_network
from portal.backoffice.sign_in.mailing import Mailer
from portal.backoffice.sign_in.passkeys import Passkeys
from portal.backoffice.sign_in.second_factor import HashedCodes, OneTimeCodes
from portal.backoffice.sign_in.store import PeopleLetIn
from portal.backoffice.sign_in.wording import Words
from portal.people.models import Person
from portal.settings import Settings

# what says who signed in, how lately, and by which invitation
SIGNED_IN = ("_user_id", "_fresh", "_id", "fs_paa", INVITED)


def init_app(app: Flask, settings: Settings) -> None:
    app.secret_key = settings.signing_secret()
    app.config.update(configuration(app.secret_key))
    app.session_interface = BackofficeSessions()
    with _confined(app):
        csrf.init_app(app)
        _set_up(app)
        app.register_blueprint(blueprint(app, settings))
    user_authenticated.connect(_begin_session, app)
    user_authenticated.connect(_remember_network, app)


def _set_up(app: Flask) -> None:
    security = Security(
        app,
        PeopleLetIn(),
        register_blueprint=False,
        login_form=SignInForm,
        forgot_password_form=ForgottenForm,
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


def _begin_session(_app: Flask, **_: Any) -> None:
    """A session of its own: whatever the browser held before may be somebody else's.

    It stays for two weeks.
    """
    kept = {name: session[name] for name in SIGNED_IN if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    g.pop("csrf_token", None)  # of the session before


def _remember_network(_app: Flask, user: Person, **_: Any) -> None:
    remember_network(user.email)
