"""HTTP calls to addresses that customers gave: webhooks, forwards to a URL (W11, and whoever else calls out).

A customer's address must never reach what only we can reach. So the address that is checked is the one that is really
connected to, after the name was resolved and again when the connection stands; redirects are not followed; proxies of
the environment are not used; the whole call has one deadline, and of the answer a few kB are read, as they came.
"""

import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

import httpcore
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

URL_MAX_LENGTH = 2000
ANSWER_MAX_BYTES = 4096
_ALWAYS_PORTS = {80, 443}
_FIRST_FREE_PORT = 1024
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address; ipaddress does not look inside
# Not global by IANA's registry, though older releases of Python take them for it.
_NOT_GLOBAL = [
    ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16", "fec0::/10")
]
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"


class Reason(models.TextChoices):
    """Why a call did not come to an answer; the value is stable, the label is for people."""

    URL = "url", _("This is not an address that can be called. Write it as https://example.com/path.")
    CREDENTIALS = "credentials", _("Leave the user name and the password out of the address.")
    PORT = "port", _("Only the ports 80 and 443 and those from 1024 on can be called.")
    ADDRESS = "address", _("This host name leads to an address inside a private network, which is never called.")
    NAME = "name", _("The host name was not found.")
    CONNECTION = "connection", _("No connection could be made to the host.")
    CERTIFICATE = "certificate", _("The host's certificate could not be verified.")
    TIME = "time", _("The host did not answer in time.")
    BROKEN = "broken", _("The host broke the connection, or did not speak HTTP.")


REFUSALS = frozenset({Reason.URL, Reason.CREDENTIALS, Reason.PORT, Reason.ADDRESS})
"""The reasons of Refused; the others are of Unreachable."""


