"""Where providers leave hints: a small receiver of webhooks. A hint only makes the poller look at once; what is true is always asked.

So a hint that is late, doubled or lost changes nothing, and one that is forged is turned away before it is read.
"""

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import h11

from callsheet.errors import ConflictError, InputError
from callsheet.floor.lines import Lines
from callsheet.providers.hosted import Forged

SETTING = "CALLSHEET_WEBHOOKS"
"""Environment variable: the address at which providers reach this machine, then the local port: `https://hooks.example.com 8765`."""

_READ = 1 << 16
_MOST_BODY = 1 << 20
_LONGEST_S = 10.0


@dataclass(frozen=True)
class Door:
    """Where hints come in: `public` is what providers are told, `port` where this machine listens."""

    public: str
    port: int

    @classmethod
    def from_settings(cls) -> "Door | None":
        """What the setting says; None when it is not set. Raises InputError."""
        text = os.environ.get(SETTING, "").split()
        if not text:
            return None
        if len(text) != 2 or not text[0].startswith(("https://", "http://")) or not text[1].isdecimal():
            raise InputError(
                "it does not name an address and a port", where=SETTING, remedy="Write https://hooks.example.com 8765."
            )
        return cls(text[0].rstrip("/"), int(text[1]))

    def address(self, provider: str) -> str:
        """What a provider is told."""
        return f"{self.public}/{provider}"


class Hints:
    """Listens in the running event loop: `async with Hints(lines, port)`. `counts` says how many hints were `heard`, `forged` or `lost`."""

    def __init__(self, lines: Lines, port: int = 0, host: str = "0.0.0.0") -> None:
        self.counts: Counter[str] = Counter()
        self.port = port
        self._lines, self._host = lines, host
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(self._accept, self._host, self.port)
        except OSError as error:
            raise ConflictError(
                f"port {self.port} cannot be listened on: {error.strerror}", where=SETTING, remedy="Name a free port."
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def hear(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take in one webhook; the HTTP status to answer with."""
        provider = self._lines.providers.get(path.partition("?")[0].strip("/").rpartition("/")[2])
        if provider is None:
            self.counts["lost"] += 1
            return 404
        try:
            hint = provider.hint(headers, body)
        except Forged:
            self.counts["forged"] += 1
            return 401
        self.counts["heard"] += 1
        self._lines.nudge(provider.name, hint.job)
        return 204

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._converse(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, and the connection is closed."""
        line = h11.Connection(h11.SERVER)
        try:
            async with asyncio.timeout(_LONGEST_S):
                asked = await _request(line, reader)
                if asked is not None:
                    head, body = asked
                    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
                    post = head.method == b"POST"
                    status = self.hear(head.target.decode("latin-1"), headers, body) if post else 405
                    close = [("content-length", "0"), ("connection", "close")]
                    writer.write(line.send(h11.Response(status_code=status, headers=close)) or b"")
                    writer.write(line.send(h11.EndOfMessage()) or b"")
                    await writer.drain()
        except (ConnectionError, TimeoutError, h11.RemoteProtocolError):
            self.counts["lost"] += 1
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _request(line: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request, bytes] | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            line.receive_data(await reader.read(_READ))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _MOST_BODY:
                raise h11.RemoteProtocolError("the body is too large", 413)
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return head, bytes(body)
        else:
            return None
