"""API tokens: those that there are, making one, revoking one."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.backoffice.current import current_person, current_tenant
from portal.backoffice.door import bp
from portal.backoffice.guard import needs
from portal.backoffice.held_forms import held_form
from portal.backoffice.messages import tell
from portal.backoffice.token_words import scope_words
from portal.backoffice.words import gettext, in_words, ngettext
from portal.database import writing
from portal.people import tokens as feature
from portal.people.models import ApiToken
from portal.people.refusals import NoSuchToken, TokenError
from portal.people.roles import Permission

LIVES = (30, 90, 365)  # days, to choose from
USUAL = "90"

Page = tuple[str, int]


@bp.get("/tokens/")
@needs(Permission.MANAGE)
def tokens() -> str:
    now, every = datetime.now(UTC), feature.tokens_of(current_tenant().id)
    return render_template(
        "backoffice/tokens/list.html",
        tokens=[one for one in every if not feature.is_over(one, now)],
        over=[one for one in every if feature.is_over(one, now)],
        scopes=scope_words(),
    )


@bp.get("/tokens/new/")
@needs(Permission.MANAGE, fresh=True)
def tokens_new() -> str:
    held = held_form()
    values = {"name": held.get("name", ""), "days": held.get("days", USUAL)}
    return _form(values, held.getlist("scope"), {})


@bp.post("/tokens/new/")
@needs(Permission.MANAGE, fresh=True)
def tokens_make() -> Page:
    """The secret stands on this answer and nowhere else, so nothing leads on from here."""
    person, form = current_person(), request.form
    name, scopes, days = form.get("name", ""), form.getlist("scope"), form.get("days", "")
    by = person.email if person else ""
    try:
        with writing():
            made = feature.make(current_tenant().id, name, scopes, by, _days(days))
    except TokenError as refused:
        errors = {refused.field: [in_words(refused.message, refused.values)]}
        return _form({"name": name, "days": days}, scopes, errors), HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("backoffice/tokens/made.html", made=made), HTTPStatus.CREATED


@bp.get("/tokens/<uuid:identifier>/revoke/")
@needs(Permission.MANAGE, fresh=True)
def tokens_leave(identifier: UUID) -> str:
    return render_template("backoffice/tokens/revoke.html", token=_token(identifier))


@bp.post("/tokens/<uuid:identifier>/revoke/")
@needs(Permission.MANAGE, fresh=True)
def tokens_revoke(identifier: UUID) -> Response:
    _token(identifier)
    with writing():
        name = feature.revoke(current_tenant().id, identifier).name
    tell(gettext("“%(name)s” opens nothing any more.", name=name))
    return redirect(url_for("backoffice.tokens"), 303)


def _token(identifier: UUID) -> ApiToken:
    try:
        return feature.find_token(current_tenant().id, identifier)
    except NoSuchToken:
        abort(404)


def _days(text: str) -> int | None:
    """None for a token without an end; nought, which is refused, for what was not to choose."""
    if not text:
        return None
    return int(text) if text in map(str, LIVES) else 0


def _form(values: dict[str, Any], chosen: list[str], errors: dict[str, list[str]]) -> str:
    lives = [(str(days), ngettext("%(num)s day", "%(num)s days", days)) for days in LIVES]
    return render_template(
        "backoffice/tokens/new.html",
        values=values,
        chosen=chosen,
        errors=errors,
        scopes=scope_words(),
        lives=[*lives, ("", gettext("until it is revoked"))],
        longest_name=feature.LONGEST_NAME,
    )
