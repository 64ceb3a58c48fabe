"""What the server sends for what an application answers: whole, and nobody else's answer in it."""

from contextlib import suppress

import pytest

from portal.server.answers import BadAnswer, made, refusal
from portal.server.bounds import PART
from portal.server.streams import Stream
from portal.server.threads import Pool, Run

TEXT = ("Content-Type", "text/plain")


def answered(parts, *headers, status="200 OK", method="GET"):
    def app(_environ, start):
        start(status, [TEXT, *headers])
        return parts

    return made(app, {"REQUEST_METHOD": method})


@pytest.mark.parametrize("end", ["\r\nX: y", "\nX: y", "\rX: y", "\r\n\r\n<script>", "\r", "\n"])
def test_no_header_ends_before_its_end(end):
    for status, header in [
        ("200 OK", ("A", "b" + end)),
        ("200 OK", ("A" + end, "b")),
        ("200 OK" + end, ("A", "b")),
    ]:
        with pytest.raises(BadAnswer):
            answered([b"ok"], header, status=status)


def test_a_header_that_cannot_be_sent_is_an_error():
    with pytest.raises(UnicodeEncodeError):
        answered([b"ok"], ("A", "\u2028"))


@pytest.mark.parametrize(
    ("status", "method"),
    [("200 OK", "HEAD"), ("204 NO CONTENT", "GET"), ("304 NOT MODIFIED", "GET")],
)
def test_an_answer_without_body_has_none(status, method):
    for parts in ([b"ok"], [b"x" * PART] * 3):
        found = answered(parts, status=status, method=method)
        assert found.body == b""
        assert found.rest is None
        assert b"Content-Length" not in found.head.raw


def test_the_answer_to_head_tells_the_length_that_the_application_tells():
    found = answered([], ("Content-Length", "5"), method="HEAD")
    assert b"\r\nContent-Length: 5\r\n" in found.head.raw


@pytest.mark.parametrize("length", ["1", "3", "-2", "+2", "two", "", "2, 2", "²"])
def test_a_length_that_is_not_the_bodys_is_an_error(length):
    with pytest.raises(BadAnswer):
        answered([b"ok"], ("Content-Length", length))


def test_a_length_told_twice_is_an_error():
    with pytest.raises(BadAnswer):
        answered([b"ok"], ("Content-Length", "2"), ("content-length", "2"))


@pytest.mark.parametrize("length", [2 * PART - 1, 2 * PART + 1])
def test_a_stream_that_is_not_as_long_as_told_is_cut_off(length):
    found = answered([b"x" * PART] * 2, ("Content-Length", str(length)))
    stream = Stream(found.rest, Run(Pool("test", 0)), found.head.length, chunkable=True)
    stream.framed(found.body)
    with pytest.raises(BadAnswer):
        all(stream.framed(stream.next()) for _ in range(3))


def test_what_the_connection_decides_the_application_does_not():
    sent = [("Transfer-Encoding", "chunked"), ("Connection", "keep-alive"), ("Date", "never")]
    raw = answered([b"ok"], *sent).head.raw.lower()
    assert raw == b"http/1.1 200 ok\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n"


def test_what_is_asked_is_closed_whatever_happens():
    class Parts(list):
        closed = False

        def close(self):
            self.closed = True

    for parts, headers in [
        (Parts([b"ok"]), []),
        (Parts([b"ok"]), [("A", "\n")]),
        (Parts([b"ok"]), [("Content-Length", "9")]),
        (Parts([b"ok", "no bytes"]), []),
    ]:
        with suppress(BadAnswer, TypeError):
            answered(parts, *headers)
        assert parts.closed


def test_an_answer_that_was_not_begun_is_an_error():
    with pytest.raises(BadAnswer):
        made(lambda _environ, _start: [b"ok"], {"REQUEST_METHOD": "GET"})


@pytest.mark.parametrize("status", [400, 405, 408, 413, 417, 431, 500, 503])
def test_a_refusal_tells_the_status_and_no_more(status):
    found = refusal(status)
    assert found.head.raw.startswith(b"HTTP/1.1 %d " % status)
    assert len(found.body) < 50
    assert (b"Retry-After" in found.head.raw) == (status == 503)
