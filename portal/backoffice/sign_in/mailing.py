"""Flask-Security's letters."""

from typing import Any

from flask import Flask
from flask_security import MailUtil

from portal.people import mail
from portal.settings import Settings


class Mailer(MailUtil):
    """Flask-Security's letters, sent the portal's way."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._settings: Settings = app.extensions["portal.settings"]

    def send_mail(  # type: ignore[override]
        self,
        _template: str,
        subject: str,
        recipient: str,
        _sender: str,
        body: str,
        *_: Any,
        **__: Any,
    ) -> None:
        mail.send_aside(self._settings, recipient, subject, body)
