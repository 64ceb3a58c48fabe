"""Whatever clients do, others are answered, by processes with one thread each."""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.server.application import BLOCK, BLOCKS
from tests.server.running import Server, serving
from tests.waiting import comes_true, wait_until

POST = b"POST /length HTTP/1.1\r\nHost: x\r\n"
GET = b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n"
MANY = 20  # fewer than may wait for a thread
STALLS = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: x\r\nA: b",
    "a body announced": POST + b"Content-Length: 100\r\n\r\n",
    "half a body": POST + b"Content-Length: 100\r\n\r\nhalf",
    "chunks without end": POST + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "waiting to be told to go on": POST + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    "an answer that nobody reads": GET % b"/stream",
    "many requests sent ahead": (GET % b"/") * 500,
    "a body after its refusal": POST + b"Content-Length: 99999999\r\n\r\n" + b"x" * 100_000,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), PORTAL_CLIENT_TIMEOUT="3600") as started:
        yield started


@pytest.mark.parametrize("sent", STALLS.values(), ids=STALLS)
def test_others_are_answered_while_clients_stall(server, sent):
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(server.connect(4096)).sendall(sent)
        for path in ("/", "/healthz", "/readyz", "/stream"):
            assert server.ask(path)[0] == 200
        assert server.ask("/length", b"four") == (200, b"4")


def test_health_is_told_while_every_thread_works(tmp_path):
    file = tmp_path / "go"
    with serving(tmp_path, PORTAL_WORKERS="1") as server, server.connect() as client:
        client.sendall(GET % b"/wait?%b" % str(file).encode())
        wait_until(file.with_suffix(".begun").exists)
        for path in ("/healthz", "/readyz", "/metrics", "/at-once"):
            assert server.ask(path)[0] == 200
        file.touch()


def test_more_than_can_wait_for_a_thread_is_told_to_come_back(tmp_path):
    with serving(tmp_path, PORTAL_WORKERS="1") as server, ExitStack() as stack:
        file = tmp_path / "go"
        clients = [stack.enter_context(server.connect()) for _ in range(40)]
        for client in clients:
            client.sendall(GET % b"/wait?%b" % str(file).encode())
        wait_until(file.with_suffix(".begun").exists)
        wait_until(lambda: server.ask()[0] == 503)
        assert server.ask("/healthz")[0] == 200
        file.touch()
        first = [client.recv(12) for client in clients]
    assert set(first) == {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert first.count(b"HTTP/1.1 200") > 30


def test_when_there_is_no_room_the_longest_silent_gives_way(tmp_path):
    few = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300)); "
    with serving(tmp_path, PORTAL_WORKERS="1", limits=few) as server, ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(100)]
        assert server.ask() == (200, b"ok")
        assert comes_true(lambda: ended(clients[0]))
        assert not ended(clients[-1])


def was_reset(client: socket.socket) -> bool:
    return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


def ended(client: socket.socket) -> bool:
    client.settimeout(0)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_a_client_that_takes_its_time_but_takes_is_served(tmp_path):
    with serving(tmp_path, PORTAL_CLIENT_TIMEOUT="1") as server, server.connect(65536) as client:
        client.sendall(GET % b"/stream")
        length = 0
        while True:
            part = client.recv(20_000)
            length += len(part)
            if part.endswith(b"0\r\n\r\n"):
                break
    assert length > len(BLOCK) * BLOCKS


def test_a_client_that_reads_a_byte_now_and_then_is_let_go(tmp_path):
    with serving(tmp_path, PORTAL_CLIENT_TIMEOUT="1") as server, server.connect(4096) as client:
        client.sendall(GET % b"/stream")

        wait_until(lambda: client.recv(1) and was_reset(client))
        assert server.ask() == (200, b"ok")


def test_an_application_that_fails_costs_no_thread(server):
    for _ in range(5):
        assert server.ask("/fails")[0] == 500
    assert server.ask() == (200, b"ok")


def test_who_sends_no_more_still_reads_the_answer(server):
    with server.connect() as client:
        client.sendall(GET % b"/")
        client.shutdown(socket.SHUT_WR)
        assert b"".join(iter(lambda: client.recv(4096), b"")).endswith(b"ok")


def test_who_sends_no_more_still_reads_the_answers_to_all_that_was_sent_ahead(server):
    sent = (GET % b"/", GET % b"/at-once", GET % b"/", POST + b"Content-Length: 9\r\n\r\nhalf")
    with server.connect() as client:
        client.sendall(b"".join(sent))
        client.shutdown(socket.SHUT_WR)
        found = b"".join(iter(lambda: client.recv(4096), b""))
    assert found.count(b"HTTP/1.1 200 OK") == len(sent) - 1


def test_requests_sent_ahead_are_answered_in_turn(server):
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 3\r\n\r\nabc" + GET % b"/at-once" + GET % b"/")
        found = b""
        while not found.endswith(b"ok"):
            found += client.recv(4096)
    assert found.count(b"HTTP/1.1 200 OK") == 3
    assert found.index(b"\r\n\r\n3HTTP") < found.index(b"at once")


def test_a_client_that_asks_first_is_told_to_go_on(server):
    with server.connect() as client:
        client.sendall(POST + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert client.recv(4096).endswith(b"3")


def test_a_body_that_is_too_large_is_refused_before_it_comes_in_the_applications_words(server):
    asked = POST + b"Content-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"
    with server.connect() as client:
        client.sendall(asked)
        assert b"Connection: close" in client.recv(4096)
