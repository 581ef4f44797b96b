"""Where a request came from, behind proxies that may be lied to."""

import pytest
from django.test import RequestFactory

from accounts.addresses import client_address, lockout_address

PROXIES = ["127.0.0.0/8", "::1/128", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # the peer is no proxy of ours: what it claims is ignored
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # the first was written by the client
        ("127.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("127.0.0.1", "1.2.3.4,unknown", "127.0.0.1"),
        ("127.0.0.1", "1.2.3.4, nonsense, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", " , ,", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("127.0.0.1", "198.51.100.1:51234", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", None, "198.51.100.1"),
        ("127.0.0.1", "fe80::1%eth0", "127.0.0.1"),
        ("", "198.51.100.1", "198.51.100.1"),  # a server on a Unix socket
        ("", None, "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1'; DROP TABLE", "127.0.0.1"),
    ],
)
def test_the_nearest_stranger_is_the_client(settings, peer, forwarded, expected):
    settings.TRUSTED_PROXIES = PROXIES
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    request = RequestFactory(REMOTE_ADDR=peer).get("/", headers=headers)
    assert client_address(request) == expected


def test_no_proxy_is_trusted_when_none_is_named(settings):
    settings.TRUSTED_PROXIES = []
    request = RequestFactory(REMOTE_ADDR="127.0.0.1").get("/", headers={"X-Forwarded-For": "198.51.100.1"})
    assert client_address(request) == "127.0.0.1"


def test_a_subscriber_cannot_walk_through_their_own_ipv6_range():
    one, other, stranger = (
        lockout_address(RequestFactory(REMOTE_ADDR=address).get("/"))
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1")
    )
    assert one == other == "2001:db8:1:2::"
    assert stranger == "2001:db8:1:3::"
    assert lockout_address(RequestFactory(REMOTE_ADDR="198.51.100.1").get("/")) == "198.51.100.1"
