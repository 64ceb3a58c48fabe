"""What a person keeps about themselves: name and language; how they sign in."""

from flask import redirect, render_template, request, url_for
from flask_security import logout_user
from werkzeug.wrappers import Response

from portal.backoffice.current import current_person
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.messages import tell
from portal.backoffice.words import LANGUAGES, gettext
from portal.database import writing
from portal.languages import language
from portal.people.accounts import sign_out_everywhere
from portal.people.models import Person
from portal.people.roles import Permission

LONGEST_NAME = 200


@bp.get("/account/")
@needs(Permission.READ, personal=True)
def account() -> str:
    person = _me()
    return render_template(
        "backoffice/account/account.html",
        values=person,
        languages=[(tag, language(tag).name) for tag in LANGUAGES],
        passkeys=person.webauthn,
        left=len(person.mf_recovery_codes or []),
    )


@bp.post("/account/")
@needs(Permission.READ, personal=True)
def account_save() -> Response:
    wanted = request.form.get("language", "")
    with writing():
        person = _me()
        person.name = request.form.get("name", "").strip()[:LONGEST_NAME]
        person.language = wanted if wanted in LANGUAGES else ""
    tell(gettext("Saved."))
    return redirect(url_for("backoffice.account"), 303)


@bp.post("/account/sign-out-everywhere/")
@needs(Permission.READ, personal=True)
def account_sign_out_everywhere() -> Response:
    with writing():
        sign_out_everywhere(_me())
    logout_user()
    tell(gettext("You are signed out everywhere."))
    return redirect(url_for("security.login"), 303)


def _me() -> Person:
    person = current_person()
    assert person is not None  # noqa: S101  the guard saw to it
    return person
