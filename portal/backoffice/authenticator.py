"""The screens for the second factor: setting up an authenticator app, making recovery codes."""

from flask import current_app, redirect, render_template, request, session, url_for
from flask_security import Security
from markupsafe import Markup
from qrcode import make as qr_code
from qrcode.image.svg import SvgPathImage
from werkzeug.wrappers import Response

from portal.backoffice.current import current_person
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import WARNING, tell
from portal.backoffice.sign_in.second_factor import STEP
from portal.backoffice.words import gettext
from portal.database import writing
from portal.people.accounts import forget_second_factor, store
from portal.people.models import Person
from portal.people.roles import Permission

PENDING = "authenticator"  # in the session, encrypted, until a code proves that it arrived


@bp.get("/account/authenticator/")
@needs(Permission.READ, fresh=True, personal=True)
def account_authenticator() -> str:
    return _show_secret({})


@bp.post("/account/authenticator/")
@needs(Permission.READ, fresh=True, personal=True)
def account_authenticator_save() -> Response | str | tuple[str, int]:
    person, secret, code = _me(), session.get(PENDING), request.form.get("code", "")
    if not secret or not _security().totp_factory.verify_totp(code, secret, person, STEP):
        return _show_secret({"code": [gettext("This code is not right.")]}), 422
    with writing():
        store.tf_set(person, "authenticator", secret)
        codes = [] if person.mf_recovery_codes else _new_codes()
    session.pop(PENDING)
    if codes:
        return _show_codes(codes)
    tell(gettext("From now on, signing in asks for a code of your app."))
    return redirect(url_for("backoffice.account"), 303)


def _show_secret(errors: dict[str, list[str]]) -> str:
    factory = _security().totp_factory
    secret = session.setdefault(PENDING, factory.generate_totp_secret())
    address = factory.get_totp_uri(_me().email, secret)
    return render_template(
        "backoffice/account/authenticator.html",
        key=factory.get_totp_pretty_key(secret),
        picture=_drawn(address),
        address=address,
        errors=errors,
    )


def _drawn(address: str) -> Markup:
    """A QR code as SVG, to stand in the page: the policy for content allows no `data:` images."""
    drawing: str = qr_code(address, image_factory=SvgPathImage).to_string(encoding="unicode")
    return Markup(drawing)  # noqa: S704  made here, of our own secret


@bp.get("/account/authenticator/remove/")
@needs(Permission.READ, fresh=True, personal=True)
def account_authenticator_leave() -> str:
    return render_template("backoffice/account/authenticator_remove.html")


@bp.post("/account/authenticator/remove/")
@needs(Permission.READ, fresh=True, personal=True)
def account_authenticator_remove() -> Response:
    with writing():
        forget_second_factor(_me())
    tell(gettext("The second factor is removed."), WARNING)
    return redirect(url_for("backoffice.account"), 303)


@bp.get("/account/recovery-codes/")
@needs(Permission.READ, fresh=True, personal=True)
def account_recovery_codes() -> str:
    return _show_codes([])


@bp.post("/account/recovery-codes/")
@needs(Permission.READ, fresh=True, personal=True)
def account_recovery_codes_make() -> str:
    with writing():
        codes = _new_codes()
    return _show_codes(codes)


def _new_codes() -> list[str]:
    codes: list[str] = _security().mf_recovery_codes_util.create_recovery_codes(_me())
    return codes


def _show_codes(codes: list[str]) -> str:
    return render_template("backoffice/account/recovery_codes.html", codes=codes)


def _me() -> Person:
    person = current_person()
    assert person is not None  # noqa: S101  the guard saw to it
    return person


def _security() -> Security:
    security: Security = current_app.extensions["security"]
    return security
