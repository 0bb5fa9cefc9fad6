"""The one HTTP client for every provider. A create is never sent again once a byte of it has left this machine."""

import asyncio
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_CONNECT_TRIES = 4
_ASK_TRIES = 4
_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 20.0
_DOWNLOAD_TRIES = 4
_LONGEST_DOWNLOAD_S = 1800.0
_CHUNK = 1 << 18
_MOST_BYTES = 2 << 30
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


class Wire:
    """Bound to the event loop it is first used in. `transport` takes the place of the network where a provider runs in this process."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        timeout_s: float = 60.0,
        most_bytes: int = _MOST_BYTES,
        luck: random.Random | None = None,
    ) -> None:
        timeout = httpx.Timeout(timeout_s, connect=10.0)
        # Creates get a connection of their own: on one that is kept, a create can meet the moment at which the server closes it.
        alone = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        many = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        self._creating = httpx.AsyncClient(transport=transport, timeout=timeout, limits=alone)
        self._asking = httpx.AsyncClient(transport=transport, timeout=timeout, limits=many)
        self._most_bytes = most_bytes
        self._luck = luck or random.Random()

    async def close(self) -> None:
        """Close every connection."""
        await self._creating.aclose()
        await self._asking.aclose()

    async def create(self, method: str, url: str, **request: Any) -> httpx.Response:
        """Send a create once and return whatever was answered. Raises Unsent, or Lost when it may have arrived.

        Only a connection that cannot be made is tried again, because then nothing was sent.
        """
        for left in reversed(range(_CONNECT_TRIES)):
            sent = False

            async def trace(event: str, _info: Mapping[str, Any]) -> None:
                nonlocal sent
                if event.endswith("send_request_headers.started"):
                    sent = True

            try:
                return await self._creating.request(method, url, extensions={"trace": trace}, **request)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                if not left:
                    raise Unsent(f"{_host(url)} cannot be reached: {_words(error)}") from error
                await self._rest(_CONNECT_TRIES - left)
            except (httpx.TransportError, httpx.DecodingError) as error:
                # A transport that does not trace may have sent: only a proof counts.
                if not sent and isinstance(error, httpx.UnsupportedProtocol | httpx.ProxyError):
                    raise Unsent(_words(error)) from error
                raise Lost(f"{_host(url)} did not answer: {_words(error)}") from error
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
                response = await self._asking.request(method, url, **request)
            except httpx.RequestError as error:
                reason = _words(error)
                continue
            if response.status_code not in _AGAIN:
                return response
            reason = f"HTTP {response.status_code}"
        raise Unanswered(f"{_host(url)} gave no answer in {_ASK_TRIES} tries: {reason}")

    async def download(
        self, url: str, target: Path, expected: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Downloaded:
        """Stream a file to `target`, hashing on the way.

        Raises Expired when the link is dead, Damaged when bytes are missing after several tries, Unanswered.
        """
        reason = ""
        for turn in range(_DOWNLOAD_TRIES):
            if turn:
                await self._rest(turn)
            try:
                async with asyncio.timeout(_LONGEST_DOWNLOAD_S):
                    return await self._stream(url, target, expected, headers or {})
            except TimeoutError:
                reason = f"it was not there after {_LONGEST_DOWNLOAD_S:.0f} s"
            except httpx.RequestError as error:
                reason = _words(error)
            except Damaged as error:
                reason = str(error)
        raise Damaged(f"{reason}, {_DOWNLOAD_TRIES} times")

    async def _stream(self, url: str, target: Path, expected: int | None, headers: Mapping[str, str]) -> Downloaded:
        async with self._asking.stream("GET", url, headers=headers, follow_redirects=False) as response:
            if response.status_code in (401, 403, 404, 410):
                raise Expired(f"HTTP {response.status_code}")
            if response.status_code != 200:
                raise Damaged(f"HTTP {response.status_code}")
            said = response.headers.get("content-length")
            whole = expected if expected is not None else int(said) if said else None
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

    async def _rest(self, turn: int) -> None:
        longest = min(_LONGEST_BACKOFF_S, _BACKOFF_S * 2**turn)
        await asyncio.sleep(longest * (0.5 + self._luck.random() / 2))


def _host(url: str) -> str:
    return httpx.URL(url).host


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
