"""The guard of calls to customers' addresses, against real sockets (W11)."""

import gzip
import socket
import threading
import time

import pytest

from common import outbound
from common.outbound import ANSWER_MAX_BYTES, Reason, Refused, Unreachable, check, post
from tests.receiver import Receiver, receiver  # noqa: F401

REAL = socket.getaddrinfo
PUBLIC = "93.184.216.34"


def call(url: str, **options):
    return post(url, body=b"{}", headers={"Content-Type": "application/json"}, **{"timeout": 5, **options})


@pytest.fixture
def names(monkeypatch):
    """A name server of our own, at the level of sockets: name → lists of addresses, one a question."""
    known: dict[str, list[list[str]]] = {}
    asked: list[str] = []

    def getaddrinfo(host, port, *arguments, **options):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return REAL(host, port, *arguments, **options)
        asked.append(name)
        answers = known[name]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for address in addresses for entry in REAL(address, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["asked"] = asked
    return known


def test_an_answer_has_its_status_its_beginning_and_its_time(receiver):  # noqa: F811
    receiver.answer = lambda received: (418, {}, b"teapot")
    answer = call(receiver.url + "/a b?x=پ".replace(" ", "%20"))
    assert (answer.status, answer.body) == (418, b"teapot")
    assert 0 <= answer.milliseconds < 5000
    (received,) = receiver.requests
    assert received.path == "/hook/a%20b?x=%D9%BE"
    assert received.body == b"{}"
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["content-type"] == "application/json"
    assert received.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", Reason.URL),
        ("file:///etc/passwd", Reason.URL),
        ("gopher://example.com:6379/_x", Reason.URL),
        ("example.com/path", Reason.URL),
        ("http://", Reason.URL),
        ("http://exa mple.com/", Reason.URL),
        ("http://example.com/\r\nX-Evil: 1", Reason.URL),
        ("http://example.com:99999/", Reason.URL),
        ("http://[::1/", Reason.URL),
        ("http://example.com/" + "a" * 2000, Reason.URL),
        ("http://public.example\\@127.0.0.1/", Reason.URL),
        ("http://user:word@example.com/", Reason.CREDENTIALS),
        ("http://@example.com/", Reason.CREDENTIALS),
        ("http://example.com:22/", Reason.PORT),
        ("https://example.com:25/", Reason.PORT),
    ],
)
def test_an_address_that_is_none_is_refused_before_any_name_is_asked(url, reason, names):
    names["example.com"] = [[PUBLIC]]
    for tried in (check, call):
        with pytest.raises(Refused) as refused:
            tried(url)
        assert refused.value.reason == reason
    assert names["asked"] == []


FORBIDDEN = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "3fff::1", "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_no_private_address_is_called_whether_written_or_behind_a_name(address, names):
    written = f"http://[{address}]:8080/" if ":" in address else f"http://{address}:8080/"
    with pytest.raises(Refused) as refused:
        check(written)
    assert refused.value.reason == Reason.ADDRESS
    names["rebound.example"] = [[PUBLIC, address]]  # one bad address is enough, whatever stands before it
    check("http://rebound.example:8080/")
    with pytest.raises(Refused) as refused:
        call("http://rebound.example:8080/")
    assert refused.value.reason == Reason.ADDRESS


@pytest.mark.parametrize("written", ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "localhost"])
def test_loopback_in_disguise_is_refused(written):
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    with listener, pytest.raises(Refused):
        call(f"http://{written}:{listener.getsockname()[1]}/")
    # nothing knocked: the refusal came before the connection


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_pass_the_check(address):
    check(f"https://[{address}]/" if ":" in address else f"https://{address}/")


def test_networks_of_ours_are_forbidden_by_the_setting(settings):
    settings.OUTBOUND_FORBIDDEN_NETWORKS = ["93.184.216.0/24"]
    with pytest.raises(Refused):
        check("https://93.184.216.34/")


def test_a_name_is_asked_once_and_what_was_checked_is_what_is_called(receiver, names):  # noqa: F811
    """DNS rebinding: the second answer would lead inside, and is never asked for."""
    inside = Receiver()
    try:
        names["rebinding.example"] = [["127.0.0.1"], ["127.0.0.2"]]
        assert call(f"http://rebinding.example:{receiver.port}/hook").status == 200
        assert names["asked"] == ["rebinding.example"]
        assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"
        with pytest.raises(Refused):  # a name that now leads to a port of this machine that is not named
            call(f"http://rebinding.example:{inside.port}/hook")
        assert inside.requests == []
    finally:
        inside.close()


