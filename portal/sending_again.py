"""A form whose request could not be served, to be sent again as it was: nothing typed is lost.

It is offered only to who certainly sent it: a page of another site could otherwise have somebody
press a button on values that they never saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import current_app, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.exceptions import HTTPException
from wtforms import ValidationError

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
CSRF_FIELD, CSRF_HEADER = "csrf_token", "X-CSRFToken"
# what is not shown again: where a form asks for it, it asks for it again
WITHHELD = ("code", "credential", "csrf", "passw", "secret", "token")


@dataclass(frozen=True, slots=True)
class FormAgain:
    """Where it goes, how, and what it holds."""

    address: str
    encoding: str
    fields: list[tuple[str, str]]


def form_again() -> FormAgain | None:
    """The form of this request; None if it sent none, or one of which it is not known who did."""
    if request.method != "POST" or request.mimetype not in FORMS or not _is_ours():
        return None
    _allow_what_the_view_allows()
    try:
        fields = [*_fields(), *_token()]
    except (HTTPException, ValidationError):
        return None
    return FormAgain(_address(), request.mimetype, fields)


def _is_ours() -> bool:
    """Whether no browser says that a page of somebody else has sent it."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    own = origin is None or urlsplit(origin).netloc.lower() == request.host.lower()
    return own and site in (None, "same-origin")


def _allow_what_the_view_allows() -> None:
    """Its guard, which reads the database, may not have come to it."""
    view = current_app.view_functions.get(request.endpoint or "")
    allowed = getattr(getattr(view, "guard", None), "largest_body", None)
    if allowed:
        request.max_content_length = request.max_form_memory_size = allowed


def _fields() -> Iterator[tuple[str, str]]:
    for name, value in request.form.items(multi=True):
        if not any(word in name.lower() for word in WITHHELD):
            yield name, value


def _token() -> Iterator[tuple[str, str]]:
    """A new one in the place of a good one, which tells that a page of ours was sent.

    Raises ValidationError.
    """
    if CSRF_FIELD in request.form or CSRF_HEADER in request.headers:
        validate_csrf(request.form.get(CSRF_FIELD) or request.headers.get(CSRF_HEADER))
        yield CSRF_FIELD, generate_csrf()


def _address() -> str:
    """On this host, whatever the path begins with, and at the tenant that it names."""
    path = quote("/" + f"{request.script_root}{request.path}".lstrip("/"))
    query = request.query_string.decode("latin-1")
    return f"{path}?{query}" if query else path
