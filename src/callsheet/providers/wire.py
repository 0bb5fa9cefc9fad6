"""The one HTTP client for every provider. A create is never sent again once a byte of it has left this machine.

Addresses come from answers too, for clips, uploads and polls. Where a provider is was said by its adapter or by a person, and is trusted;
any other address has to be public (see `safety`).
"""

import asyncio
import hashlib
import os
import random
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx

from callsheet.providers.safety import (
    LOOPBACK,
    Resolve,
    Unsafe,
    Way,
    checked,
    origin,
    origins,
    proxied,
    resolved,
    shaped,
)

_CONNECT_TRIES = 4
_ASK_TRIES = 4
_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 20.0
_DOWNLOAD_TRIES = 4
_LONGEST_DOWNLOAD_S = 1800.0
_CHUNK = 1 << 18
_MOST_BYTES = 2 << 30
_MOST_ANSWER = 1 << 29
"""Clips come inside answers too, half as large again in base64."""
_LONGEST_ANSWER_S = 1800.0
_MOST_REDIRECTS = 3
_ELSEWHERE = frozenset((301, 302, 303, 307, 308))
_AGAIN = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Answers after which a question may be asked once more; a create never is."""


class Unsent(Exception):
    """No byte of the create has left: it can be made again, by anyone."""


class Lost(Exception):
    """The create may have arrived: its answer is lost, or says nothing that can be trusted. `status` is its HTTP status, if one came."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


class Unanswered(Exception):
    """A question was asked several times and no usable answer came."""


class Expired(Exception):
    """The link to a clip no longer works."""


class Damaged(Exception):
    """What was downloaded is not the whole file."""


@dataclass(frozen=True)
class Downloaded:
    """A file whose every byte has arrived."""

    path: Path
    sha256: str
    bytes: int


class _Oversized(Exception):
    """An answer that does not end."""


