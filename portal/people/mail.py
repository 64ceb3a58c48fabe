"""Mail: sent by SMTP where a server is set, else written to the log, where an operator finds it."""

import logging
import smtplib
import ssl
from email.message import EmailMessage
from threading import Thread
from urllib.parse import unquote, urlsplit

from portal.settings import Settings

log = logging.getLogger(__name__)

TIMEOUT = 10  # seconds


class MailUnavailable(Exception):
    """The mail server did not take the message."""


def send(settings: Settings, recipient: str, subject: str, text: str) -> bool:
    """Send a plain text, or log it: whether it was sent. Raises MailUnavailable."""
    message = EmailMessage()
    message["From"], message["To"] = settings.mail_from, recipient
    message["Subject"] = " ".join(subject.split())  # a line break would begin another header
    message.set_content(text)
    if not settings.smtp_url:
        log.warning("no SMTP_URL is set, so this was not sent:\n%s", _readable(message))
        return False
    try:
        _submit(settings.smtp_url, message)
    except (OSError, smtplib.SMTPException) as reason:
        raise MailUnavailable(str(reason)) from reason
    return True


def send_aside(settings: Settings, recipient: str | None, subject: str, text: str) -> None:
    """Send without waiting: how long an answer takes must not tell who has an account.

    Nor whether there is a recipient at all.
    """
    Thread(target=_try_to_send, args=(settings, recipient, subject, text)).start()


def _try_to_send(settings: Settings, recipient: str | None, subject: str, text: str) -> None:
    if recipient is None:
        return
    try:
        send(settings, recipient, subject, text)
    except MailUnavailable:
        log.exception("mail to %s was not sent: %s", recipient, subject)


def _readable(message: EmailMessage) -> str:
    """As people read it, links in one piece."""
    headers = "\n".join(f"{name}: {message[name]}" for name in ("To", "Subject"))
    return f"{headers}\n\n{message.get_content()}"


def _submit(url: str, message: EmailMessage) -> None:
    server = urlsplit(url)
    host, port, trust = (
        server.hostname or "localhost",
        server.port or 0,
        ssl.create_default_context(),
    )
    connection: smtplib.SMTP
    if server.scheme == "smtps":
        connection = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trust)
    else:
        connection = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with connection as smtp:
        smtp.ehlo()
        if server.scheme != "smtps" and smtp.has_extn("starttls"):
            smtp.starttls(context=trust)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)
