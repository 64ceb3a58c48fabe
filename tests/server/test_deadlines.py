"""How long the server waits for a client: with a clock that the test sets, and no network."""

import pytest

from portal.server import connection as connections
from portal.server.bounds import (
    BODY_GRACE,
    HEAD_TIMEOUT,
    IDLE_TIMEOUT,
    LEAST_RATE,
    LINGER,
    MEMORY,
)
from portal.server.connection import Connection
from portal.server.service import Service
from tests.server.application import app

CLIENT_TIMEOUT = 30
GET = b"GET /at-once HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
A_LITTLE = 0.1


class Clock:
    """The event loop, as far as a connection sees it."""

    now = 1000.0

    def time(self) -> float:
        return self.now


class Wire:
    """A transport whose other end takes nothing unless it is told to."""

    takes = True

    def __init__(self) -> None:
        self.sent, self.waits, self.closed = b"", 0, ""

    def get_extra_info(self, name):
        return None if name == "socket" else ("127.0.0.1", 1)

    def write(self, data: bytes) -> None:
        self.sent += data
        self.waits += 0 if self.takes else len(data)

    def get_write_buffer_size(self) -> int:
        return self.waits

    def close(self) -> None:
        self.closed = self.closed or "closed"

    def abort(self) -> None:
        self.closed = "aborted"

    def write_eof(self) -> None:
        self.closed = self.closed or "half"

    def nothing(self, *_: object, **__: object) -> None: ...

    set_write_buffer_limits = pause_reading = resume_reading = nothing


class Client:
    def __init__(self, service: Service) -> None:
        self.service, self.wire = service, Wire()
        self.connection = Connection(service)
        self.connection.connection_made(self.wire)

    def send(self, data: bytes) -> None:
        self.connection.data_received(data)

    def after(self, seconds: float) -> tuple[str, bytes]:
        """How the connection stands after so long, and the status that was sent last."""
        self.service.loop.now += seconds
        self.service.sweep()
        last = self.wire.sent.rpartition(b"HTTP/1.1 ")[2]
        return self.wire.closed, last[:3]


@pytest.fixture
def service() -> Service:
    found = Service(app, Clock(), 0, CLIENT_TIMEOUT)
    found.sweep()
    return found


@pytest.fixture
def client(service) -> Client:
    return Client(service)


def test_who_says_nothing_is_left_without_a_word(client):
    assert client.after(HEAD_TIMEOUT) == ("", b"")
    assert client.after(A_LITTLE) == ("closed", b"")


def test_a_head_has_its_time_from_the_first_byte_however_it_comes(client):
    for byte in b"GET / HTT":
        client.send(bytes([byte]))
        assert client.after(1) == ("", b"")
    client.send(b"P")
    client.after(1)
    client.send(b"/")
    assert client.after(A_LITTLE) == ("half", b"408")
    assert b"Connection: close\r\n" in client.wire.sent


def test_empty_lines_are_no_beginning(client):
    client.after(HEAD_TIMEOUT / 2)
    client.send(b"\r\n")
    assert client.after(HEAD_TIMEOUT / 2 + A_LITTLE)[0]


def test_between_two_requests_there_is_more_time_and_the_next_head_has_its_own(client):
    client.send(GET)
    assert client.after(IDLE_TIMEOUT) == ("", b"200")
    client.send(b"GET")
    assert client.after(HEAD_TIMEOUT) == ("", b"200")
    assert client.after(A_LITTLE) == ("half", b"408")


def test_each_request_begins_the_time_anew(client):
    for _ in range(5):
        client.send(GET)
        assert client.after(IDLE_TIMEOUT - 1) == ("", b"200")
    client.send(GET + b"GET")
    client.after(HEAD_TIMEOUT - 1)
    client.send(b" /at-once HTTP/1.1\r\nHost: x\r\n\r\nGET")
    assert client.after(HEAD_TIMEOUT - 1) == ("", b"200")


def test_a_connection_without_requests_is_closed(client):
    client.send(GET)
    assert client.after(IDLE_TIMEOUT + A_LITTLE) == ("closed", b"200")


def test_the_body_that_comes_at_the_least_rate_is_waited_for(client):
    client.send(POST + b"Content-Length: 1000000\r\n\r\n")
    assert client.after(BODY_GRACE) == ("", b"")
    for _ in range(100):
        client.send(b"a" * LEAST_RATE)
        assert client.after(1) == ("", b"")
    client.send(b"a" * (LEAST_RATE // 2))
    assert client.after(1) == ("half", b"408")


@pytest.mark.parametrize("sent", [b"", b"1\r\na\r\n", b"1;aaaaaaaaaaaaaaaaaaaaa\r\na\r\n"])
def test_the_framing_of_chunks_is_no_body(client, sent):
    client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(20):
        client.send(sent * 10)
        if client.after(1) == ("half", b"408"):
            break
    assert client.wire.closed == "half"


def test_who_was_refused_is_cut_off_after_a_while_whatever_they_send(client):
    client.send(b"GET / HTTP/1.1\r\n\r\n")
    for _ in range(int(LINGER)):
        client.send(b"a" * 100_000)
        assert client.after(1) == ("half", b"400")
    assert client.after(A_LITTLE) == ("aborted", b"400")
    assert client.service.held == 0


def test_who_takes_no_answer_is_cut_off(client, monkeypatch):
    monkeypatch.setattr(Connection, "_unacknowledged", lambda _: 0)
    client.wire.takes = False
    client.connection.pause_writing()
    client.send(GET)
    assert client.after(A_LITTLE) == ("", b"200")
    assert client.after(CLIENT_TIMEOUT) == ("aborted", b"200")


def test_when_memory_is_short_those_go_that_hold_some_for_the_longest(service):
    body = POST + b"Content-Length: 4000000\r\n\r\n" + b"a" * 3_000_000
    silent, clients = Client(service), []
    while service.held < MEMORY - 3_000_000:
        clients.append(Client(service))
        clients[-1].send(body)
    held = service.held
    for _ in range(3):
        clients.append(Client(service))
        clients[-1].send(body)
    assert [one.wire.closed for one in clients[:3]] == ["aborted"] * 3
    assert not any(one.wire.closed for one in [silent, *clients[3:]])
    assert service.held == held <= MEMORY


def test_the_waiting_phases_all_end(client):
    phases = set(connections.Phase) - {
        connections.Phase.BUSY,  # the application's turn
        connections.Phase.BODY,  # these two go by the least rate
        connections.Phase.SENDING,
    }
    assert phases == set(connections.PATIENCE)
