"""What can go wrong, in words for people and for programs: one table for every door."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from portal.catalogues import VISITOR, marked
from portal.consent import carrying, deciding, recording
from portal.limits import TooMany
from portal.tenants.current import UnknownHost


class BadBody(ValueError):
    """A JSON body that is not of the declared shape; `errors` are pairs of pointer and detail."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("the body is not of the declared shape")
        self.errors = errors


class BadQuery(BadBody):
    """The same of the part of an address after `?`; a pointer names a parameter."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`title` and `detail % values` are texts of the catalogue `domain`."""

    status: int
    code: str
    title: str
    detail: str
    errors: list[tuple[str, str]] = field(default_factory=list)
    retry_after: int | None = None  # seconds
    challenge: str = ""  # what a client has to prove (RFC 9110 section 11.6.1)
    domain: str = VISITOR
    values: Mapping[str, object] = field(default_factory=dict)


NOT_FOUND = Problem(
    404,
    "not_found",
    marked("Page not found"),
    marked("There is nothing at this address. It may have been mistyped or moved."),
)
UNAVAILABLE = Problem(
    503,
    "unavailable",
    marked("Not available for the moment"),
    marked("Nothing was stored. Please try again in a moment."),
    retry_after=5,
)
BROKEN = Problem(
    500,
    "internal_error",
    marked("Something went wrong"),
    marked("The fault is on our side. Please try again later."),
)
REFUSED = marked("This choice cannot be saved")

BY_STATUS = {
    400: Problem(
        400,
        "bad_request",
        marked("Request not understood"),
        marked("The request is not well formed."),
    ),
    403: Problem(
        403,
        "forbidden",
        marked("Request refused"),
        marked("The request came from another website, so nothing was done."),
    ),
    404: NOT_FOUND,
    405: Problem(
        405,
        "method_not_allowed",
        marked("Request not understood"),
        marked("This address does not take requests of this kind."),
    ),
    413: Problem(
        413,
        "too_large",
        marked("Request too large"),
        marked("The request holds more data than this address takes."),
    ),
    415: Problem(
        415,
        "unsupported_media_type",
        marked("Request not understood"),
        marked("This address takes JSON: send `Content-Type: application/json`."),
    ),
    429: Problem(
        429,
        "too_many_requests",
        marked("Too many requests"),
        marked("Please wait a moment, then try again."),
        retry_after=60,
    ),
    503: UNAVAILABLE,
}

BY_ERROR: dict[type[Exception], Problem] = {
    UnknownHost: NOT_FOUND,
    recording.LogUnavailable: UNAVAILABLE,
    SQLAlchemyError: UNAVAILABLE,
    TimeoutError: UNAVAILABLE,
    carrying.SealBroken: Problem(
        410,
        "seal_broken",
        REFUSED,
        marked("The link that should carry your decision over has expired."),
    ),
    recording.KeyReused: Problem(
        409,
        "idempotency_key_reused",
        REFUSED,
        marked("This idempotency key was used for another decision."),
    ),
    deciding.UnknownDecision: Problem(
        422,
        "unknown_decision",
        REFUSED,
        marked("The decision is none of accept_all, reject_all, save and withdraw."),
    ),
    deciding.UnknownSurface: Problem(
        422,
        "unknown_surface",
        REFUSED,
        marked("The surface is none of banner, preference_centre, placeholder, api and form."),
    ),
    deciding.UnknownCategory: Problem(
        422,
        "unknown_category",
        REFUSED,
        marked("A category is not part of the cookie policy that was shown."),
    ),
    deciding.UnknownLanguage: Problem(
        422,
        "unknown_language",
        REFUSED,
        marked("The cookie policy is not published in this language."),
    ),
    deciding.UnknownPolicyVersion: Problem(
        422,
        "unknown_policy_version",
        REFUSED,
        marked("There is no such version of the cookie policy. Please load the page again."),
    ),
    deciding.CategoriesNotExpected: Problem(
        422,
        "categories_not_expected",
        REFUSED,
        marked("Categories are named together with the decision save only."),
    ),
}

BAD_BODY = "bad_body"
CODES = sorted({one.code for one in (*BY_STATUS.values(), *BY_ERROR.values(), BROKEN)} | {BAD_BODY})


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to the one who sent the request."""
    if isinstance(error, TooMany):
        return replace(BY_STATUS[429], retry_after=error.seconds)
    if isinstance(error, BadQuery):
        return Problem(422, "bad_query", BY_STATUS[400].title, BY_STATUS[400].detail, error.errors)
    if isinstance(error, BadBody):
        detail = marked("Some members of the body are missing or wrong.")
        return Problem(422, BAD_BODY, BY_STATUS[400].title, detail, error.errors)
    for kind, problem in BY_ERROR.items():
        if isinstance(error, kind):
            return problem
    if isinstance(error, HTTPException) and error.code:
        known = BY_STATUS.get(error.code)
        return known or Problem(error.code, "bad_request", error.name, error.description or "")
    return BROKEN
