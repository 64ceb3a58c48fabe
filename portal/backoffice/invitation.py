"""Where the link of an invitation leads: a new person makes an account, others sign in and join."""

from http import HTTPStatus
from uuid import UUID

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask_security import login_user
from werkzeug.wrappers import Response

from portal.backoffice.admission import INVITED
from portal.backoffice.current import current_person, current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import csrf, open_to_all
from portal.backoffice.messages import tell
from portal.backoffice.role_words import role_words
from portal.backoffice.words import gettext, in_words
from portal.database import writing
from portal.people import members
from portal.people.accounts import add_person, find_person
from portal.people.audit import act_as
from portal.people.models import Invitation, Person
from portal.people.passwords import set_password
from portal.people.refusals import BadPassword, NoInvitation
from portal.settings import Settings

LONGEST_NAME = 200

Answer = Response | str | tuple[str, int]


@bp.get("/invitation/<uuid:number>/<secret>/")
@open_to_all
def invitation(number: UUID, secret: str) -> Answer:
    try:
        asked = members.opened(current_tenant().id, number, secret)
    except NoInvitation:
        return _over()
    if current_person() is None and find_person(asked.email):
        session[INVITED] = [str(number), secret]  # so that they can sign in to join
    return _show(asked)


@bp.post("/invitation/<uuid:number>/<secret>/")
@open_to_all
def invitation_accept(number: UUID, secret: str) -> Answer:
    if current_person():
        csrf.protect()
    try:
        with writing():
            asked = members.opened(current_tenant().id, number, secret)
            act_as(asked.email)
            person = _whoever_joins(asked)
            members.accept(asked, person)
        session.pop(INVITED, None)
    except NoInvitation:
        return _over()
    except BadPassword as reason:
        errors = {"password": [in_words(reason.message, reason.values)]}
        return _show(members.opened(current_tenant().id, number, secret), errors), 422
    if not current_person():
        login_user(person, authn_via=["password"])
    tell(gettext("Welcome. This is the back office of %(name)s.", name=current_tenant().name))
    return redirect(url_for("backoffice.home"), 303)


def _whoever_joins(asked: Invitation) -> Person:
    """The one who is signed in and was meant, or somebody new with the password of the form.

    An account that is there already is never opened by an invitation alone.
    """
    person = current_person()
    if person and _is_meant(asked, person):
        return person
    if person or find_person(asked.email):
        abort(HTTPStatus.FORBIDDEN)
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    person = add_person(asked.email, name=name, vouched_by=_who_vouches(asked))
    set_password(person, request.form.get("password", ""))
    return person


def _who_vouches(asked: Invitation) -> int | None:
    """The portal itself, if a mailed link was read by nobody but the person; else the tenant."""
    settings: Settings = current_app.extensions["portal.settings"]
    return None if asked.mailed_at and settings.backoffice_host else asked.tenant_id


def _show(asked: Invitation, errors: dict[str, list[str]] | None = None) -> str:
    person = current_person()
    return render_template(
        "backoffice/invitation/invitation.html",
        asked=asked,
        role_word=role_words()[asked.role],
        is_known=find_person(asked.email) is not None,
        is_meant=person is not None and _is_meant(asked, person),
        values={"name": request.form.get("name", "")},
        errors=errors or {},
    )


def _is_meant(asked: Invitation, person: Person) -> bool:
    return person.email.lower() == asked.email.lower()


def _over() -> tuple[str, int]:
    return render_template("backoffice/invitation/over.html"), HTTPStatus.NOT_FOUND
