"""One connection of a client: requests come in, answers go out, in turn.

All of it runs in the event loop, but for `_ask` and `_make_more`, which a thread runs.
"""

import fcntl
import socket
import struct
import termios
from asyncio import Protocol, Transport
from enum import IntEnum
from functools import partial
from logging import getLogger
from typing import Any

from portal.server import answers
from portal.server.answers import Answer, made, refusal, whole
from portal.server.bounds import (
    BODY_GRACE,
    HEAD_TIMEOUT,
    IDLE_TIMEOUT,
    LEAST_RATE,
    LINGER,
    PART,
    SETTLED,
)
from portal.server.environ import BadTarget, Environ, environ_of, of_connection
from portal.server.receiving import Receiver, Request
from portal.server.service import AtOnce, Service
from portal.server.streams import Stream
from portal.server.threads import Run

AT_ONCE = struct.pack("ii", 1, 0)  # of SO_LINGER: what is not sent yet is dropped
LARGE = 16 * 1024  # bytes that cost more to copy than to send apart
NONE_TAKEN = -1

log = getLogger(__name__)


class Phase(IntEnum):
    SILENT = 0  # a new connection
    IDLE = 1  # between two requests
    HEAD = 2  # a part of a head has come
    BODY = 3  # a part of a body is missing
    BUSY = 4  # the application works; the only one that is not the client's turn
    SENDING = 5  # the client has not taken its answer
    LINGERING = 6  # refused; what still comes is dropped


PATIENCE = {
    Phase.SILENT: HEAD_TIMEOUT,
    Phase.HEAD: HEAD_TIMEOUT,
    Phase.IDLE: IDLE_TIMEOUT,
    Phase.LINGERING: LINGER,
}