def test_this_host_is_never_called_by_whatever_address(monkeypatch, receiver):  # noqa: F811
    """Control: with the first check out of the way, a connection to an own address is still dropped unused."""
    monkeypatch.setattr(outbound, "_check_address", lambda address, port: None)
    other = Receiver()
    try:
        with pytest.raises(Refused) as refused:
            call(other.url)
        assert refused.value.reason == Reason.ADDRESS
        assert other.requests == []
    finally:
        other.close()


def test_a_redirect_is_an_answer_and_is_not_followed(receiver):  # noqa: F811
    inside = Receiver()
    try:
        receiver.answer = lambda received: (302, {"Location": inside.url}, b"")
        assert call(receiver.url).status == 302
        assert inside.requests == []
    finally:
        inside.close()


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):  # noqa: F811
    proxy = Receiver()
    try:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert call(receiver.url).status == 200
        assert proxy.requests == []
    finally:
        proxy.close()


def test_of_a_large_answer_only_the_beginning_is_read_as_it_came(receiver):  # noqa: F811
    bomb = gzip.compress(b"0" * 50_000_000)
    receiver.answer = lambda received: (200, {"Content-Encoding": "gzip"}, bomb)
    answer = call(receiver.url)
    assert answer.body == bomb[:ANSWER_MAX_BYTES]
    receiver.answer = lambda received: (200, {}, b"x" * 3_000_000)
    assert call(receiver.url).body == b"x" * ANSWER_MAX_BYTES


def serve(behave):
    """A bare listener: ``behave(connection)`` once for a connection. Gives (port, close)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            behave(connection)

    threading.Thread(target=run, daemon=True).start()
    return listener


def drip(connection: socket.socket) -> None:
    connection.recv(65536)
    ended = time.monotonic() + 20
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while time.monotonic() < ended:
            connection.sendall(b"X: y\r\n")
            threading.Event().wait(0.05)
    except OSError:
        return


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (drip, Reason.TIME),
        (lambda connection: threading.Event().wait(5), Reason.TIME),
        (lambda connection: connection.recv(65536) and None, Reason.BROKEN),
        (lambda connection: (connection.recv(65536), connection.sendall(b"SSH-2.0-x\r\n\r\n")), Reason.BROKEN),
    ],
    ids=["dripping", "silent", "hanging up", "another protocol"],
)
def test_what_does_not_answer_properly_ends_in_time_and_can_be_tried_again(behave, reason, settings):
    with serve(behave) as listener:
        port = listener.getsockname()[1]
        settings.OUTBOUND_LOOPBACK_PORTS = {port}
        started = time.monotonic()
        with pytest.raises(Unreachable) as unreachable:
            call(f"http://127.0.0.1:{port}/", timeout=0.5)
        assert unreachable.value.reason == reason
        assert time.monotonic() - started < 3


def test_a_closed_port_and_an_unknown_name_can_be_tried_again(settings, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    settings.OUTBOUND_LOOPBACK_PORTS = {port}
    with pytest.raises(Unreachable) as unreachable:
        call(f"http://127.0.0.1:{port}/")
    assert unreachable.value.reason == Reason.CONNECTION

    def unknown(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable) as unreachable:
        call("http://nowhere.example/")
    assert unreachable.value.reason == Reason.NAME


def test_a_name_server_that_never_answers_takes_no_longer_than_the_call_may(monkeypatch):
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: let_go.wait(20) and [])
    started = time.monotonic()
    with pytest.raises(Unreachable) as unreachable:
        call("http://slow-names.example/", timeout=0.3)
    assert unreachable.value.reason == Reason.TIME
    assert time.monotonic() - started < 3
    let_go.set()


def test_a_host_without_tls_is_told_from_one_with_a_wrong_certificate(receiver):  # noqa: F811
    with pytest.raises(Unreachable) as unreachable:
        call(receiver.url.replace("http://", "https://"))
    assert unreachable.value.reason == Reason.CONNECTION


def test_the_reasons_are_sentences_in_the_readers_language():
    from django.utils.translation import override

    with override("fa"):
        assert str(Refused(Reason.NAME)) == "این نام میزبان پیدا نشد."
    with override("en"):
        assert str(Refused(Reason.NAME)) == "The host name was not found."