class CallFailed(Exception):
    """No answer came. ``reason`` says why; ``str`` in the reader's language."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason.label)


class Refused(CallFailed):
    """This address is not called, now or later."""


class Unreachable(CallFailed):
    """It was tried, or will be: the same call may work another time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``body`` is at most ANSWER_MAX_BYTES, as it came (never unpacked)."""

    status: int
    body: bytes
    milliseconds: int


def check(url: str) -> None:
    """For forms: refuse what can be seen to be wrong without asking any name server. Raises Refused."""
    parts = _parsed(url)
    try:
        _check_address(ip_address(parts.host.decode()), parts.port)
    except ValueError:  # a name; it is checked when it is called
        return


def post(url: str, *, body: bytes, headers: Mapping[str, str], timeout: float = 10.0) -> Answer:
    """POST ``body``; any status is an answer, redirects too. ``timeout`` is in seconds, for everything together.

    Raises Refused for an address that is never called and Unreachable for a fault that may pass.
    """
    target = _parsed(url)
    sent = {"User-Agent": "smsplatform-webhook/1", "Accept-Encoding": "identity", "Connection": "close", **headers}
    started = time.monotonic()
    backend = _GuardedBackend(started + timeout)
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(), max_connections=1, retries=0, http2=False, proxy=None, network_backend=backend
            ) as pool,
            pool.stream("POST", target, headers=list(sent.items()), content=body) as response,
        ):
            beginning = _beginning(response)
            return Answer(response.status, beginning, round((time.monotonic() - started) * 1000))
    except httpcore.TimeoutException as error:
        raise Unreachable(Reason.TIME) from error
    except httpcore.ConnectError as error:
        raise Unreachable(_reason_of(error)) from error
    except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
        raise Unreachable(Reason.BROKEN) from error


def _beginning(response: httpcore.Response) -> bytes:
    received = b""
    for piece in response.iter_stream():
        received += piece
        if len(received) >= ANSWER_MAX_BYTES:
            break
    return received[:ANSWER_MAX_BYTES]


def _reason_of(error: httpcore.ConnectError) -> Reason:
    return Reason.CERTIFICATE if "CERTIFICATE" in str(error).upper() else Reason.CONNECTION


def _parsed(url: str) -> httpcore.URL:
    if len(url) > URL_MAX_LENGTH or any(character.isspace() or not character.isprintable() for character in url):
        raise Refused(Reason.URL)
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise Refused(Reason.URL) from error
    if parts.scheme not in {"http", "https"} or not host or b"%" in host or "\\" in parts.netloc:
        raise Refused(Reason.URL)
    if parts.username is not None or parts.password is not None:
        raise Refused(Reason.CREDENTIALS)
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    if port not in _ALWAYS_PORTS and port < _FIRST_FREE_PORT:
        raise Refused(Reason.PORT)
    path = quote(parts.path or "/", safe=_PATH_SAFE)
    query = f"?{quote(parts.query, safe=_PATH_SAFE + '?')}" if parts.query else ""
    return httpcore.URL(scheme=parts.scheme.encode(), host=host, port=port, target=f"{path}{query}".encode())


@cache
def _tls():
    return httpcore.default_ssl_context()


# --- The guard --------------------------------------------------------------------------------------------------------


class _GuardedBackend(httpcore.SyncBackend):
    """Resolves a name, refuses the call if any of its addresses is forbidden, and connects to those very addresses."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):
        addresses = _resolved(host, port, _left(self._deadline, httpcore.ConnectTimeout))
        for address in addresses:
            _check_address(address, port)
        failure = httpcore.ConnectError("no address")
        for address in addresses:
            left = _left(self._deadline, httpcore.ConnectTimeout)
            try:
                stream = super().connect_tcp(str(address), port, left, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            _check_connection(stream, port)
            return _TimedStream(stream, self._deadline)
        raise failure

    def connect_unix_socket(self, path, timeout=None, socket_options=None):
        raise Refused(Reason.ADDRESS)


class _TimedStream(httpcore.NetworkStream):
    """Every operation gets what is left of the deadline, so that an answer dripping in byte by byte ends as well."""

    _PIECE = 16 * 1024

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes, timeout=None):
        return self._stream.read(max_bytes, _left(self._deadline, httpcore.ReadTimeout))

    def write(self, buffer, timeout=None):
        for start in range(0, len(buffer), self._PIECE):
            piece = buffer[start : start + self._PIECE]
            self._stream.write(piece, _left(self._deadline, httpcore.WriteTimeout))

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):
        left = _left(self._deadline, httpcore.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def close(self):
        self._stream.close()

    def get_extra_info(self, info):
        return self._stream.get_extra_info(info)


def _left(deadline: float, too_late: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise too_late("the time for the whole call is over")
    return left


def _resolved(host: str, port: int, seconds: float) -> list[IPv4Address | IPv6Address]:
    """In a thread of its own: getaddrinfo knows no time limit, and a name server may belong to the customer."""
    answers: queue.SimpleQueue = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty as error:
        raise httpcore.ConnectTimeout("the name server does not answer") from error
    if isinstance(found, Exception):
        raise Unreachable(Reason.NAME) from found
    return list(dict.fromkeys(ip_address(entry[4][0].partition("%")[0]) for entry in found))


def _check_connection(stream: httpcore.NetworkStream, port: int) -> None:
    """The connection that stands, before a byte is sent: its far end again, and that it is not this very host (a
    connection to an address of one's own has the same address at both ends)."""
    near = ip_address(stream.get_extra_info("client_addr")[0].partition("%")[0])
    far = ip_address(stream.get_extra_info("server_addr")[0].partition("%")[0])
    try:
        _check_address(far, port)
        if near == far and not _is_named_loopback(far, port):
            raise Refused(Reason.ADDRESS)
    except Refused:
        stream.close()
        raise


def _check_address(address: IPv4Address | IPv6Address, port: int) -> None:
    if _is_named_loopback(address, port):
        return
    for one in _unwrapped(address):
        # "global" is IANA's registry: not private, loopback, link-local (metadata services), shared, reserved.
        if (
            not one.is_global
            or one.is_multicast
            or one.is_reserved
            or any(one in net for net in [*_NOT_GLOBAL, *_own_networks()])
        ):
            raise Refused(Reason.ADDRESS)


def _is_named_loopback(address: IPv4Address | IPv6Address, port: int) -> bool:
    """For tests and the demo: ports of this machine that OUTBOUND_LOOPBACK_PORTS names."""
    return port in settings.OUTBOUND_LOOPBACK_PORTS and any(address in network for network in _LOOPBACK)


def _own_networks() -> list:
    return [ip_network(network) for network in settings.OUTBOUND_FORBIDDEN_NETWORKS]


def _unwrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and the IPv4 addresses that it stands for; a mapped one is only what it stands for."""
    if address.version == 4:
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    inside = [address.sixtofour, *(address.teredo or ())]
    return [address, *(one for one in inside if one is not None)]
