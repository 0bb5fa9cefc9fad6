"""Crash points: every place at which a buying process is killed, and the parts that kill it there.

A point is `part:phase`. An arrow of the attempt is killed `before` it begins, `inside` its transaction with everything written and
nothing committed, and `after` it is committed. The wire is killed when a connection is made, when half or all of a create has left, when its
answer is there and not looked at, around questions, and half-way and at the end of a download. `part:phase#2` is its second time in one run.
"""

import contextlib
import functools
import os
import signal
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection

from callsheet.money.attempts import Attempts
from callsheet.store import ProductionStore
from callsheet.store.database import Database

ARROWS = (
    "reserve", "arm", "take_over", "accepted", "lose", "release", "settle", "ask_cancel", "cancel_sent", "close_door",
)  # fmt: skip
"""The committed arrows of an attempt, and what else is committed on its way."""

PHASES = ("before", "inside", "after")
WIRE = (
    "create:connected", "create:half", "create:sent", "create:answered", "find:before", "find:answered", "poll:before",
    "poll:answered", "cancel:before", "cancel:answered", "download:half", "download:whole",
)  # fmt: skip
POINTS = (*(f"{arrow}:{phase}" for arrow in ARROWS for phase in PHASES), *WIRE)
"""Every crash point there is."""

_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Houses speak plain HTTP: no run has to read the machine's certificates."""

_QUIET = ("poll:before", "poll:answered")
"""Passed again and again: told only once a run."""


class Points:
    """Writes down the points that this process passes, and kills it at `kill`, or at the point that is number `at`."""

    def __init__(self, trace: Path, kill: str | None = None, at: int | None = None) -> None:
        self._file = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._kill, self._at = kill, at
        self._seen: Counter[str] = Counter()
        self._total = 0
        self._lock = threading.Lock()
        self._arrow = threading.local()

    def reach(self, name: str) -> None:
        """This point is reached; does not return when it is the one to die at."""
        with self._lock:
            self._seen[name] += 1
            count = self._seen[name]
            if name in _QUIET and count > 1:
                return
            self._total += 1
            label = name if count == 1 else f"{name}#{count}"
            os.write(self._file, f"{label}\n".encode())
            if label == self._kill or self._total == self._at:
                os.kill(os.getpid(), signal.SIGKILL)

    def inside(self) -> None:
        """A transaction is about to be committed."""
        arrow = getattr(self._arrow, "name", None)
        if arrow:
            self.reach(f"{arrow}:inside")

    def watch(self, arrow: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, with the points of an arrow around it."""

        @functools.wraps(call)
        def watched(*arguments: Any, **named: Any) -> Any:
            before = getattr(self._arrow, "name", None)
            self.reach(f"{arrow}:before")
            self._arrow.name = arrow
            try:
                result = call(*arguments, **named)
            finally:
                self._arrow.name = before
            self.reach(f"{arrow}:after")
            return result

        return watched


class _Watched(Database):
    """Tells that a transaction is about to be committed."""

    def __init__(self, database: Database, points: Points) -> None:
        super().__init__(database.url)
        self._points = points

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        with super().writing() as db:
            yield db
            self._points.inside()


def mortal_attempts(store: ProductionStore, points: Points) -> Attempts:
    """The production's attempts, whose arrows are crash points."""
    attempts = Attempts(_Watched(store.database, points), store.id, store.clock)
    for arrow in ARROWS:
        setattr(attempts, arrow, points.watch(arrow, getattr(attempts, arrow)))
    return attempts


class MortalTransport(httpx.AsyncBaseTransport):
    """The network, with crash points. Creates go over connections of their own, as they do without it."""

    def __init__(self, points: Points) -> None:
        self._points = points
        self._creating = httpx.AsyncHTTPTransport(_PLAIN, limits=httpx.Limits(max_keepalive_connections=0))
        self._asking = httpx.AsyncHTTPTransport(_PLAIN)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, passing the points of what it is."""
        kind = _kind(request)
        if kind == "create":
            request.extensions = {**request.extensions, "trace": self._traced(request.extensions.get("trace"))}
            response = await self._creating.handle_async_request(request)
            self._points.reach("create:answered")
            return response
        if kind in ("find", "poll", "cancel"):
            self._points.reach(f"{kind}:before")
        response = await self._asking.handle_async_request(request)
        if kind in ("find", "poll", "cancel"):
            self._points.reach(f"{kind}:answered")
        if kind == "download" and response.status_code == 200:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _Download(response.stream, self._points)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._creating.aclose()
        await self._asking.aclose()

    def _traced(
        self, inner: Callable[[str, Mapping[str, Any]], Awaitable[None]] | None
    ) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
        async def trace(event: str, info: Mapping[str, Any]) -> None:
            if inner is not None:
                await inner(event, info)
            if name := _EVENTS.get(event):
                self._points.reach(name)

        return trace


_EVENTS = {
    "connection.connect_tcp.complete": "create:connected",
    "http11.send_request_headers.complete": "create:half",
    "http11.send_request_body.complete": "create:sent",
}


class _Download(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, points: Points) -> None:
        self._inner, self._points = inner, points

    async def __aiter__(self) -> AsyncIterator[bytes]:
        first = True
        async for chunk in self._inner:
            if first:
                self._points.reach("download:half")
                first = False
            yield chunk
        self._points.reach("download:whole")

    async def aclose(self) -> None:
        await self._inner.aclose()


def _kind(request: httpx.Request) -> str:
    path = request.url.path
    if path == "/v1/takes":
        return "create" if request.method == "POST" else "find" if "client_id" in request.url.params else "poll"
    if path.endswith("/cancel"):
        return "cancel"
    return "download" if path.startswith("/files/") else ""
