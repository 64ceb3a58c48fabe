"""What members are told when something is not allowed, not there or not right."""

import time

from flask import Blueprint, current_app, g, make_response, render_template
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    TooManyRequests,
)
from werkzeug.wrappers import Response

from portal.backoffice.current import NotAMember, current_person
from portal.backoffice.door import bp
from portal.backoffice.guard import choose_language
from portal.backoffice.words import gettext, said
from portal.tenants.current import ForeignRequest

WORDS: dict[type[HTTPException], tuple[str, str]] = {
    NotAMember: (
        said("You are not a member of this portal"),
        said("You are signed in as %(email)s. Ask an owner of this portal for an invitation."),
    ),
    ForeignRequest: (
        said("Request refused"),
        said("The request came from another website, so nothing was done."),
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
    TooManyRequests: (
        said("Too many attempts"),
        said("Please wait a few minutes, then try again."),
    ),
}


def explain(error: HTTPException) -> Response:
    if "language" not in g:  # refused before anything else was looked at
        choose_language()
    title, detail = WORDS[type(error)] if type(error) in WORDS else _nearest(error)
    person = current_person()
    text = gettext(detail, email=person.email) if person else gettext(detail)
    page = render_template("backoffice/refused.html", title=gettext(title), detail=text)
    response: Response = make_response(page, error.code or Forbidden.code)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(_seconds_to_wait())
    return response


def _nearest(error: HTTPException) -> tuple[str, str]:
    return next(words for kind, words in WORDS.items() if isinstance(error, kind))


def _seconds_to_wait() -> int:
    """Until the counter that was full is empty again."""
    reached = current_app.extensions["portal.limiter"].current_limit
    return max(1, int(reached.reset_at - time.time()) + 1)


def explain_on(blueprint: Blueprint) -> None:
    for kind in (Forbidden, NotFound, BadRequest, RequestEntityTooLarge, TooManyRequests):
        blueprint.register_error_handler(kind, explain)


explain_on(bp)
