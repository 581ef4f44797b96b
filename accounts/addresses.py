"""The address a request really came from, behind the proxies we trust."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

LOCAL = "127.0.0.1"  # a web server that listens on a Unix socket sees no address: its peer is on this machine
SUBSCRIBER_PREFIX = 64  # an IPv6 subscriber is given a whole /64 and may write from any address in it


def client_address(request: HttpRequest) -> str:
    """The nearest address to us that is no proxy of ours (settings.TRUSTED_PROXIES), as text.

    X-Forwarded-For is read from the right: each trusted proxy adds the peer it saw, so what stands left of the first
    stranger is only what that stranger claims. A value that is no address ends the walk, for the same reason.
    """
    trusted = _networks(tuple(settings.TRUSTED_PROXIES))
    address = _read(request.META.get("REMOTE_ADDR", "")) or ip_address(LOCAL)
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not any(address in network for network in trusted):
            break
        if (nearer := _read(hop)) is None:
            break
        address = nearer
    return str(address)


def lockout_address(request: HttpRequest) -> str:
    """``client_address``, or the /64 it belongs to: who counts attempts must not be fooled by a subscriber's range."""
    address = ip_address(client_address(request))
    if address.version == 4:
        return str(address)
    return str(ip_network((address, SUBSCRIBER_PREFIX), strict=False).network_address)


@lru_cache(maxsize=8)
def _networks(written: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(network) for network in written]


def _read(hop: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, with a port, in brackets, or IPv4 inside IPv6."""
    hop = hop.strip().strip('"')
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        address = ip_address(hop)
    except ValueError:
        return None
    if address.version == 6:
        if address.scope_id:
            return None
        return address.ipv4_mapped or address
    return address
