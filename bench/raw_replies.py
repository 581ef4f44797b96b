"""The yardstick of auto-replies: a client that acknowledges subscribers' messages and submits a reply to each, with no
database, no rule, no money.

``python bench/raw_replies.py PORT CONTROL_PORT COUNT WINDOW BINDS`` prints the seconds from the first message to the
answer to the last reply.
"""

import sys
import threading
import time
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.mo import write_in
from messaging.smpp.bind import BindState
from messaging.smpp.pdu import SubmitTemplate
from messaging.smpp.session import BindConfig, Session


class Client:
    def __init__(self, port: int, window: int):
        config = BindConfig(host="127.0.0.1", port=port, system_id="raw", password="raw", window=window)
        self.session = Session(config, self)
        self.template = SubmitTemplate(source="30001234", message="پاسخ شما".encode("utf-16-be"), data_coding=8)
        self.waiting = deque()
        self.answers = 0

    def pull(self, room):
        taken = [self.waiting.popleft() for _ in range(min(room, len(self.waiting)))]
        return [(source, self.template.body(source)) for source in taken]

    def answered(self, answers):
        self.answers += len(answers)
        self.session.wake()

    def delivered(self, deliveries):
        self.waiting.extend(delivery.sm.source for delivery in deliveries if not delivery.is_receipt)
        self.session.acknowledge(deliveries)
        self.session.wake()

    def lost(self, maybe_sent, not_sent):
        pass

    timed_out = state = lambda self, *_: None


def main(port: int, control_port: int, count: int, window: int, binds: int) -> float:
    clients = [Client(port, window) for _ in range(binds)]
    for client in clients:
        threading.Thread(target=client.session.run, daemon=True).start()
    while not all(client.session.state is BindState.BOUND for client in clients):
        time.sleep(0.01)
    began = time.perf_counter()
    write_in(control_port, "30001234", first=989_120_000_000, count=count)
    while sum(client.answers for client in clients) < count:
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    for client in clients:
        client.session.stop(1)
    return seconds


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:6])))
