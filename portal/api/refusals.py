"""What a token's holder may be refused, and why: words from the back office's catalogue."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from portal.catalogues import BACKOFFICE, in_words, said
from portal.consent.erasing import BadReason
from portal.cookies.refusals import Conflict, InUse, Needed, NoSuchRow, Wrong
from portal.people.tokens import ScopeMissing, UnknownToken
from portal.policy.publishing import (
    BadNote,
    CannotLeaveOut,
    DraftChanged,
    LanguagesIncomplete,
)
from portal.problems import NOT_FOUND, Problem

REALM = 'Bearer realm="consent portal"'


def _problem(status: int, code: str, title: str, detail: str, challenge: str = "") -> Problem:
    return Problem(status, code, title, detail, challenge=challenge, domain=BACKOFFICE)


NOT_ACCEPTED, CANNOT_PUBLISH = said("This cannot be saved"), said("This cannot be published")

REFUSALS: dict[type[Exception], Problem] = {
    UnknownToken: _problem(
        401,
        "unknown_token",
        said("No valid token"),
        said(
            "Send a token of this portal as Authorization: Bearer. It may be missing, cut, "
            "revoked or over."
        ),
        REALM,
    ),
    ScopeMissing: _problem(
        403,
        "scope_missing",
        said("Not this token"),
        said("The token has no scope %(scope)s. An owner of the portal can make one that has."),
    ),
    NoSuchRow: NOT_FOUND,
    Conflict: _problem(
        412,
        "changed_meanwhile",
        NOT_ACCEPTED,
        said("It is not as you saw it any more: get it again, with its ETag."),
    ),
    InUse: _problem(409, "in_use", NOT_ACCEPTED, said("Cookies still refer to it: %(names)s.")),
    Needed: _problem(
        409, "needed", NOT_ACCEPTED, said("The necessary category stays, and stays first.")
    ),
    Wrong: _problem(422, "wrong_values", NOT_ACCEPTED, said("Some values cannot stand.")),
    DraftChanged: _problem(
        409,
        "draft_changed",
        CANNOT_PUBLISH,
        said("The draft is not the one that you saw any more: get it again, with its digest."),
    ),
    LanguagesIncomplete: _problem(
        422,
        "languages_incomplete",
        CANNOT_PUBLISH,
        said("Translate what is missing or stale, or leave these languages out."),
    ),
    CannotLeaveOut: _problem(
        422,
        "cannot_leave_out",
        CANNOT_PUBLISH,
        said("Only languages other than the default one can be left out."),
    ),
    BadNote: _problem(422, "bad_note", CANNOT_PUBLISH, said("The note cannot be kept.")),
    BadReason: _problem(
        422, "bad_reason", said("Nothing was erased"), said("The reason cannot be kept.")
    ),
}
REFUSALS[StaleDataError] = REFUSALS[Conflict]


def refusal_of(error: Exception) -> Problem | None:
    """The problem that an error is to whoever holds a token; None if it is one of everybody's."""
    found = next((one for kind, one in REFUSALS.items() if isinstance(error, kind)), None)
    return found and replace(found, errors=_errors(error), **_particulars(error))


def _particulars(error: Exception) -> dict[str, Any]:
    match error:
        case ScopeMissing():
            challenge = f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
            return {"challenge": challenge, "values": {"scope": error.scope}}
        case InUse():
            return {"values": {"names": ", ".join(error.names[:10])}}
    return {}


def _errors(error: Exception) -> list[tuple[str, str]]:
    """Where it is wrong, and why."""
    match error:
        case Wrong():
            return [(f"/{one.field}", in_words(one.message, one.values)) for one in error.findings]
        case BadNote():
            return [("/note", in_words(error.message, error.values))]
        case BadReason():
            return [("/reason", in_words(error.message, error.values))]
        case LanguagesIncomplete():
            return [(f"/without/{tag}", tag) for tag in error.languages]
    return []
