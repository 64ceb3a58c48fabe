"""Mail: sent by SMTP where a server is set, else written to the log, where an operator finds it."""

import logging
import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from portal.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 10  # seconds


class MailUnavailable(Exception):
    """The mail server did not take the message."""


def send(settings: Settings, recipient: str, subject: str, text: str) -> None:
    """Send a plain text; raises MailUnavailable."""
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, recipient
    message["Subject"] = subject
    message.set_content(text)
    if not settings.smtp_url:
        log.warning("no SMTP_URL is set, so this was not sent:\n%s", message)
        return
    try:
        _submit(settings.smtp_url, message)
    except (OSError, smtplib.SMTPException) as reason:
        raise MailUnavailable(str(reason)) from reason


def _submit(url: str, message: EmailMessage) -> None:
    server = urlsplit(url)
    secure = server.scheme == "smtps"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    with kind(server.hostname or "localhost", server.port or 0, timeout=TIMEOUT) as smtp:
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls()
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)
