"""A house on a real local port, whose connections really break."""

import asyncio
import contextlib
import socket
import struct
from types import TracebackType
from typing import Self

import h11

from callsheet.rehearsal.exchange import Reply, Request
from callsheet.rehearsal.house import House
from callsheet.rehearsal.webhooks import Send, post

_READ = 1 << 16
_MOST_BODY = 1 << 28


class Server:
    """Serves a house on 127.0.0.1 in the running event loop.

        async with Server(house) as server:
            print(server.url)

    Clips are made in threads. The house's clock is followed every `beat_s`, so that charges fall due without anybody asking, and
    webhooks are given to `send`. What fails in serving is raised when the block ends.
    """

    def __init__(self, house: House, port: int = 0, *, send: Send | None = None, beat_s: float = 0.05) -> None:
        self.house, self.url = house, ""
        self._port, self._send, self._beat_s = port, send, beat_s
        self._server: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        beat = post(self.house, self._send, self._beat_s) if self._send else self._follow()
        self._keep(asyncio.create_task(beat))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        if self._failures and error is None:
            raise self._failures[0]

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def _follow(self) -> None:
        while True:
            self.house.advance()
            await asyncio.sleep(self._beat_s)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._keep(asyncio.create_task(self._converse(reader, writer)))

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first request to its end."""
        line = h11.Connection(h11.SERVER)
        try:
            while (request := await _next_request(line, reader)) is not None:
                reply = self.house.handle(request)
                if reply.after_s:
                    await asyncio.sleep(reply.after_s)
                if not await _answer(line, writer, reply):
                    return
                if line.our_state is not h11.DONE or line.their_state is not h11.DONE:
                    return
                line.start_next_cycle()
        except (ConnectionError, h11.RemoteProtocolError):
            return  # the client has gone, or speaks no HTTP
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _next_request(line: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    """The next request, once all of it is here; None when the client has closed."""
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
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            return Request(head.method.decode(), head.target.decode("latin-1"), headers, bytes(body))
        else:
            return None


async def _answer(line: h11.Connection, writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send a reply as far as it is meant to be sent; whether the connection can go on."""
    if reply.ending in ("drop", "reset"):
        _break(writer, reset=reply.ending == "reset")
        return False
    content = await reply.content(off_loop=True)
    headers = [*reply.headers.items(), ("content-length", str(len(content)))]
    writer.write(line.send(h11.Response(status_code=reply.status, headers=headers)) or b"")
    for piece in reply.pieces(content):
        if reply.pace_s:
            await writer.drain()
            await asyncio.sleep(reply.pace_s)
        writer.write(line.send(h11.Data(data=piece)) or b"")
    await writer.drain()
    if reply.ending == "cut":
        return False
    writer.write(line.send(h11.EndOfMessage()) or b"")
    await writer.drain()
    return True


def _break(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    if reset:
        # With no time to linger, closing sends RST instead of FIN.
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
