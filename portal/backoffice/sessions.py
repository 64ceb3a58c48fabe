"""The session, which lives in the back office alone: no public page opens or sets one."""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

PREFIX = "/backoffice"


class BackofficeSessions(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if not request.path.startswith(PREFIX):
            return None  # Flask makes one then that refuses to be written
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not request.path.startswith(PREFIX):
            return
        session.pop("fs_cc", None)  # Flask-Security's sign of a cookie that it does not set here
        if session or self.get_cookie_name(app) in request.cookies:
            super().save_session(app, session, response)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure
