"""The session, which lives in the back office alone: no public page opens or sets one.

A session counts where it was made and nowhere else: what it is bound to is part of its signature.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.backoffice.admission import admits
from portal.people.accounts import find_active
from portal.settings import Settings
from portal.tenants.backoffice_host import PREFIX, audience, backoffice_host
from portal.tenants.current import UnknownHost, current_site, on_backoffice_host

MOST_COOKIES = 200  # of one name that are looked at; browsers keep about 180 for a whole site


class Sent(NamedTuple):
    """A session that a browser sent, signed by us for this back office."""

    signed_at: datetime
    held: dict[str, Any]


class BackofficeSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie.

    Somebody with a neighbouring hostname may plant cookies of the same name in the browser (cookie
    tossing). Of what a browser sends, the session counts in which somebody is signed in; among
    equals the one signed last, for ours is signed anew with every answer; and among those the last
    one sent, for browsers send cookies with a longer path, and older ones, first.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not _holds_session(request):
            return None  # Flask makes one then that refuses to be written
        try:
            sent = list(self._read(app, request))
            return self.session_class(_chosen(sent))
        except UnknownHost:
            return self.session_class()

    def _read(self, app: Flask, request: Request) -> Iterator[Sent]:
        serializer = self.get_signing_serializer(app)
        longest = int(app.permanent_session_lifetime.total_seconds())
        values = request.cookies.getlist(self.get_cookie_name(app))[-MOST_COOKIES:]
        for value in filter(None, values):
            try:
                held, signed_at = serializer.loads(value, max_age=longest, return_timestamp=True)
            except BadSignature:
                continue
            yield Sent(signed_at, held)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Of the request's audience; raises UnknownHost."""
        serializer = super().get_signing_serializer(app)
        assert serializer is not None  # noqa: S101  there always is a secret
        serializer.salt = f"{self.salt}/{session_audience()}".encode()
        return serializer

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not _holds_session(request):
            return
        session.pop("fs_cc", None)  # Flask-Security's sign of a cookie that it does not set here
        if session or self.get_cookie_name(app) in request.cookies:
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def session_audience() -> str:
    """What sessions and secret links made here are bound to; raises UnknownHost."""
    settings: Settings = current_app.extensions["portal.settings"]
    return audience(settings, lambda: current_site().tenant_id)


def _chosen(sent: list[Sent]) -> dict[str, Any]:
    best_last = sorted(sent, key=lambda one: one.signed_at)
    if len(best_last) > 1:  # else whoever asks for the person finds out
        signed_in = (one for one in reversed(best_last) if _is_signed_in(one.held))
        best_last.append(next(signed_in, best_last[-1]))
    return best_last[-1].held if best_last else {}


def _is_signed_in(held: dict[str, Any]) -> bool:
    person = find_active(held.get("_user_id"))
    return person is not None and admits(person, held)


def _holds_session(asking: Request) -> bool:
    """Where the back office has a hostname of its own, a session is there and nowhere else."""
    belongs_here = on_backoffice_host(asking) or not backoffice_host()
    return belongs_here and asking.path.startswith(PREFIX)
