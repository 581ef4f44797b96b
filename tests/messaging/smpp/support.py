"""What the SMPP tests share: a handler that remembers, a session in a thread, and an operator scripted byte by byte."""

import socket
import threading
import time
from contextlib import contextmanager

from messaging.smpp.pdu import RESPONSE, Command, Framer, SubmitTemplate, pack
from messaging.smpp.session import BindConfig, BindState, Session

PERSIAN = "سلام دنیا".encode("utf-16-be")
TEMPLATE = SubmitTemplate(source="983000505", message=PERSIAN, data_coding=8)


def wait_until(condition, seconds=20.0):
    """Polls; returns what the condition returned. Fails the test at the deadline."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.005)
    return result


class Recorder:
    """A handler that submits what is in ``queue``, acknowledges what comes in, and remembers everything.

    Throttled messages go back to the head of the queue, as a real owner's do.
    """

    def __init__(self, queue=(), *, acknowledges=True):
        self.queue = list(queue)
        self.answers = []
        self.deliveries = []
        self.maybe_sent = []
        self.not_sent = []
        self.overdue = []
        self.states = []
        self.most_in_flight = 0
        self.acknowledges = acknowledges
        self.session = None
        self._bodies = {}

    def pull(self, room):
        batch, self.queue = self.queue[:room], self.queue[room:]
        self._bodies.update(batch)
        self.most_in_flight = max(self.most_in_flight, self.session.window_in_flight + len(batch))
        return batch

    def answered(self, answers):
        self.answers += answers
        again = [(token, self._bodies[token]) for token, status, _ in answers if status == 0x58]
        if again:
            self.queue = again + self.queue
            self.session.wake()

    def delivered(self, deliveries):
        self.deliveries += deliveries
        if self.acknowledges:
            self.session.acknowledge(deliveries)

    def lost(self, maybe_sent, not_sent):
        self.maybe_sent += maybe_sent
        self.not_sent += not_sent

    def timed_out(self, tokens):
        self.overdue += tokens

    def state(self, state, error):
        self.states.append((state, error))

    def count(self, state):
        return sum(1 for seen, _ in self.states if seen is state)

    @property
    def receipts(self):
        return [delivery.receipt for delivery in self.deliveries if delivery.receipt]

    @property
    def accepted(self):
        return {token: message_id for token, status, message_id in self.answers if status == 0}

    def add(self, *pairs):
        self.queue += pairs
        self.session.wake()


def messages(numbers):
    """(token, body) for each number; the token is the number."""
    return [(number, TEMPLATE.body(number)) for number in numbers]


def plain_numbers(count, start=9890000):
    """Numbers without an agreed fate."""
    return [f"98{start}7{index:03d}" for index in range(count)]


def settings(port, **changes):
    values = {
        "host": "127.0.0.1",
        "port": port,
        "system_id": "demo",
        "password": "secret",
        "reconnect_min_seconds": 0.02,
        "reconnect_max_seconds": 0.1,
        "refused_min_seconds": 0.5,
        "unbind_timeout_seconds": 0.3,
    }
    return BindConfig(**{**values, **changes})


@contextmanager
def running(port, queue=(), *, handler=None, until_bound=True, **changes):
    """The handler of a session that runs against ``port``; stopped without a drain at the end."""
    handler = handler or Recorder(queue)
    handler.session = Session(settings(port, **changes), handler)
    failures = []

    def run():
        try:
            handler.session.run()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="smpp-session")
    thread.start()
    handler.thread = thread
    try:
        if until_bound:
            wait_until(lambda: handler.session.state is BindState.BOUND or failures)
        yield handler
    finally:
        handler.session.stop(0)
        thread.join(20)
        assert not thread.is_alive()
        if failures:
            raise failures[0]


class Operator:
    """A listening socket and one connection at a time, whose every byte the test decides."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.port = self._listener.getsockname()[1]
        self.connection = None
        self._framer = Framer()
        self._frames = []

    def accept(self):
        if self.connection:
            self.connection.close()
        self.connection, _ = self._listener.accept()
        self.connection.settimeout(20)
        self._framer = Framer()
        self._frames = []

    def accept_bind(self):
        self.accept()
        command, _, sequence, body = self.next()
        self.send(pack(command | RESPONSE, 0, sequence, b"operator\0"))
        return body

    def next(self):
        """The next PDU of the peer; fails when the peer closes instead."""
        while not self._frames:
            data = self.connection.recv(65536)
            assert data, "the peer closed the connection"
            self._frames += self._framer.feed(data)
        return self._frames.pop(0)

    def next_of(self, command):
        while (frame := self.next())[0] != command:
            pass
        return frame

    def send(self, data):
        self.connection.sendall(data)

    def answer_submit(self, identity=b"1"):
        _, _, sequence, body = self.next_of(Command.SUBMIT_SM)
        self.send(pack(Command.SUBMIT_SM_RESP, 0, sequence, identity + b"\0"))
        return body

    def saw_close(self):
        """Reads to the end; True when the peer closed."""
        try:
            while self.connection.recv(65536):
                pass
        except ConnectionResetError:
            return True
        return True

    def hang_up(self):
        self.connection.close()

    def close(self):
        if self.connection:
            self.connection.close()
        self._listener.close()


@contextmanager
def operator():
    scripted = Operator()
    try:
        yield scripted
    finally:
        scripted.close()
