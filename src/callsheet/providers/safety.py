"""Addresses that answers name, made safe to go to: only public ones, over TLS, and at the very address that was looked at."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's addresses. Raises OSError."""
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
_PORTS = {"http": 80, "https": 443}
_RESOLVE_S = 10.0
_GLOBAL = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_WRAPPED = (IPv6Network("2002::/16"), IPv6Network("2001::/32"), IPv6Network("::/96"), IPv6Network("::ffff:0:0/96"))
"""6to4, Teredo, IPv4 in IPv6: what they reach is not what they look like."""
_ODD = (IPv4Network("192.88.99.0/24"), IPv4Network("192.0.0.0/24"))
"""Relays and special services that pass for public."""


class Unsafe(Exception):
    """An address that is not gone to."""


@dataclass(frozen=True)
class Way:
    """How to reach an address: `url` is what is connected to, `headers` and `extensions` say who is meant."""

    url: httpx.URL
    headers: dict[str, str]
    extensions: dict[str, Any]


def origin(url: str | httpx.URL) -> str:
    """Scheme, host and port of an address, in one spelling: `https://api.example.com:443`. Raises Unsafe."""
    read = _read(url)
    return f"{read.scheme}://{read.host.rstrip('.').lower()}:{read.port or _PORTS.get(read.scheme, 0)}"


def origins(urls: Iterable[str]) -> frozenset[str]:
    """The origins of addresses; what is no address has none."""
    found = set()
    for url in urls:
        with contextlib.suppress(Unsafe):
            found.add(origin(url))
    return frozenset(found)


def public(address: str) -> bool:
    """Whether an IP address is one on the open internet: no private, local, shared, reserved or many-receiver one, also inside IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found in _NAT64:
            return _public4(IPv4Address(int(found) & 0xFFFFFFFF))
        return found in _GLOBAL and found.is_global and not any(found in net for net in _WRAPPED)
    return _public4(found)


def _public4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and not any(address in net for net in _ODD)


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the order in which the system would try them. Raises OSError."""
    async with asyncio.timeout(_RESOLVE_S):  # a TimeoutError is an OSError
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def checked(url: str | httpx.URL, resolve: Resolve = resolved, turn: int = 0) -> Way:
    """The way to an address that an answer named. `turn` picks among several addresses of its host.

    The host is resolved once, every one of its addresses must be public, and the connection goes to one that was looked at: whatever the
    name says a moment later. Raises Unsafe, or httpx.ConnectError when there is no such host.
    """
    read = shaped(url)
    try:
        found = await resolve(read.host, 443)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{read.host} cannot be found") from error
    if not found:
        raise httpx.ConnectError(f"{read.host} cannot be found")
    if any(not public(address) for address in found):
        raise Unsafe(f"{read.host} is not on the open internet")
    name = read.raw_host.decode("ascii")
    return Way(read.copy_with(host=found[turn % len(found)]), {"host": name}, {"sni_hostname": name})


def shaped(url: str | httpx.URL) -> httpx.URL:
    """An address whose form can be trusted, as far as it can be seen without asking where its host is. Raises Unsafe."""
    read = _read(url)
    if read.scheme != "https":
        raise Unsafe(f"an address that is not https: {_shown(read)}")
    if read.userinfo:
        raise Unsafe(f"an address with a name or a password in it: {_shown(read)}")
    if read.port not in (None, 443):
        raise Unsafe(f"an address on an odd port: {_shown(read)}")
    try:
        literal = ip_address(read.host)
    except ValueError:
        return read
    if not public(str(literal)):
        raise Unsafe(f"{read.host} is not on the open internet")
    return read


def proxied(host: str) -> bool:
    """Whether the environment has a proxy that stands between us and `host`. It looks the host up itself, so there is nothing to pin."""
    proxies = getproxies()
    return bool(proxies.get("https") or proxies.get("all")) and not proxy_bypass(host)


def _read(url: str | httpx.URL) -> httpx.URL:
    try:
        read = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, UnicodeError) as error:
        raise Unsafe("what is given as an address is none") from error
    if not read.host:
        raise Unsafe("an address without a host")
    return read


def _shown(url: httpx.URL) -> str:
    """An address without what may be secret in it."""
    return f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")
