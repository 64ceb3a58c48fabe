"""What members are told when something is not allowed, not there or not right."""

from flask import render_template
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
)

from portal.backoffice.current import NotAMember, current_person
from portal.backoffice.door import bp
from portal.backoffice.words import gettext, said

WORDS: dict[type[HTTPException], tuple[str, str]] = {
    NotAMember: (
        said("You are not a member of this portal"),
        said("You are signed in as %(email)s. Ask an owner of this portal for an invitation."),
    ),
    Forbidden: (
        said("This is not yours to do"),
        said("Your role does not include it. An owner of the portal can change that."),
    ),
    NotFound: (
        said("Page not found"),
        said("There is nothing at this address. It may have been moved or removed."),
    ),
    BadRequest: (
        said("This form is too old"),
        said("Nothing was changed. Go back, load the page again and repeat what you did."),
    ),
    RequestEntityTooLarge: (
        said("Too much at once"),
        said("The request holds more data than this page takes, so nothing was changed."),
    ),
}


def explain(error: HTTPException) -> tuple[str, int]:
    title, detail = WORDS[type(error)] if type(error) in WORDS else _nearest(error)
    person = current_person()
    text = gettext(detail, email=person.email) if person else gettext(detail)
    page = render_template("backoffice/refused.html", title=gettext(title), detail=text)
    return page, error.code or Forbidden.code


def _nearest(error: HTTPException) -> tuple[str, str]:
    return next(words for kind, words in WORDS.items() if isinstance(error, kind))


for kind in (Forbidden, NotFound, BadRequest, RequestEntityTooLarge):
    bp.register_error_handler(kind, explain)
