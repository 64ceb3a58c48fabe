"""What the server under test serves: small answers that show what reached the application."""

from pathlib import Path
from urllib.parse import unquote

from portal.headers import Reach, ReadyResponse
from tests.waiting import wait_until

BLOCK, BLOCKS = b"x" * 1000, 30_000  # more than both kernels keep of what nobody reads
TEXT = [("Content-Type", "text/plain")]


def app(environ, start):
    answer = {"/stream": stream, "/wait": wait, "/length": length, "/fails": fails}
    body = answer.get(environ["PATH_INFO"], plain)(environ)
    start("200 OK", TEXT)
    return body


def plain(environ):
    return [b"ok"]


def length(environ):
    return [str(len(environ["wsgi.input"].read())).encode()]


def stream(environ):
    return (BLOCK for _ in range(BLOCKS))


def wait(environ):
    """Until a file is there; another tells that this has begun."""
    file = Path(unquote(environ["QUERY_STRING"]))
    file.with_suffix(".begun").touch()
    wait_until(file.exists)
    return [b"waited"]


def fails(environ):
    raise RuntimeError("as it was asked to")


def answer_at_once(environ):
    if environ["PATH_INFO"] != "/at-once":
        return None
    return ReadyResponse("200 OK", TEXT, b"at once", Reach.OWN)


app.answer_at_once = answer_at_once
