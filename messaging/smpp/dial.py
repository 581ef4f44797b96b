"""Waiting that another thread can end, and opening a TCP connection under it."""

import errno
import os
import selectors
import socket
from collections.abc import Callable

from messaging.smpp.link import LinkClosed


class Waker:
    """Lets any thread interrupt a selector that watches ``socket``. Many pokes before a drain cost one byte."""

    def __init__(self):
        self.socket, self._in = socket.socketpair()
        self.socket.setblocking(False)
        self._in.setblocking(False)
        self._poked = False

    def poke(self) -> None:
        if self._poked:
            return
        self._poked = True
        try:
            self._in.send(b"\0")
        except OSError:
            return  # full: it wakes anyway; closed: there is nobody to wake

    def drain(self) -> None:
        """Whoever drains looks at all the queues afterwards: a poke just before the flag falls is not lost so."""
        self.socket.recv(4096)
        self._poked = False

    def sleep(self, seconds: float, stopping: Callable[[], bool], clock: Callable[[], float]) -> None:
        deadline = clock() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            while not stopping() and (remaining := deadline - clock()) > 0:
                if selector.select(remaining):
                    self.drain()

    def close(self) -> None:
        self._in.close()
        self.socket.close()


def dial(
    host: str, port: int, *, timeout: float, waker: Waker, stopping: Callable[[], bool], clock: Callable[[], float]
) -> socket.socket:
    """A connected, non-blocking socket to the first address that answers; ``timeout`` seconds for each.

    Raises `LinkClosed` when none does, or when ``stopping()`` turns true (poke the waker to make it look).
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise LinkClosed(f"the host name {host} is not known: {error.strerror or error}") from None
    problem = LinkClosed(f"the host name {host} has no address")
    for family, kind, protocol, _name, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            _await_connection(sock, address, clock() + timeout, waker, stopping, clock)
        except LinkClosed as error:
            sock.close()
            problem = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise problem


def _await_connection(sock, address, deadline, waker, stopping, clock):
    code = sock.connect_ex(address)
    if code not in (0, errno.EINPROGRESS):
        raise LinkClosed(f"cannot connect to {address[0]}:{address[1]}: {os.strerror(code)}")
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        selector.register(waker.socket, selectors.EVENT_READ)
        while not stopping():
            remaining = deadline - clock()
            if remaining <= 0:
                raise LinkClosed(f"{address[0]}:{address[1]} does not answer")
            for key, _events in selector.select(remaining):
                if key.fileobj is not sock:
                    waker.drain()
                    continue
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    raise LinkClosed(f"cannot connect to {address[0]}:{address[1]}: {os.strerror(code)}")
                return
    raise LinkClosed("stopped before the connection was made")
