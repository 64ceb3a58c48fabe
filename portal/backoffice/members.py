"""Who works on the portal: the list of members, their roles, and those who are asked to join."""

from http import HTTPStatus
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.current import current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.held_forms import held_form
from portal.backoffice.letters import send_invitation
from portal.backoffice.messages import ERROR, tell
from portal.backoffice.role_words import role_words
from portal.backoffice.words import gettext, in_words
from portal.database import writing
from portal.people import members as feature
from portal.people.models import Membership
from portal.people.refusals import NoInvitation, NoSuchMember, Refused
from portal.people.roles import EDITOR, Permission

LARGEST_ID = 2**31  # what the databases' integers hold


@bp.get("/members/")
@needs(Permission.MANAGE)
def members() -> str:
    held = held_form()
    return _show({"email": held.get("email", ""), "role": held.get("role", EDITOR)}, {})


def _show(values: dict[str, str], errors: dict[str, list[str]]) -> str:
    tenant_id = current_tenant().id
    return render_template(
        "backoffice/members/list.html",
        members=feature.members_of(tenant_id),
        invitations=feature.invitations_of(tenant_id),
        is_over=feature.is_over,
        roles=role_words(),
        values=values,
        errors=errors,
    )


@bp.post("/members/")
@needs(Permission.MANAGE, fresh=True)
def members_invite() -> Response | tuple[str, int]:
    email, role = request.form.get("email", ""), request.form.get("role", "")
    try:
        with writing():
            invited = feature.invite(current_tenant().id, email, role)
    except Refused as reason:
        errors = {"email": [in_words(reason.message, reason.values)]}
        return _show({"email": email, "role": role}, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    send_invitation(invited)
    return _back()


@bp.post("/members/invitations/<uuid:number>/resend/")
@needs(Permission.MANAGE, fresh=True)
def members_resend(number: UUID) -> Response:
    try:
        with writing():
            invited = feature.renew(feature.invitation(current_tenant().id, number))
    except NoInvitation:
        abort(404)
    send_invitation(invited)
    return _back()


@bp.post("/members/invitations/<uuid:number>/withdraw/")
@needs(Permission.MANAGE)
def members_withdraw(number: UUID) -> Response:
    try:
        with writing():
            withdrawn = feature.withdraw(current_tenant().id, number)
    except NoInvitation:
        abort(404)
    tell(gettext("The invitation of %(email)s is withdrawn.", email=withdrawn.email))
    return _back()


@bp.get("/members/<int:person_id>/")
@needs(Permission.MANAGE)
def members_edit(person_id: int) -> str:
    found = _member(person_id)
    return render_template(
        "backoffice/members/edit.html",
        member=found,
        roles=role_words(),
        values={"role": held_form().get("role", found.role)},
    )


@bp.post("/members/<int:person_id>/")
@needs(Permission.MANAGE, fresh=True)
def members_save(person_id: int) -> Response:
    _member(person_id)
    try:
        with writing():
            feature.change_role(current_tenant().id, person_id, request.form.get("role", ""))
    except NoSuchMember:
        abort(404)
    except Refused as reason:
        tell(in_words(reason.message, reason.values), ERROR)
        return redirect(url_for("backoffice.members_edit", person_id=person_id), 303)
    tell(gettext("The role is changed."))
    return _back()


@bp.get("/members/<int:person_id>/remove/")
@needs(Permission.MANAGE, fresh=True)
def members_leave(person_id: int) -> str:
    return render_template("backoffice/members/remove.html", member=_member(person_id))


@bp.post("/members/<int:person_id>/remove/")
@needs(Permission.MANAGE, fresh=True)
def members_remove(person_id: int) -> Response:
    email = _member(person_id).person.email
    try:
        with writing():
            feature.remove(current_tenant().id, person_id)
    except NoSuchMember:
        abort(404)
    except Refused as reason:
        tell(in_words(reason.message, reason.values), ERROR)
        return _back()
    tell(gettext("%(email)s is no member any more.", email=email))
    return _back()


def _member(person_id: int) -> Membership:
    """One of this tenant's, else 404."""
    if person_id >= LARGEST_ID:
        abort(404)
    try:
        return feature.member(current_tenant().id, person_id)
    except NoSuchMember:
        abort(404)


def _back() -> Response:
    return redirect(url_for("backoffice.members"), 303)
