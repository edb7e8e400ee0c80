"""Where we never go: other schemes than http(s), and addresses that are not public. Standard library only.

A URL is checked before each request and each redirect; the address it resolves to is checked again at the moment of connecting
(`crawler.resolver`), so that a name cannot point elsewhere in between.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from crawler.errors import UnsafeUrlError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; what is no address is not."""
    try:
        ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ipaddress.ip_address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def check_url(url: str, *, allow_private: bool = False) -> None:
    """Refuse a URL whose scheme is not http(s), that has no host or credentials, or whose host is an address that is not public.

    Raises:
        UnsafeUrlError: with the reason.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise UnsafeUrlError(f"not a web address: {url}") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise UnsafeUrlError(f"only http and https with a host: {url}")
    if parts.username or parts.password:
        raise UnsafeUrlError(f"an address with a user name in it: {host}")
    if not allow_private and _is_literal(host) and not is_public(host):
        raise UnsafeUrlError(f"not a public address: {host}")
    if not allow_private and (host == "localhost" or host.endswith((".localhost", ".local", ".internal"))):
        raise UnsafeUrlError(f"a name of the local network: {host}")


def check_address(address: str, host: str, *, allow_private: bool = False) -> None:
    """Refuse the address a host resolved to where it is not public.

    Raises:
        UnsafeUrlError: with host and address.
    """
    if not allow_private and not is_public(address):
        raise UnsafeUrlError(f"{host} leads to {address}, which is not a public address")


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