class Wire:
    """Bound to the event loop it is first used in. `transport` takes the place of the network where a provider runs in this process.

    `trusted` are the addresses at which providers are; only their origins count. When they are not told, this machine is trusted, and
    nothing else that is not public. Hosts under `.invalid` are never on the network: a `transport` that serves them is trusted with them.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        timeout_s: float = 60.0,
        most_bytes: int = _MOST_BYTES,
        luck: random.Random | None = None,
        trusted: Iterable[str] | None = None,
        resolve: Resolve = resolved,
    ) -> None:
        timeout = httpx.Timeout(timeout_s, connect=10.0)
        # Creates get a connection of their own: on one that is kept, a create can meet the moment at which the server closes it.
        alone = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        many = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        self._creating = _client(transport, timeout, alone)
        self._asking = _client(transport, timeout, many)
        # Connections to a checked address are not shared: two hosts at one address would meet on one that knows the other's certificate.
        self._pinned = _client(transport, timeout, alone)
        self._most_bytes = most_bytes
        self._luck = luck or random.Random()
        self._inside = transport is not None
        self._trusted = None if trusted is None else origins(trusted)
        self._resolve = resolve

    async def close(self) -> None:
        """Close every connection."""
        await self._creating.aclose()
        await self._asking.aclose()
        await self._pinned.aclose()

    async def create(
        self, method: str, url: str, *, into: Path | None = None, timeout_s: float | None = None, **request: Any
    ) -> httpx.Response:
        """Send a create once and return whatever was answered. Raises Unsent, or Lost when it may have arrived.

        Only a connection that cannot be made is tried again, because then nothing was sent. With `into`, the body of a good answer is
        kept in that file, which is there whole or not at all, and the response is returned without it. `timeout_s` is the longest
        silence, where an answer takes longer than others do.
        """
        for left in reversed(range(_CONNECT_TRIES)):
            sent = False

            async def trace(event: str, _info: Mapping[str, Any]) -> None:
                nonlocal sent
                if event.endswith("send_request_headers.started"):
                    sent = True

            try:
                if timeout_s is not None:
                    request["timeout"] = httpx.Timeout(timeout_s, connect=10.0)
                client, way = await self._way(self._creating, url, _CONNECT_TRIES - left - 1)
                async with asyncio.timeout(_LONGEST_ANSWER_S), _sent(client, method, way, trace, request) as response:
                    return await self._answer(response, into)
            except Unsafe as error:
                raise Unsent(str(error)) from error
            except TimeoutError as error:
                raise Lost(f"{_host(url)} did not answer in {_LONGEST_ANSWER_S:.0f} s") from error
            except (_Oversized, OSError) as error:
                raise Lost(f"what {_host(url)} answered could not be kept: {_words(error)}") from error
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                if not left:
                    raise Unsent(f"{_host(url)} cannot be reached: {_words(error)}") from error
                await self._rest(_CONNECT_TRIES - left)
            except (httpx.TransportError, httpx.DecodingError) as error:
                # A transport that does not trace may have sent: only a proof counts.
                if not sent and isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
                    raise Unsent(_words(error)) from error
                cause = None if isinstance(error, httpx.LocalProtocolError) else error
                raise Lost(f"{_host(url)} did not answer: {_words(error)}") from cause
        raise AssertionError("unreachable")

    async def ask(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Ask a question that changes nothing, or that may be asked twice. Raises Unanswered after several tries.

        Answers that are final, such as 404, are returned.
        """
        reason = ""
        for turn in range(_ASK_TRIES):
            if turn:
                await self._rest(turn)
            try:
                client, way = await self._way(self._asking, url, turn)
                async with asyncio.timeout(_LONGEST_ANSWER_S), _sent(client, method, way, None, request) as streamed:
                    response = await self._answer(streamed)
            except Unsafe as error:
                raise Unanswered(str(error)) from error
            except (httpx.RequestError, _Oversized, TimeoutError) as error:
                reason = _words(error)
                continue
            if response.status_code not in _AGAIN:
                return response
            reason = f"HTTP {response.status_code}"
        raise Unanswered(f"{_host(url)} gave no answer in {_ASK_TRIES} tries: {reason}")

    async def vouch(self, url: str) -> None:
        """Look at an address that is to be given to somebody else, without going there. Raises Unsafe for one that is not on the open
        internet, httpx.ConnectError for one that cannot be found."""
        await self._way(self._asking, url, 0)

    async def download(
        self, url: str, target: Path, expected: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Downloaded:
        """Stream a file to `target`, hashing on the way.

        At most three redirects are followed, each checked like the address itself; `headers` go to no other origin than the first.
        Raises Expired when the link is dead, Damaged when bytes are missing after several tries, Unanswered when it is not gone to.
        """
        reason = ""
        for turn in range(_DOWNLOAD_TRIES):
            if turn:
                await self._rest(turn)
            try:
                async with asyncio.timeout(_LONGEST_DOWNLOAD_S):
                    return await self._fetch(url, target, expected, headers or {}, turn)
            except Unsafe as error:
                raise Unanswered(f"the clip is not fetched: {error}") from error
            except TimeoutError:
                reason = f"it was not there after {_LONGEST_DOWNLOAD_S:.0f} s"
            except httpx.RequestError as error:
                reason = _words(error)
            except Damaged as error:
                reason = str(error)
        raise Damaged(f"{reason}, {_DOWNLOAD_TRIES} times")

    async def _fetch(
        self, url: str, target: Path, expected: int | None, headers: Mapping[str, str], turn: int
    ) -> Downloaded:
        origin(url)
        at, known, headers = httpx.URL(url), True, {"accept-encoding": "identity", **headers}
        for _ in range(_MOST_REDIRECTS + 1):
            client, way = await self._way(self._asking, str(at), turn, known)
            async with _sent(client, "GET", way, None, {"headers": headers}) as response:
                if response.status_code not in _ELSEWHERE:
                    return await self._stream(response, target, expected)
                there = _elsewhere(at, response)
            if origin(there) != origin(at):
                # Whoever sends us on is not asked whom we trust, nor given what proves who we are.
                known, headers = False, {"accept-encoding": "identity"}
            at = there
        raise Damaged(f"it is more than {_MOST_REDIRECTS} redirects away")

    async def _stream(self, response: httpx.Response, target: Path, expected: int | None) -> Downloaded:
        if response.status_code in (401, 403, 404, 410):
            raise Expired(f"HTTP {response.status_code}")
        if response.status_code != 200:
            raise Damaged(f"HTTP {response.status_code}")
        said = response.headers.get("content-length", "")
        whole = expected if expected is not None else int(said) if said.isascii() and said.isdecimal() else None
        hashed, count = hashlib.sha256(), 0
        with target.open("wb") as file:
            async for chunk in response.aiter_raw(_CHUNK):
                count += len(chunk)
                if count > self._most_bytes:
                    raise Damaged(f"it is over {self._most_bytes} bytes")
                hashed.update(chunk)
                file.write(chunk)
        if whole is not None and count != whole:
            raise Damaged(f"{count} of {whole} bytes came")
        if not count:
            raise Damaged("it is empty")
        return Downloaded(target, hashed.hexdigest(), count)

    async def _answer(self, response: httpx.Response, into: Path | None = None) -> httpx.Response:
        """A response with all of its body; a good one's is in the file `into` instead, where that is given."""
        body = bytearray()
        if into is not None and response.is_success:
            await self._keep(response, into)
        else:
            async for chunk in response.aiter_bytes(_CHUNK):
                if len(body) + len(chunk) > min(self._most_bytes, _MOST_ANSWER):
                    raise _Oversized("it is too long")
                body += chunk
        plain = ("content-encoding", "transfer-encoding", "content-length")
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in plain]
        return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)

    async def _keep(self, response: httpx.Response, into: Path) -> None:
        part, count = into.with_name(into.name + ".part"), 0
        try:
            with part.open("wb") as file:
                async for chunk in response.aiter_bytes(_CHUNK):
                    count += len(chunk)
                    if count > self._most_bytes:
                        raise _Oversized("it is too long")
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(into)
        finally:
            part.unlink(missing_ok=True)
        if os.name == "posix":  # elsewhere a folder cannot be opened
            folder = os.open(into.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    async def _way(
        self, client: httpx.AsyncClient, url: str, turn: int, known: bool = True
    ) -> tuple[httpx.AsyncClient, Way]:
        """The client that goes to an address, and how. Raises Unsafe, httpx.ConnectError."""
        if known and self._trusts(url):
            return client, Way(httpx.URL(url), {}, {})
        if not self._inside and proxied(shaped(url).host):
            return self._pinned, Way(shaped(url), {}, {})
        return self._pinned, await checked(url, self._resolve, turn)

    def _trusts(self, url: str) -> bool:
        at, host = origin(url), httpx.URL(url).host
        if self._inside and host.endswith(".invalid"):
            return True
        return host in LOOPBACK if self._trusted is None else at in self._trusted

    async def _rest(self, turn: int) -> None:
        longest = min(_LONGEST_BACKOFF_S, _BACKOFF_S * 2**turn)
        await asyncio.sleep(longest * (0.5 + self._luck.random() / 2))


def _client(
    transport: httpx.AsyncBaseTransport | None, timeout: httpx.Timeout, limits: httpx.Limits
) -> httpx.AsyncClient:
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(transport=transport, timeout=timeout, limits=limits, cookies=none, follow_redirects=False)


@asynccontextmanager
async def _sent(
    client: httpx.AsyncClient, method: str, way: Way, trace: Any, request: Mapping[str, Any]
) -> AsyncIterator[httpx.Response]:
    """A request on its way; its response, whose body has not been read."""
    headers = {**(request.get("headers") or {}), **way.headers}
    extensions = way.extensions if trace is None else {**way.extensions, "trace": trace}
    built = client.build_request(method, way.url, **{**request, "headers": headers, "extensions": extensions})
    response = await client.send(built, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


def _elsewhere(at: httpx.URL, response: httpx.Response) -> httpx.URL:
    try:
        return at.join(response.headers["location"])
    except (KeyError, httpx.InvalidURL) as error:
        raise Damaged(f"HTTP {response.status_code} without an address") from error


def _host(url: str) -> str:
    return httpx.URL(url).host


def _words(error: Exception) -> str:
    # What is wrong with a request of ours is said with the request's own words, and a key may be among them.
    if isinstance(error, httpx.LocalProtocolError):
        return "the request cannot be sent as it is"
    return str(error) or type(error).__name__
