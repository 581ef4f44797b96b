"""Messages handed to a web address: signed, tried again, given up after a day (6.6)."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from autoreply.forwarding import deliver_due
from autoreply.models import Book, Forward
from tests.autoreply.conftest import NOW, SUBSCRIBER


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.calls, server.status = [], 200
        settings.OUTBOUND_LOOPBACK_PORTS = [server.server_port]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def state() -> tuple[str, int]:
    row = Forward.objects.get()
    return row.state, row.attempts


def test_a_message_is_handed_on_signed_and_once(responder, receiver):
    responder.rule("سفارش", reply="", match=1, forward_url=f"http://127.0.0.1:{receiver.server_port}/sms?k=1")
    assert responder.ask("سفارش ۲") == ("DONE", "")
    assert [deliver_due(now=NOW), deliver_due(now=NOW)] == [1, 0]
    [(headers, body)] = receiver.calls
    secret = Book.objects.get(account=responder.account).secret
    signed = f"{headers['Webhook-Timestamp']}.".encode() + body
    assert headers["Webhook-Signature"] == f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
    document = json.loads(body)
    assert (document["from"], document["text"], document["line"]) == (
        f"+{SUBSCRIBER}",
        "سفارش ۲",
        responder.line.number,
    )
    assert state() == ("sent", 1)


def test_a_failing_address_is_tried_again_later_and_later_for_a_day(responder, receiver):
    receiver.status = 500
    responder.rule("سفارش", forward_url=f"http://127.0.0.1:{receiver.server_port}/")
    responder.ask("سفارش")
    deliver_due(now=NOW)
    assert deliver_due(now=NOW + timedelta(seconds=29)) == 0
    assert deliver_due(now=NOW + timedelta(seconds=30)) == 1
    assert state() == ("waiting", 2)
    now = NOW
    while Forward.objects.filter(state="waiting").exists():
        now += timedelta(hours=1)
        Forward.objects.update(created_at=NOW)
        deliver_due(now=now)
    assert timedelta(hours=20) < now - NOW <= timedelta(hours=25)
    assert Forward.objects.get().status == 500


def test_an_address_inside_is_never_called(responder, receiver, settings):
    responder.rule("سفارش", forward_url=f"http://localhost:{receiver.server_port}/")
    settings.OUTBOUND_LOOPBACK_PORTS = []
    responder.ask("سفارش")
    deliver_due(now=NOW)
    assert state() == ("failed", 1)
    assert receiver.calls == []
