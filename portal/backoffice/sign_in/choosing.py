"""Choosing a password anew: the link that is asked for by mail, and where it leads."""

import secrets
from typing import cast

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import format_timedelta
from flask_security import ResetPasswordForm
from flask_security.decorators import unauth_csrf
from flask_security.forms import _build_form_from_request
from flask_security.recoverable import update_password
from werkzeug.wrappers import Response

from portal.backoffice.admission import may_follow_link, may_get_link
from portal.backoffice.current import current_person
from portal.backoffice.mailed_addresses import mailed_address
from portal.backoffice.sessions import session_audience
from portal.backoffice.sign_in.forms import ForgottenForm
from portal.backoffice.sign_in.wording import MESSAGES, SUBJECTS
from portal.backoffice.words import gettext
from portal.people import mail
from portal.people.accounts import find_person
from portal.people.models import Person
from portal.people.proving import prove
from portal.people.reset_links import LIFE, Followed, follow, reset_token
from portal.settings import Settings
from portal.tenants.current import current_site, on_backoffice_host


@unauth_csrf()
def forgot_password() -> str:
    form = cast(ForgottenForm, _build_form_from_request("forgot_password_form"))
    person = current_person()
    if form.validate_on_submit():
        _answer(form.email.data or "")
    elif person and request.method == "GET":
        form.email.data = person.email
    return render_template("backoffice/sign_in/forgotten.html", forgot_password_form=form)


def _answer(email: str) -> None:
    """The same words and work whoever it is; a letter only to those who may get one here."""
    person = find_person(email) or _stranger(email)
    letter = _letter(person)
    is_sent = may_get_link(person, session) and person.is_active
    mail.send_aside(_settings(), person.email if is_sent else None, *letter)
    _tell("PASSWORD_RESET_REQUEST", email=email)


def _stranger(email: str) -> Person:
    """Nobody, in whose name all is done that is done for somebody."""
    return Person(id=0, email=email, fs_uniquifier=secrets.token_hex(32), operator=False)


def _letter(person: Person) -> tuple[str, str]:
    """Its subject and text.

    The portal vouches for who follows the link if none but their mail server and it see the link.
    """
    settings, subject = _settings(), SUBJECTS["PASSWORD_RESET"]
    vouched = bool(settings.smtp_url and settings.backoffice_host)
    token = reset_token(person.fs_uniquifier, session_audience(), vouched=vouched)
    text = render_template(
        "backoffice/mail/reset.txt",
        user=person,
        reset_link=mailed_address("security.reset_password", token=token),
        within=format_timedelta(LIFE, granularity="hour", threshold=2),
    )
    return gettext(subject), text


@unauth_csrf()
def reset_password(token: str) -> str | Response:
    followed = follow(token, session_audience())
    if followed is None or not may_follow_link(followed.person):
        _tell("INVALID_RESET_PASSWORD_TOKEN")
        return redirect(url_for("security.forgot_password"))
    form = cast(ResetPasswordForm, _build_form_from_request("reset_password_form"))
    form.user = followed.person
    if form.validate_on_submit():
        _prove(followed)
        update_password(followed.person, form.password.data)  # type: ignore[no-untyped-call]
        _tell("PASSWORD_RESET_NO_LOGIN")
        return redirect(url_for("security.login"))
    return render_template(
        "backoffice/sign_in/reset.html", reset_password_form=form, reset_password_token=token
    )


def _prove(followed: Followed) -> None:
    """By whom the link was vouched for: without the portal's word its tenant's counts.

    On the hostname of all back offices a link is no tenant's, whatever its path names.
    """
    if followed.vouched:
        prove(followed.person, None)
    elif not on_backoffice_host(request):
        prove(followed.person, current_site().tenant_id)


def _tell(name: str, **values: object) -> None:
    text, kind = MESSAGES[name]
    flash(gettext(text, **values), kind)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["portal.settings"]
    return settings
