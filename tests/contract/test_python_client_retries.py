"""The Python client's patience, against a server on loopback that fails as it is told to."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from smsplatform_client import ConnectionFailed, RateLimited, Refused, ServerFailed, retrying

from tests.contract.test_python_client import Async, Sync

DROP = object()
OK = (200, {}, {"id": 1})


class Faulty:
    """Answers with what is in ``script``, in turn; ``heard`` has the Idempotency-Key, agent and body of each call."""

    def __init__(self) -> None:
        self.script: list = []
        self.heard: list[tuple[str | None, str, bytes]] = []
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                faulty.heard.append((self.headers.get("Idempotency-Key"), self.headers["User-Agent"], body))
                step = faulty.script.pop(0)
                if step is DROP:
                    self.close_connection = True
                    return
                status, headers, document = step
                octets = document if isinstance(document, bytes) else json.dumps(document).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(octets)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(octets)

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, *_args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    server = Faulty()
    yield server
    server.stop()


@pytest.fixture(params=[Sync, Async], ids=["sync", "async"])
def client(request, faulty: Faulty, monkeypatch) -> Iterator:
    monkeypatch.setattr(retrying, "FIRST_SECONDS", 0.001)
    driver = request.param(key="live_x", url=faulty.url, retries=3, timeout=5)
    yield driver
    driver.close()


def test_a_call_is_made_again_under_the_same_key(client, faulty: Faulty):
    limited = (429, {"Retry-After": "0"}, {"code": "rate_limited"})
    faulty.script = [DROP, (503, {}, b"<html>"), limited, OK]
    assert client(lambda c: c.messages.send("09120000001", "Hi")) == {"id": 1}
    keys, agents, bodies = (set(heard) for heard in zip(*faulty.heard, strict=True))
    assert len(faulty.heard) == 4
    assert len(keys) == len(bodies) == 1
    assert None not in keys
    assert agents.pop().startswith("smsplatform-client/")
    faulty.script = [OK]
    client(lambda c: c.messages.send("09120000001", "Hi"))
    assert faulty.heard[-1][0] not in keys


def test_a_file_goes_whole_at_each_attempt(client, faulty: Faulty, tmp_path):
    path = tmp_path / "numbers.txt"
    path.write_bytes(b"09120000001\n" * 1000)
    faulty.script = [(502, {}, b""), DROP, OK]
    client(lambda c: c.campaigns.upload(7, path))
    assert [body.count(b"09120000001") for _key, _agent, body in faulty.heard] == [1000] * 3


def test_reading_is_repeated_without_a_key(client, faulty: Faulty):
    faulty.script = [DROP, (500, {}, {"code": "internal_error"}), OK]
    assert client(lambda c: c.messages.get(1)) == {"id": 1}
    assert [key for key, _agent, _body in faulty.heard] == [None] * 3


def test_it_gives_up_and_says_under_which_key(client, faulty: Faulty):
    faulty.script = [DROP] * 4
    with pytest.raises(ConnectionFailed) as failed:
        client(lambda c: c.messages.send("09120000001", "Hi"))
    assert {failed.value.idempotency_key} == {key for key, _agent, _body in faulty.heard}
    assert len(faulty.heard) == 4
    faulty.script = [(503, {}, b"busy")] * 4
    with pytest.raises(ServerFailed) as busy:
        client(lambda c: c.messages.send("09120000001", "Hi"))
    assert (busy.value.code, busy.value.status) == ("http_503", 503)
    assert len(faulty.heard) == 8


def test_refusals_are_not_repeated(client, faulty: Faulty):
    for step, kind in [
        ((422, {}, {"code": "validation_failed", "title": "Some fields are wrong"}), Refused),
        ((429, {"Retry-After": "3600"}, {"code": "verification_limited", "limit": "number"}), RateLimited),
    ]:
        faulty.script, faulty.heard[:] = [step], []
        with pytest.raises(kind):
            client(lambda c: c.messages.send("09120000001", "Hi"))
        assert len(faulty.heard) == 1


def test_pages_are_read_as_they_are_asked_for(client, faulty: Faulty):
    faulty.script = [(200, {}, {"messages": [1, 2], "next": "a"}), DROP, (200, {}, {"messages": [3], "next": None})]
    assert client(lambda c: c.messages.list()) == [1, 2, 3]
    assert faulty.script == []


def test_a_pause_grows_and_obeys_the_server():
    assert all(retrying.pause_after(attempt) <= min(20, 0.25 * 2**attempt) for attempt in range(12))
    assert len({retrying.pause_after(5) for _ in range(5)}) == 5
