"""One connection to the simulator."""

import asyncio
import itertools
import socket
from collections import deque

from messaging.smpp.errors import Status
from messaging.smpp.pdu import (
    HEADER,
    RESPONSE,
    Command,
    Framer,
    MalformedBody,
    Tag,
    pack,
    pack_tlv,
    read_bind_body,
)
from messaging.smpp.receipts import MessageState
from messaging.smpp.simulator import receipts
from messaging.smpp.simulator.options import DELIVERED

_BINDS = {Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER}
_FAILURE_ONLY = 2
_SUCCESS_ONLY = 3
_VERSION_TLV = pack_tlv(Tag.SC_INTERFACE_VERSION, b"\x34")
_SMALL_BUFFER = 4096  # of a slow reader, so that the client feels it soon


class Connection(asyncio.Protocol):
    def __init__(self, smsc, loop):
        self.smsc = smsc
        self.loop = loop
        self.framer = Framer()
        self.bound: Command | None = None
        self.customer = ""  # the system_id that it is bound with
        self.sequences = itertools.count(1)
        self.unacknowledged: dict[int, tuple[int, bytes]] = {}  # sequence → (command, body)
        self.transport = None
        self._submits = 0
        self._unbinding = False

    # --- asyncio ----------------------------------------------------------------------------------------------------

    def connection_made(self, transport):
        self.transport = transport
        self.smsc.connections.add(self)
        self.smsc.counts["connections"] += 1
        if self.smsc.options.read_pause:
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)

    def connection_lost(self, error):
        self.smsc.connections.discard(self)
        self.bound = None
        left = list(self.unacknowledged.values())
        self.unacknowledged.clear()
        if left:
            self.smsc.deliver_first(left, self.customer)

    def data_received(self, data):
        smsc = self.smsc
        frames = self.framer.feed(data)
        if smsc.options.silent:
            return
        answers, early, usual = [], [], []
        by_chance = not smsc.options.leaves_nothing_to_chance
        submit_sm, deliver_resp = int(Command.SUBMIT_SM), int(Command.DELIVER_SM_RESP)
        freed = False
        for command, status, sequence, body in frames:
            if command == submit_sm:
                self._submit(sequence, body, by_chance, answers, early, usual)
            elif command == deliver_resp or command == Command.DATA_SM_RESP:
                freed = True
                self._acknowledged(sequence, status)
            else:
                self._other(command, sequence, body, answers)
            if self.transport.is_closing():
                # What was taken is delivered, and its receipts wait for the next connection.
                smsc.deliver(early + usual, self.customer)
                return
        if early:
            smsc.deliver(early, self.customer)
        self._answer(answers, usual)
        if freed:
            smsc.pump()
        if self.framer.fault:
            self.transport.close()
        elif smsc.options.read_pause:
            self.transport.pause_reading()
            self.loop.call_later(smsc.options.read_pause, self._read_on)

    def _read_on(self):
        if not self.transport.is_closing():
            self.transport.resume_reading()

    # --- out --------------------------------------------------------------------------------------------------------

    @property
    def receives(self):
        return (
            self.bound in (Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER)
            and not self._unbinding
            and len(self.unacknowledged) < self.smsc.options.deliver_window
        )

    def send(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(data)

    def take(self, waiting: deque) -> None:
        """Sends from ``waiting`` as much as the window has room for."""
        room = self.smsc.options.deliver_window - len(self.unacknowledged)
        pieces = []
        header = HEADER.pack
        for _ in range(min(room, len(waiting))):
            item = waiting.popleft()
            command, body = item
            sequence = next(self.sequences)
            self.unacknowledged[sequence] = item
            pieces.append(header(16 + len(body), command, 0, sequence))
            pieces.append(body)
        self.send(b"".join(pieces))

    def _answer(self, answers, usual):
        """Writes the answers, and the receipts after them, each at its time."""
        smsc = self.smsc
        options = smsc.options
        data = b"".join(answers)
        if options.latency:
            self.loop.call_later(options.latency, self.send, data)
        elif data:
            self.send(data)
        if not usual:
            return
        if options.shuffle_receipts:
            smsc.random.shuffle(usual)
        delay = options.latency + options.receipt_delay
        if delay:
            smsc.deliver_later(delay, usual, self.customer)
        else:
            smsc.deliver(usual, self.customer)

    # --- in ---------------------------------------------------------------------------------------------------------

    def _submit(self, sequence, body, by_chance, answers, early, usual):
        smsc = self.smsc
        options = smsc.options
        smsc.counts["submits"] += 1
        self._submits += 1
        try:
            source, middle, end, wanted = _places(body)
        except (ValueError, IndexError):
            answers.append(pack(Command.SUBMIT_SM_RESP, Status.ESME_RINVCMDLEN, sequence))
            return
        status = Status.ESME_ROK if self.bound else Status.ESME_RINVBNDSTS
        if self.bound is Command.BIND_RECEIVER:
            status = Status.ESME_RINVBNDSTS
        fate = DELIVERED if status else smsc.fate(body[middle + 2 : end - 1], by_chance)
        status = status or fate.status
        if status:
            smsc.counts["throttled" if status == Status.ESME_RTHROTTLED else "refused"] += 1
            answers.append(HEADER.pack(16, Command.SUBMIT_SM_RESP, status, sequence))
            return
        answer, told = smsc.accept(body)
        if options.watch:
            smsc.watch(body[middle + 2 : end - 1])
        if options.cut_after and self._submits >= options.cut_after:
            self._cut(sequence, answer, answers)
        elif fate.answered:
            answers.append(HEADER.pack(17 + len(answer), Command.SUBMIT_SM_RESP, 0, sequence) + answer + b"\0")
        else:
            smsc.counts["unanswered"] += 1
        if wanted and fate.states:
            addresses = b"\0" + body[middle:end] + body[source:middle]
            self._receipt(fate, addresses, answer, told, wanted, early, usual)

    def _receipt(self, fate, addresses, answer, told, wanted, early, usual):
        smsc = self.smsc
        options = smsc.options
        if fate.padded_id:
            told = b"0000" + told
        by_data = options.receipt_command == "data_sm"
        build = receipts.data_body if by_data else receipts.deliver_body
        command = Command.DATA_SM if by_data else Command.DELIVER_SM
        made = []
        for state in fate.states:
            if (wanted == _FAILURE_ONLY and state is MessageState.DELIVERED) or (
                wanted == _SUCCESS_ONLY and state is not MessageState.DELIVERED
            ):
                continue
            words = receipts.text(told, state, fate.error, smsc.stamp.now())
            with_tlvs = options.receipt_tlvs and not fate.padded_id
            made += [(command, build(addresses, words, answer if with_tlvs else None, state))] * fate.copies
        smsc.counts["receipts"] += len(made)
        if fate.early:
            early += made
        elif fate.late:
            smsc.deliver_later(options.latency + options.receipt_delay + options.late_seconds, made, self.customer)
        else:
            usual += made

    def _cut(self, sequence, answer, answers):
        """Ends the connection in mid-window. The submit that did it was taken: its answer is what gets lost."""
        if self.smsc.options.cut_mid_pdu:
            half = pack(Command.SUBMIT_SM_RESP, 0, sequence, answer + b"\0")
            self.send(b"".join(answers) + half[: len(half) // 2])
            self.transport.close()
        else:
            self.transport.abort()

    def _acknowledged(self, sequence, status):
        item = self.unacknowledged.pop(sequence, None)
        if item is None:
            return
        if status in (Status.ESME_RX_T_APPN, Status.ESME_RMSGQFUL, Status.ESME_RTHROTTLED):
            self.smsc.deliver_later(1.0, [item], self.customer)
            return
        self.smsc.counts["receipts_acknowledged"] += 1

    def _other(self, command, sequence, body, answers):
        if command == Command.ENQUIRE_LINK:
            self.smsc.counts["enquire_links"] += 1
            answers.append(pack(Command.ENQUIRE_LINK_RESP, 0, sequence))
        elif command in _BINDS:
            self._bind(Command(command), sequence, body)
        elif command == Command.UNBIND:
            self._unbinding = True
            self.send(b"".join(answers) + pack(Command.UNBIND_RESP, 0, sequence))
            self.transport.close()
        elif command == Command.UNBIND_RESP:
            self.transport.close()
        elif not command & RESPONSE:
            answers.append(pack(Command.GENERIC_NACK, Status.ESME_RINVCMDID, sequence))

    def _bind(self, command, sequence, body):
        try:
            fields = read_bind_body(body)
        except MalformedBody:
            status = Status.ESME_RINVCMDLEN
        else:
            status = Status.ESME_RALYBND if self.bound else self.smsc.may_bind(fields)
        name = self.smsc.options.system_id.encode() or b"simulator"
        # At once, not after the latency: what is simulated is the way of a message.
        self.send(pack(command | RESPONSE, status, sequence, b"" if status else name + b"\0" + _VERSION_TLV))
        if not status:
            self.bound = command
            self.customer = fields["system_id"]
            self.smsc.pump()


def _places(body):
    """(start of the source's TON, start of the destination's TON, its end, registered_delivery's receipt bits)."""
    source = body.index(0) + 1
    middle = body.index(0, source + 2) + 1
    end = body.index(0, middle + 2) + 1
    schedule = body.index(0, end + 3) + 1
    validity = body.index(0, schedule) + 1
    length = body[validity + 4]
    if validity + 5 + length > len(body):
        raise ValueError
    return source, middle, end, body[validity] & 3
