"""One TCP connection of a session: bytes in and out, and which submits are unanswered."""

import socket
from collections import OrderedDict

from messaging.smpp.bind import Outgoing, Token
from messaging.smpp.pdu import HEADER, HEADER_LENGTH, LAST_SEQUENCE, Command, Framer, pack

READ_SIZE = 262_144
_KEPT_LATE = 10_000  # timed-out submits whose late answers are still recognised


class LinkClosed(Exception):
    """The peer closed or reset the connection; the sentence says which."""


class Link:
    """Owns a connected non-blocking socket. ``number`` tells this connection from earlier ones of the session.

    Every unanswered submit is kept with the place of its first byte in the outgoing stream; compared with the bytes
    that the socket has taken, this tells exactly what never left our buffer.
    """

    def __init__(self, sock: socket.socket, number: int):
        self.sock = sock
        self.number = number
        self.framer = Framer()
        self.out = bytearray()
        self.in_flight: dict[int, tuple[Token, int, float]] = {}  # sequence → (token, first byte, sent at)
        self._late: OrderedDict[int, Token] = OrderedDict()
        self._queued = 0  # bytes ever put into the buffer
        self._taken = 0  # bytes ever taken by the socket
        self._sequence = 0

    def read(self):
        """The whole PDUs that have arrived. Raises `LinkClosed`."""
        try:
            data = self.sock.recv(READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError as error:
            raise LinkClosed(f"the connection broke: {error.strerror or error}") from None
        if not data:
            cut = " in the middle of a PDU" if self.framer.pending else ""
            raise LinkClosed(f"the operator closed the connection{cut}")
        return self.framer.feed(data)

    def submit(self, batch: list[Outgoing], now: float) -> None:
        header = HEADER.pack
        command = int(Command.SUBMIT_SM)
        in_flight = self.in_flight
        sequence = self._sequence
        queued = self._queued
        pieces = []
        for token, body in batch:
            sequence = sequence + 1 if sequence < LAST_SEQUENCE else 1
            length = HEADER_LENGTH + len(body)
            pieces.append(header(length, command, 0, sequence))
            pieces.append(body)
            in_flight[sequence] = (token, queued, now)
            queued += length
        self._sequence = sequence
        self._queued = queued
        self.out += b"".join(pieces)

    def request(self, command: int, body: bytes = b"") -> int:
        """Queues a request of ours other than submit_sm; its sequence number."""
        self._sequence = self._sequence + 1 if self._sequence < LAST_SEQUENCE else 1
        self.put(pack(command, 0, self._sequence, body))
        return self._sequence

    def put(self, data: bytes) -> None:
        self.out += data
        self._queued += len(data)

    def flush(self) -> None:
        """Hands the socket what it takes now. Raises `LinkClosed`."""
        while self.out:
            try:
                taken = self.sock.send(self.out)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                raise LinkClosed(f"the connection broke: {error.strerror or error}") from None
            self._taken += taken
            del self.out[:taken]

    def answer(self, sequence: int):
        """``(token, sent at)`` of the submit that was answered, None when we know of none."""
        entry = self.in_flight.pop(sequence, None)
        if entry is not None:
            return entry[0], entry[2]
        if sequence in self._late:
            return self._late.pop(sequence), float("-inf")
        return None

    def overdue(self, sent_before: float) -> list[Token]:
        """Takes out the submits that were sent at ``sent_before`` or earlier and are unanswered."""
        late = []
        for sequence, (_token, start, sent_at) in self.in_flight.items():
            if sent_at > sent_before or start >= self._taken:
                break
            late.append(sequence)
        tokens = []
        for sequence in late:
            token = self.in_flight.pop(sequence)[0]
            self._late[sequence] = token
            tokens.append(token)
        while len(self._late) > _KEPT_LATE:
            self._late.popitem(last=False)
        return tokens

    def oldest_sent_at(self) -> float | None:
        """When the oldest unanswered submit was queued; None without one that has begun to leave."""
        for _token, start, sent_at in self.in_flight.values():
            return sent_at if start < self._taken else None
        return None

    def settle(self) -> tuple[list[Token], list[Token]]:
        """Empties the in-flight list into (maybe sent, provably not sent)."""
        maybe_sent, not_sent = [], []
        for token, start, _sent_at in self.in_flight.values():
            (maybe_sent if start < self._taken else not_sent).append(token)
        self.in_flight.clear()
        return maybe_sent, not_sent

    def close(self) -> None:
        self.sock.close()
