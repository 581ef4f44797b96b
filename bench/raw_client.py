"""The yardstick of delivery: a windowed client that submits and acknowledges receipts and keeps nothing.

``python bench/raw_client.py PORT COUNT WINDOW BINDS`` prints the seconds from the first submit to the last receipt.
"""

import sys
import threading
import time
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from messaging.smpp.pdu import SubmitTemplate
from messaging.smpp.session import BindConfig, Session


class Client:
    def __init__(self, port: int, numbers: range, window: int):
        config = BindConfig(host="127.0.0.1", port=port, system_id="raw", password="raw", window=window)
        self.session = Session(config, self)
        self.template = SubmitTemplate(
            source="30001234", message="جشنواره پاییزه از فردا آغاز می‌شود".encode("utf-16-be"), data_coding=8
        )
        self.numbers = iter(numbers)
        self.receipts = 0

    def pull(self, room):
        body = self.template.body
        return [(number, body(str(number))) for number in islice(self.numbers, room)]

    def answered(self, answers):
        self.session.wake()

    def delivered(self, deliveries):
        self.receipts += len(deliveries)
        self.session.acknowledge(deliveries)

    def lost(self, maybe_sent, not_sent):
        pass

    timed_out = state = lambda self, *_: None


def main(port: int, count: int, window: int, binds: int) -> float:
    share = -(-count // binds)
    clients = [
        Client(port, range(989_120_000_000 + n * share, 989_120_000_000 + min((n + 1) * share, count)), window)
        for n in range(binds)
    ]
    began = time.perf_counter()
    for client in clients:
        threading.Thread(target=client.session.run, daemon=True).start()
    while sum(client.receipts for client in clients) < count:
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    for client in clients:
        client.session.stop(1)
    return seconds


if __name__ == "__main__":
    print(main(*map(int, sys.argv[1:5])))
