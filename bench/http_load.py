"""Many requests over kept connections, as cheaply as Python can: ``bench/http_load.py PORT CONNECTIONS COUNT FILE``.

``FILE`` is one whole HTTP/1.1 request; each ``989120000000`` in it becomes a number of the request's own, so that no
recipient comes twice. Prints JSON: seconds, and the latency's median and 99th percentile in milliseconds. Any answer
but 201 ends it with that answer.
"""

import json
import selectors
import socket
import sys
import time
from itertools import count
from pathlib import Path

PLACEHOLDER = b"989120000000"


class Connection:
    """One kept connection with one request under way at a time."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.began = 0.0

    def ask(self, request: bytes) -> None:
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bytes | None:
        """The whole answer once it is there."""
        octets = self.socket.recv(1 << 20)
        if not octets:
            raise SystemExit("the server closed the connection")
        self.received += octets
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        answer, self.received = self.received, b""
        return answer


def main(port: int, connections: int, total: int, file: str) -> dict:
    pieces = Path(file).read_bytes().split(PLACEHOLDER)
    numbers = count(989_120_000_000)
    requests = (b"".join(_filled(pieces, numbers)) for _ in range(total))
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    latencies: list[float] = []
    began = time.perf_counter()
    for key in list(selector.get_map().values()):
        if request := next(requests, None):
            key.data.ask(request)
    while len(latencies) < total:
        for key, _event in selector.select(30):
            answer = key.data.read()
            if answer is None:
                continue
            if not answer.startswith(b"HTTP/1.1 201"):
                raise SystemExit(answer.decode())
            latencies.append(time.perf_counter() - key.data.began)
            if request := next(requests, None):
                key.data.ask(request)
    latencies.sort()
    return {
        "seconds": time.perf_counter() - began,
        "median_ms": 1000 * latencies[total // 2],
        "p99_ms": 1000 * latencies[total * 99 // 100],
    }


def _filled(pieces: list[bytes], numbers):
    yield pieces[0]
    for piece in pieces[1:]:
        yield str(next(numbers)).encode()
        yield piece


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:4]), sys.argv[4])))
