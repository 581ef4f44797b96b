"""The way between a bind and its operator, with every fault that a network has: a TCP relay that a test steers."""

import socket
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager, suppress

from messaging.smpp.pdu import Command, Framer, read_message_body

PIECE = 65_536


class Wire:
    """Listens on ``port`` and relays to ``target``. ``submitted`` counts every submit_sm that went over it by its
    recipient, whatever became of it: nobody may be there twice, even if the operator was killed and has forgotten.

    ``is_dead``: the peer has vanished, nothing comes or goes and nobody closes. ``octet_by_octet``: what the operator
    says arrives in single bytes. ``junk``: each new connection gets the next of these octets after its bind and ends.
    """

    def __init__(self, target: int):
        self.target = target
        self.submitted: Counter[str] = Counter()
        self.connections = 0
        self.is_dead = False
        self.octet_by_octet = False
        self.junk: deque[bytes] = deque()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._ends = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="wire", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Every connection ends at once."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    def close(self) -> None:
        self._ends = True
        _close(self._listener)
        self.cut()
        self._thread.join(10)

    def _accept(self) -> None:
        while not self._ends:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            try:
                theirs = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                _close(ours)
                continue
            theirs.settimeout(None)
            for sock in (ours, theirs):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((ours, theirs))
                self.connections += 1
            for pump in (self._up, self._down):
                threading.Thread(target=pump, args=(ours, theirs), daemon=True).start()

    def _up(self, ours: socket.socket, theirs: socket.socket) -> None:
        framer = Framer()
        with suppress(OSError):
            while data := ours.recv(PIECE):
                if self.is_dead:
                    continue
                for command, _, _, body in framer.feed(data):
                    if command == Command.SUBMIT_SM:
                        self.submitted[read_message_body(body).destination] += 1
                theirs.sendall(data)
        self._end(ours, theirs)

    def _down(self, ours: socket.socket, theirs: socket.socket) -> None:
        is_first = True
        with suppress(OSError):
            while data := theirs.recv(PIECE):
                if self.is_dead:
                    continue
                for piece in [data[n : n + 1] for n in range(len(data))] if self.octet_by_octet else [data]:
                    ours.sendall(piece)
                if is_first and self.junk:
                    ours.sendall(self.junk.popleft())
                    time.sleep(0.01)  # so that it is read, and not swept away with the end
                    break
                is_first = False
        self._end(ours, theirs)

    def _end(self, *pair: socket.socket) -> None:
        if self.is_dead:
            return
        with self._lock:
            if pair in self._pairs:
                self._pairs.remove(pair)
        _close(*pair)


def _close(*sockets: socket.socket) -> None:
    for sock in sockets:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()


@contextmanager
def wire(target: int):
    relay = Wire(target)
    try:
        yield relay
    finally:
        relay.close()
