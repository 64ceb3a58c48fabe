"""The socket that the server listens on, which all of its processes share.

It does not share the port with another program (no SO_REUSEPORT): two servers on one port would
each get some of the requests, and nobody would be told.
"""

import errno
import os
import socket

BACKLOG = 1024  # connections that the kernel keeps until a process accepts them
SEND_BUFFER = 256 * 1024  # bytes that the kernel holds for a client that does not read


class CannotListen(Exception):
    """The address and port cannot be had."""


def reserved(address: str, port: int) -> socket.socket:
    """A socket at the address that does not listen yet; raises CannotListen."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        # also while the connections of an ended server are in TIME_WAIT
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address, port))
    except OSError as reason:
        sock.close()
        raise CannotListen(_explained(reason, address, port)) from reason
    return sock


def listen(sock: socket.socket, client_timeout: int) -> None:
    """What is accepted inherits the options; raises CannotListen."""
    sock.settimeout(0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, client_timeout * 1000)
    try:
        sock.listen(BACKLOG)
    except OSError as reason:
        raise CannotListen(_explained(reason, *sock.getsockname()[:2])) from reason


def _explained(reason: OSError, address: str, port: int) -> str:
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if reason.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program: stop it, or set PORT to a free one"
    code = os.strerror(reason.errno) if reason.errno else str(reason)
    return f"cannot listen on {where} ({code}): check ADDRESS and PORT"
