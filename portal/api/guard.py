"""The guard of the API: nothing is open that does not say so.

Each view says which scope a token needs by `@needs(...)`, or that it is for visitors by
`@open_to_all`. A view that says nothing is refused.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import abort, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from portal.api.sites import refuse_strangers
from portal.catalogues import OF_BACKOFFICE
from portal.database import writing
from portal.languages import SOURCE, choose
from portal.limits import count_visit, limits
from portal.people import tokens
from portal.people.audit import act_as
from portal.people.models import ApiToken
from portal.people.tokens import Scope, ScopeMissing, UnknownToken
from portal.tenants.current import current_site

View = TypeVar("View", bound=Callable[..., Any])


def needs(scope: Scope) -> Callable[[View], View]:
    """Open a view to tokens with a scope."""

    def mark(view: View) -> View:
        view.scope = scope  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    """Open a view to every visitor."""
    view.scope = None  # type: ignore[attr-defined]
    return view


def admit() -> None:
    """Before every view of the API: who is it, and may they, and so often?"""
    refuse_strangers()
    count_visit(request.environ)
    view = current_app.view_functions[request.endpoint or ""]
    if not hasattr(view, "scope"):
        abort(403)
    if view.scope:
        _admit_token(view.scope)


def current_actor() -> str:
    """Whose token it is that acts, as the audit trail names it."""
    actor: str = g.actor
    return actor


def _admit_token(scope: Scope) -> None:
    g.language = choose(None, request.headers.get("Accept-Language", ""), OF_BACKOFFICE, SOURCE)
    now = datetime.now(UTC)
    token = _token(now)
    limits().count_use(token.id.hex)
    if scope not in token.scopes:
        raise ScopeMissing(scope)
    g.actor = token.actor
    if tokens.use_is_unnoted(token, now):
        _note_use(token, now)
    act_as(g.actor)


def _token(now: datetime) -> ApiToken:
    """The token that was sent; raises UnknownToken, and TooMany of those from one address.

    A good token is let in also where others from the same address were none: nobody can guess
    one, but somebody's forgotten program may share the way out of a house with everybody else.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise UnknownToken
    try:
        return tokens.opened(current_site().tenant_id, secret.strip(), now)
    except UnknownToken:
        limits().count_failure(request.remote_addr or "")
        raise


def _note_use(token: ApiToken, now: datetime) -> None:
    """As far as it can be done: a database that only reads for a while refuses nobody."""
    tenant_id, identifier = token.tenant_id, token.id
    with suppress(SQLAlchemyError, TimeoutError), writing():
        tokens.note_use(tenant_id, identifier, now)


def keep_private(response: Response) -> Response:
    """What only a token opens, nobody keeps."""
    if "actor" in g:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Language", g.language)
        response.headers.setdefault("Vary", "Accept-Language, Authorization")
    return response
