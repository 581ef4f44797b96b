"""Kannel 1.4 (Debian's package `kannel`) against the same operator: a peer, where it is installed.

It keeps no row of a message, charges nobody, and has its receipts in memory; each is told to an HTTP address. It has
one bind: of two, one loses receipts that come by the other before it has heard the answer.
"""

import os
import shutil
import socket
import tempfile
import threading
import time
import urllib.parse
from contextlib import suppress
from pathlib import Path

from bench.http_load import Connection
from bench.stage import free_port, wait_for_port, wait_until

RECIPIENTS = 50  # of a request, the fastest way to hand it messages
CONNECTIONS = 8
FIRST_NUMBER = 989_350_000_000

_BEARERBOX = """
group = core
admin-port = {admin}
admin-password = bench
smsbox-port = {box}
box-allow-ip = 127.0.0.1
log-level = 4
dlr-storage = internal
{store}

group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = {operator}
smsc-username = kannel
smsc-password = bench
system-type = ""
transceiver-mode = true
max-pending-submits = {window}
"""
_SMSBOX = """
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
log-level = 4

group = sendsms-user
username = bench
password = bench
concatenation = true
max-messages = 10
"""


def is_installed() -> bool:
    return all(map(_program, ("bearerbox", "smsbox")))


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/kannel")


def deliver(stage, operator: int, *, rows: int, window: int, durable: bool) -> float:
    """Seconds from the first request until it has told of the last receipt; ``durable``: with its spool on disk."""
    receipts = Receipts()
    with tempfile.TemporaryDirectory(prefix="kannel") as folder:
        ports = {"admin": free_port(), "box": free_port(), "sendsms": free_port()}
        store = f"store-type = spool\nstore-location = {folder}/spool" if durable else ""
        (Path(folder) / "spool").mkdir()
        text = (_BEARERBOX + _SMSBOX).format(**ports, operator=operator, window=window, store=store)
        (Path(folder) / "kannel.conf").write_text(text)
        boxes = []
        try:
            for box, port in (("bearerbox", ports["box"]), ("smsbox", ports["sendsms"])):
                boxes.append(stage.start_program(_program(box), "-v", "4", f"{folder}/kannel.conf"))
                wait_for_port(port)
            time.sleep(1)  # its binds
            began = time.perf_counter()
            _hand_over(ports["sendsms"], receipts.port, rows)
            wait_until(lambda: receipts.count >= rows, seconds=max(60, rows / 500))
            return time.perf_counter() - began
        finally:
            for process in reversed(boxes):
                process.kill()
                process.wait()
            receipts.close()


def _hand_over(port: int, told: int, rows: int) -> None:
    """Every message by HTTP, over `CONNECTIONS` kept connections."""
    shares = [range(start, rows, CONNECTIONS * RECIPIENTS) for start in range(0, CONNECTIONS * RECIPIENTS, RECIPIENTS)]
    threads = [threading.Thread(target=_hand_over_share, args=(port, told, share, rows)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _hand_over_share(port: int, told: int, starts: range, rows: int) -> None:
    connection = Connection(port)
    fixed = urllib.parse.urlencode(
        {
            "username": "bench", "password": "bench", "from": "30001234", "charset": "UTF-8", "coding": 2,
            "text": "جشنواره پاییزه از فردا آغاز می‌شود", "dlr-mask": 3, "dlr-url": f"http://127.0.0.1:{told}/",
        }
    )  # fmt: skip
    for start in starts:
        numbers = range(FIRST_NUMBER + start, FIRST_NUMBER + min(start + RECIPIENTS, rows))
        query = f"{fixed}&to={'+'.join(map(str, numbers))}"
        connection.ask(f"GET /cgi-bin/sendsms?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        while (answer := connection.read()) is None:
            pass
        assert answer.startswith(b"HTTP/1.1 202"), answer
    connection.socket.close()


class Receipts:
    """A web server that counts requests and answers each with nothing, as cheaply as Python can."""

    _ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._server.getsockname()[1]
        self._counts: list[list[int]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def count(self) -> int:
        return sum(count[0] for count in self._counts)

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            count = [0]
            self._counts.append(count)
            threading.Thread(target=self._answer, args=(client, count), daemon=True).start()

    def _answer(self, client: socket.socket, count: list[int]) -> None:
        with client, suppress(ConnectionError):
            left = b""
            while octets := client.recv(1 << 16):
                requests = (left + octets).split(b"\r\n\r\n")
                left = requests.pop()
                count[0] += len(requests)
                client.sendall(self._ANSWER * len(requests))
