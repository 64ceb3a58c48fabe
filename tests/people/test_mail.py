"""Mail goes to the server that is set, and never ends where nobody finds it."""

import logging
import socket
from contextlib import contextmanager
from threading import Thread

import pytest

from portal.people.mail import MailUnavailable, send, send_aside
from portal.settings import Settings
from tests.waiting import wait_until

LETTER = (
    "ben@paris.example",
    "Bonjour\nBcc: eve@evil.example",
    "Un lien :\nhttps://paris.example/x",
)


@contextmanager
def mail_server(reply: str = "250 taken"):
    """A server for one letter; the lines that it was sent."""
    heard: list[str] = []

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rw", newline="\r\n") as stream:
            _converse(stream, heard, reply)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve, args=(listening,))
        thread.start()
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}", heard
        thread.join(10)


def _converse(stream, heard, reply):
    def say(line):
        stream.write(f"{line}\n")
        stream.flush()

    say("220 ready")
    in_data = False
    for line in iter(stream.readline, ""):
        heard.append(line.rstrip())
        if in_data and line.rstrip() != ".":
            continue
        in_data = line.upper().startswith("DATA")
        if line.upper().startswith("QUIT"):
            say("221 bye")
            return
        if line.upper().startswith("RCPT"):
            say(reply)
        else:
            say("354 go on" if in_data else "250 fine")


def settings(url=""):
    return Settings.read({"PORTAL_DATA": "/nonexistent", "SMTP_URL": url})


def test_a_letter_is_handed_to_the_server():
    with mail_server() as (url, heard):
        assert send(settings(url), *LETTER)
    assert "rcpt TO:<ben@paris.example>" in heard
    assert "https://paris.example/x" in heard


def test_a_line_break_in_a_subject_begins_no_other_header():
    with mail_server() as (url, heard):
        send(settings(url), *LETTER)
    assert "Subject: Bonjour Bcc: eve@evil.example" in heard


def test_a_server_that_refuses_is_an_error_with_a_name():
    with mail_server("550 nobody here") as (url, _), pytest.raises(MailUnavailable):
        send(settings(url), *LETTER)


def test_a_server_that_is_away_is_the_same_error():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(MailUnavailable):
        send(settings(f"smtp://127.0.0.1:{port}"), *LETTER)


def test_without_a_server_the_letter_is_in_the_log(caplog):
    assert not send(settings(), *LETTER)
    assert "https://paris.example/x" in caplog.text


def test_a_letter_sent_aside_that_fails_is_in_the_log(caplog):
    with mail_server("550 nobody here") as (url, _), caplog.at_level(logging.ERROR):
        send_aside(settings(url), *LETTER)
        wait_until(lambda: caplog.text)
    assert "ben@paris.example" in caplog.text
