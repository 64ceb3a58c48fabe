"""What the server makes of bytes: as everybody reads them, in whatever pieces they come, or not."""

import h11
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.server import environ as environment
from portal.server.bounds import LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS, MOST_PIPELINED
from portal.server.environ import BadTarget, environ_of, of_connection
from portal.server.receiving import Receiver
from tests.server.hostility import pieces, streams

COMMON = of_connection(("192.0.2.1", 5), ("127.0.0.1", 80))
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n"

many = settings(
    max_examples=300,
    database=None,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def received(*data: bytes) -> Receiver:
    receiver = Receiver()
    for one in data:
        receiver.feed(one)
    return receiver


def told(receiver: Receiver) -> tuple[object, ...]:
    """All that can be seen of it."""
    found = [[getattr(one, name) for name in one.__slots__] for one in receiver.ready]
    waits = receiver.refusal is None and (receiver.in_head, receiver.in_body, receiver.received)
    return found, receiver.refusal, waits


def asked(data: bytes):
    """The environment of the first request."""
    return environ_of(received(data).ready[0], COMMON)


AMBIGUOUS = {
    "length and chunks": HEAD + b"Content-Length: 3\r\n" + CHUNKED[len(HEAD) :] + b"0\r\n\r\n",
    "chunks and length": CHUNKED[:-2] + b"Content-Length: 3\r\n\r\n0\r\n\r\n",
    "chunked twice": CHUNKED[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding like chunked": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding with a vertical tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "no coding": HEAD + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "the same length twice": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc",
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc",
    "a length in hexadecimal": HEAD + b"Content-Length: 0x3\r\n\r\nabc",
    "no length": HEAD + b"Content-Length:\r\n\r\nabc",
    "a length beyond all numbers": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nabc",
    "two hosts": GET + b"Host: y\r\n\r\n",
    "the same host twice": GET + b"host: x\r\n\r\n",
    "a list of hosts": b"GET / HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "a user at a host": b"GET / HTTP/1.1\r\nHost: x@y\r\n\r\n",
    "a host with a path": b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a host with a space": b"GET / HTTP/1.1\r\nHost: x y\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a bare carriage return": GET + b"A: b\rHost: y\r\n\r\n",
    "a bare line feed": GET + b"A: b\nB: c\r\n\r\n",
    "a bare line feed at the end": GET + b"\n",
    "a folded line": GET + b"A: b\r\n c\r\n\r\n",
    "a folded first line": b"GET / HTTP/1.1\r\n A: b\r\nHost: x\r\n\r\n",
    "a space before the colon": GET + b"A : b\r\n\r\n",
    "a space in a name": GET + b"A b: c\r\n\r\n",
    "no colon": GET + b"A\r\n\r\n",
    "no name": GET + b": b\r\n\r\n",
    "NUL in a value": GET + b"A: \0\r\n\r\n",
    "NUL in a name": GET + b"A\0: b\r\n\r\n",
    "NUL in the target": b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a raw byte in the target": b"GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\nHost: x\r\n\r\n",
    "HTTP/0.9 in short": b"GET /\r\n\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a body of another protocol": HEAD
    + b"Content-Length: 3\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nabc",
    "a chunk longer than told": CHUNKED + b"2\r\nabc\r\n0\r\n\r\n",
    "a chunk with a sign": CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n",
    "a chunk in 0x": CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk with a space": CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n",
    "a chunk with bare line feeds": CHUNKED + b"3\nabc\n0\n\n",
    "a bare line feed in an extension": CHUNKED + b"3;a\nabc\r\n0\r\n\r\n",
    "a bare carriage return in an extension": CHUNKED + b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "a chunk beyond all numbers": CHUNKED + b"f" * 17 + b"\r\nabc\r\n0\r\n\r\n",
    "a length after a body": CHUNKED + b"0\r\nContent-Length: 50\r\n\r\n",
}


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_could_be_read_in_two_ways_is_refused(data):
    for found in (received(data + NEXT), received(*(data[i : i + 1] for i in range(len(data))))):
        assert not found.ready
        assert found.refusal == 400


@many
@given(pieces(streams))
def test_pieces_make_the_same_requests_as_the_whole(found):
    data, cut = found
    assert told(received(*cut)) == told(received(data))


def test_no_place_to_cut_makes_a_difference():
    data = (
        CHUNKED + b"3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nA: b\r\nCookie: c\r\n\r\n"
        b"GET /a?b HTTP/1.1\r\nHost:\r\nA:\r\nB: c \r\n\r\n"
        b"\r\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabcGET"
    )
    whole = told(received(data))
    assert len(whole[0]) == 3
    for place in range(len(data)):
        assert told(received(data[:place], data[place:])) == whole


@many
@given(streams)
def test_another_parser_reads_the_same_or_refuses(data):
    """What neither refuses must not be two requests to one of them, and one to the other."""
    receiver = received(data)
    others, waits = read_by_h11(data)
    for number, ours in enumerate(receiver.ready):
        if number == len(others):
            assert not waits
            return
        headers = [(name.lower(), value) for name, value in ours.headers]
        assert (ours.method, ours.target, headers, ours.body) == others[number]
        if not ours.keep_alive:
            return
    assert len(others) == len(receiver.ready) or receiver.refusal is not None


def read_by_h11(data: bytes):
    """The requests, and whether it waits for more."""
    connection, found = h11.Connection(h11.SERVER), []
    try:
        if data:
            connection.receive_data(data)
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                found.append((request.method.decode(), request.target, [*request.headers], body))
                connection.send(h11.Response(status_code=404, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                connection.start_next_cycle()
            else:
                return found, event is h11.NEED_DATA
    except h11.ProtocolError:
        return found, False


@many
@given(st.binary(max_size=400), st.lists(st.integers(1, 9), max_size=60))
def test_a_body_is_the_same_in_any_chunks(body, sizes):
    sent, left = b"", body
    for size in sizes:
        part, left = left[:size], left[size:]
        sent += b"%x\r\n%b\r\n" % (len(part), part) if part else b""
    sent += b"%X;last\r\n%b\r\n" % (len(left), left) if left else b""
    [found] = received(CHUNKED + sent + b"0\r\n\r\n").ready
    assert found.body == body


def test_headers_after_a_body_are_dropped():
    sent = CHUNKED + b"1\r\na\r\n0\r\nX-Forwarded-For: y\r\nHost: y\r\n\r\n" + NEXT
    for found in (received(sent), received(*(sent[i : i + 1] for i in range(len(sent))))):
        names = [[name for name, _ in one.headers] for one in found.ready]
        assert names == [[b"Host", b"Transfer-Encoding"], [b"Host"]]


def test_a_header_with_an_underscore_is_left_out():
    found = asked(GET + b"X_Forwarded_Host: y\r\nContent_Length: 7\r\nX-A: b\r\n\r\n")
    assert {name for name in found if name.startswith(("HTTP_", "CONTENT_"))} == {
        "HTTP_HOST",
        "HTTP_X_A",
    }


def test_a_header_sent_twice_is_joined():
    found = asked(GET + b"Cookie: a=b\r\nA: b\r\nCookie: c=d\r\na: c \t\r\n\r\n")
    assert found["HTTP_COOKIE"] == "a=b; c=d"
    assert found["HTTP_A"] == "b,c"


def test_names_that_clients_invent_are_not_kept():
    remembered = environment._remembered_key
    for number in range(2000):
        asked(GET + b"A%d: b\r\nB%b%d: c\r\n\r\n" % (number, b"b" * 9000, number))
    assert remembered.cache_info().currsize <= environment.MOST_NAMES
    before = remembered.cache_info()
    for _ in range(2):
        asked(GET + b"A1999: b\r\nA1999b: c\r\n\r\n")
    assert (
        remembered.cache_info().hits >= before.hits + 3
    )  # those in use are remembered all the same


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%2Fb?c%2Fd", "/a/b", "c%2Fd"),
        (b"/%00%zz%", "/\0%zz%", ""),
        (b"/%e9%C3%A9?", "/\xe9\xc3\xa9", ""),
        (b"//y/z??", "//y/z", "?"),
        (b"http://x", "/", ""),
        (b"HTTP://X?q", "/", "q"),
        (b"https://x/a?b", "/a", "b"),
    ],
)
def test_a_target_is_read(target, path, query):
    found = asked(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)
    assert (found["PATH_INFO"], found["QUERY_STRING"]) == (path, query)
    assert found["HTTP_HOST"].lower() == "x"


def test_an_absolute_target_keeps_the_port_and_the_brackets_of_an_address():
    found = asked(b"GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")
    assert found["HTTP_HOST"] == "[::1]:80"
    assert asked(b"GET http://x:81/ HTTP/1.0\r\n\r\n")["HTTP_HOST"] == "x:81"


@pytest.mark.parametrize(
    "target",
    [
        *(b"*", b"http://y/", b"http://x:80/", b"http://u@x/", b"http://x@y/", b"ftp://x/"),
        *(b"http:///", b"/a#b", b"/?a#b", b"http://x/#b", b"http://x:0/"),
    ],
)
def test_a_target_that_is_none_of_ours_is_refused(target):
    with pytest.raises(BadTarget):
        asked(b"OPTIONS %b HTTP/1.1\r\nHost: x\r\n\r\n" % target)


def test_http_1_0_is_answered_once():
    [found] = received(
        b"POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabc"
    ).ready
    assert found.is_http_1_0
    assert not found.keep_alive
    assert found.body == b"abc"


def test_another_protocol_is_not_spoken():
    found = received(GET + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n" + NEXT)
    assert len(found.ready) == 1
    assert found.refusal == 0


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (b"GET /" + b"a" * 2 * LARGEST_HEAD, b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (GET + b"A: " + b"a" * 2 * LARGEST_HEAD, b"\r\n\r\n"),
        (GET + b"A" * 2 * LARGEST_HEAD, b": b\r\n\r\n"),
        (GET + b"A: b\r\n" * MOST_HEADERS, b"\r\n"),
        (GET + b"A: b\r\n" * LARGEST_HEAD, b"\r\n"),
    ],
)
def test_a_head_that_is_too_large_is_refused_in_any_pieces(data, end):
    sent = data + end
    for size in (len(sent), 300_000, 1000, 1):
        found = received(*(sent[i : i + size] for i in range(0, len(sent), size)))
        assert found.refusal == 431
        assert not found.ready


@pytest.mark.parametrize("size", [1, 1000, 200_000])
def test_a_head_that_does_not_end_is_weighed_and_then_refused(size):
    receiver, sent = Receiver(), 0
    receiver.feed(GET + b"A: ")
    while receiver.refusal is None:
        assert receiver.held >= sent
        receiver.feed(b"a" * size)
        sent += size
    assert receiver.refusal == 431
    assert sent <= LARGEST_HEAD + size


def test_a_body_in_tiny_chunks_with_long_extensions_is_refused():
    chunk = b"1;%b\r\na\r\n" % (b"x" * 1000)
    assert received(CHUNKED, *[chunk] * 100).refusal == 400


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1),
        CHUNKED + b"%x\r\n%b" % (LARGEST_BODY + 1, b"a" * (LARGEST_BODY + 1)),
    ],
)
def test_of_a_body_that_is_too_large_the_application_is_told_and_gets_nothing(data):
    found = received(data)
    [request] = found.ready
    assert environ_of(request, COMMON)["CONTENT_LENGTH"] == str(LARGEST_BODY + 1)
    assert (request.body, request.keep_alive, found.refusal) == (b"", False, 0)
    assert found.held < LARGEST_HEAD


def test_requests_sent_ahead_are_taken_up_to_a_number():
    found = received((GET + b"\r\n") * 1000)
    assert len(found.ready) == MOST_PIPELINED
    assert found.refusal == 0