class Connection(Protocol):
    def __init__(self, service: Service) -> None:
        self._service, self._receiver = service, Receiver()
        self._transport: Transport
        self._common: Environ = {}
        self.phase, self.since = Phase.SILENT, service.loop.time()
        self.held = 0
        self._later = b""
        self._written, self._taken = 0, NONE_TAKEN
        self._keeps = self._is_clogged = self._is_half_closed = self._is_gone = False
        self._is_permitted = self._is_http_1_0 = False
        self._stream: Stream | None = None

    # what the event loop calls

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=PART, low=0)
        self._common = of_connection(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        )
        self._service.connections.add(self)
        self._enter(Phase.SILENT)

    def data_received(self, data: bytes) -> None:
        if self.phase is Phase.LINGERING:
            return
        if self.phase >= Phase.BUSY:
            self._later += data
            self._transport.pause_reading()
            self._weigh()
            return
        self._receiver.feed(data)
        self._go_on()

    def eof_received(self) -> bool:
        """A client that sends no more may still read its answers."""
        self._is_half_closed = True
        return Phase.BUSY <= self.phase < Phase.LINGERING

    def pause_writing(self) -> None:
        self._is_clogged = True

    def resume_writing(self) -> None:
        self._is_clogged = False
        if self.phase is Phase.SENDING:
            if self._stream:
                self._next_part(self._stream)
            else:
                self._answered()

    def connection_lost(self, _: Exception | None) -> None:
        self._is_gone = True
        self._service.connections.discard(self)
        self._service.waiting.pop(self, None)
        if self._stream and self.phase is not Phase.BUSY:
            self._stream.close()
        self._service.hold(-self.held)
        self.held = 0

    # receiving

    def _go_on(self) -> None:
        """Begin the next request, or wait for it."""
        receiver = self._receiver
        if receiver.ready:
            self._begin(receiver.ready.popleft())
        elif receiver.refusal:
            self._refuse(receiver.refusal)
        elif receiver.refusal is not None:
            self._end()
        else:
            self._wait(receiver)

    def _wait(self, receiver: Receiver) -> None:
        if self._is_half_closed:
            self._end()
            return
        phase = Phase.HEAD if receiver.in_head else self.phase
        if receiver.in_body:
            phase = Phase.BODY
            if receiver.awaits_permission and not self._is_permitted:
                self._is_permitted = True
                self._write(answers.CONTINUE)
        if phase is not self.phase:
            self._enter(phase)
        self._weigh()

    def _begin(self, request: Request) -> None:
        service = self._service
        self._keeps, self._is_http_1_0 = request.keep_alive, request.is_http_1_0
        self._is_permitted = False
        if request.method == "CONNECT":
            self._refuse(405)
            return
        try:
            environ = environ_of(request, self._common)
        except BadTarget:
            self._refuse(400)
            return
        if service.at_once and (answer := self._at_once(service.at_once, environ)):
            self._deliver(answer)
            return
        pool = service.pool_for(environ["PATH_INFO"])
        self._enter(Phase.BUSY)
        if pool.is_full or not self._weigh(len(request.body)):
            self._deliver(refusal(503))
        else:
            run = Run(pool)
            run.start(self._ask, environ, run)

    def _at_once(self, hook: AtOnce, environ: Environ) -> Answer | None:
        try:
            found = hook(environ)
            if found is None:
                return None
            headers = found.all_headers(environ)
            return whole(found.status, headers, found.body, environ["REQUEST_METHOD"])
        except Exception:  # the application may do better
            log.exception("nothing could be answered at once")
            return None

    def _weigh(self, asked: int = 0) -> bool:
        """Tell what this client makes us hold; whether there is room for it."""
        held = asked + self._receiver.held + len(self._later)
        if self._is_clogged:
            held += self._transport.get_write_buffer_size()
        if held == self.held:
            return True
        change, self.held = held - self.held, held
        return self._service.hold(change)

    # answering

    def _ask(self, environ: Environ, run: Run) -> None:
        if self._is_gone:
            return
        try:
            answer = made(self._service.app, environ)
        except BaseException:  # whatever it is, the client is told and the thread goes on
            log.exception("a request could not be answered")
            answer = refusal(500)
        self._service.post(self._deliver, answer, run)

    def _deliver(self, answer: Answer, run: Run | None = None) -> None:
        if answer.rest is not None and run is not None:
            self._stream = Stream(
                answer.rest, run, answer.head.length, chunkable=not self._is_http_1_0
            )
        if self._is_gone:
            if self._stream:
                self._stream.close()
            return
        self._keeps = self._keeps and self._may_keep(answer)
        head = answer.head.raw + self._service.date + (b"" if self._keeps else answers.CLOSE)
        stream = self._stream
        if stream and stream.is_chunked:
            head += b"Transfer-Encoding: chunked\r\n"
        self._write(head + b"\r\n", stream.framed(answer.body) if stream else answer.body)
        if stream:
            self._next_part(stream)
        else:
            self._sent()

    def _may_keep(self, answer: Answer) -> bool:
        """Whether another request may follow on this connection."""
        if self._service.is_stopping:
            return False
        if self._is_half_closed and not (self._receiver.ready or self._later):
            return False
        if answer.rest and answer.head.length is None and self._is_http_1_0:
            return False
        return self._receiver.refusal is None or bool(self._receiver.ready)

    def _write(self, head: bytes, body: bytes = b"") -> None:
        self._written += len(head) + len(body)
        if len(body) < LARGE:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))

    def _sent(self) -> None:
        if self._is_clogged:
            self._enter(Phase.SENDING)
            self._weigh()
        else:
            self._answered()

    def _answered(self) -> None:
        if not self._keeps:
            self._end()
            return
        self._enter(Phase.IDLE)
        if self._later and not self._receiver.ready:
            data, self._later = self._later, b""
            self._transport.resume_reading()
            self._receiver.feed(data)
        self._go_on()

    def _next_part(self, stream: Stream) -> None:
        """A thread makes the next when the client has taken the one before."""
        if self._is_clogged:
            self._enter(Phase.SENDING)
            self._weigh()
            return
        self._enter(Phase.BUSY)
        stream.go_on(partial(self._make_more, stream))

    def _make_more(self, stream: Stream) -> None:
        if self._is_gone:
            stream.end()
            return
        try:
            body = stream.next()
        except BaseException:  # the client sees that the end is missing
            log.exception("an answer could not be sent to its end")
            self._service.post(self.abort)
        else:
            self._service.post(self._deliver_part, stream, body)

    def _deliver_part(self, stream: Stream, body: bytes) -> None:
        if self._is_gone:
            stream.close()
            return
        try:
            self._write(stream.framed(body))
        except answers.BadAnswer:
            log.exception("an answer could not be sent to its end")
            self.abort()
            return
        if body:
            self._next_part(stream)
        else:
            self._stream = None
            self._sent()

    # ending

    def _refuse(self, status: int) -> None:
        self._keeps = False
        if self._receiver.refusal is None:
            self._receiver.refusal = 0
        self._deliver(refusal(status))

    def _end(self) -> None:
        """Close, and let a client that still sends read its answer first."""
        if (self._receiver.refusal is None and not self._later) or self._is_half_closed:
            self._transport.close()
            self._enter(Phase.SENDING)
            return
        self._later = b""
        self._transport.resume_reading()
        self._transport.write_eof()
        self._enter(Phase.LINGERING)

    def abort(self) -> None:
        """Close at once; what the client has not taken is dropped, by the kernel too."""
        sock = self._transport.get_extra_info("socket")
        if sock and sock.fileno() >= 0:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self._transport.abort()
        self._service.waiting.pop(self, None)
        self._service.hold(-self.held)
        self.held = 0

    def let_go(self) -> None:
        """The client has had its time."""
        if self.phase in (Phase.HEAD, Phase.BODY):
            self._refuse(408)
        elif self.phase in (Phase.SILENT, Phase.IDLE) and not self._is_clogged:
            self._transport.close()
        else:
            self.abort()

    def stop(self) -> None:
        """The server stops: a connection on which nothing is on its way is closed.

        One that has just come, or been answered, may have sent a request that is not read yet.
        """
        lasts = self._service.loop.time() - self.since
        if self.phase in (Phase.SILENT, Phase.IDLE) and lasts > SETTLED:
            self._transport.close()

    def is_overdue(self, now: float) -> bool:
        lasts = now - self.since
        if self.phase is Phase.SENDING:
            return self._takes_too_little(now, lasts)
        if self.phase is Phase.BODY:
            return lasts > BODY_GRACE + self._receiver.received / LEAST_RATE
        if self.phase is Phase.IDLE and self._transport.get_write_buffer_size():
            return lasts > self._service.client_timeout
        return lasts > PATIENCE[self.phase]

    def _takes_too_little(self, now: float, lasts: float) -> bool:
        """Whether the client took less than the least rate in the last while."""
        taken = self._written - self._transport.get_write_buffer_size() - self._unacknowledged()
        if self._taken == NONE_TAKEN:
            self._taken = taken
        if lasts <= self._service.client_timeout:
            return False
        took, self._taken, self.since = taken - self._taken, taken, now
        return took < LEAST_RATE * lasts

    def _unacknowledged(self) -> int:
        """Bytes that the kernel holds for the client."""
        sock = self._transport.get_extra_info("socket")
        found = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
        return int(struct.unpack("i", found)[0])

    def _enter(self, phase: Phase) -> None:
        self.phase, self.since, self._taken = phase, self._service.loop.time(), NONE_TAKEN
        waiting = self._service.waiting
        waiting.pop(self, None)
        if phase is not Phase.BUSY and not self._is_gone:
            waiting[self] = None
