"""Houses in memory: an httpx transport that needs no socket, no thread and no time but the event loop's."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from callsheet.rehearsal.exchange import Reply, Request
from callsheet.rehearsal.house import House


def address(name: str) -> str:
    """Where the house of that name is found in memory."""
    return f"http://{name}.invalid"


class Memory(httpx.AsyncBaseTransport):
    """Serves houses by their `address`. What a socket would raise, it raises.

    A request on its way arrives, whatever becomes of the client meanwhile. A host that is not served, or named in `down`, cannot be
    connected to. `latency_s` is the time a request needs to arrive. Clips are made on the loop unless `off_loop`.
    """

    def __init__(self, *houses: House, latency_s: float = 0.0, off_loop: bool = False) -> None:
        self.houses: Mapping[str, House] = {httpx.URL(address(house.skin.name)).host: house for house in houses}
        self.down: set[str] = set()
        """Names of houses that cannot be reached now."""
        self.latency_s, self.off_loop = latency_s, off_loop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises the httpx errors that a faulty connection raises."""
        house = self.houses.get(request.url.host)
        await _tell(request, "connection.connect_tcp.started")
        if house is None or house.skin.name in self.down:
            await _tell(request, "connection.connect_tcp.failed")
            raise httpx.ConnectError("all connection attempts failed", request=request)
        await _tell(request, "connection.connect_tcp.complete")
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Request(request.method, request.url.raw_path.decode("ascii"), headers, body)
        await _tell(request, "http11.send_request_headers.started")
        arrived: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        if self.latency_s:
            asyncio.get_running_loop().call_later(self.latency_s, _arrive, house, asked, arrived)
        else:
            _arrive(house, asked, arrived)
        for event in ("send_request_headers.complete", "send_request_body.started", "send_request_body.complete"):
            await _tell(request, f"http11.{event}")
        await _tell(request, "http11.receive_response_headers.started")
        patience = _patience(request)
        await _wait(self.latency_s, patience, request)
        reply = await arrived
        left = None if patience is None else max(0.0, patience - self.latency_s)
        await _wait(reply.after_s, left, request)
        if reply.ending == "reset":
            raise httpx.ReadError("connection reset by peer", request=request)
        if reply.ending == "drop":
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.", request=request)
        content = await reply.content(self.off_loop)
        await _tell(request, "http11.receive_response_headers.complete")
        length = {"content-length": str(len(content))}
        return httpx.Response(
            reply.status, headers={**reply.headers, **length}, stream=_Body(reply, content, patience, request)
        )


class _Body(httpx.AsyncByteStream):
    def __init__(self, reply: Reply, content: bytes, patience: float | None, request: httpx.Request) -> None:
        self._reply, self._content, self._patience, self._request = reply, content, patience, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        sent = 0
        for piece in self._reply.pieces(self._content):
            await _wait(self._reply.pace_s, self._patience, self._request)
            sent += len(piece)
            yield piece
        if sent < len(self._content):
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body "
                f"(received {sent} bytes, expected {len(self._content)})",
                request=self._request,
            )


def _arrive(house: House, asked: Request, arrived: "asyncio.Future[Reply]") -> None:
    reply: Reply | None = None
    try:
        reply = house.handle(asked)
    finally:
        if reply is None:
            arrived.cancel()  # nobody is to wait for a house that has broken down
        elif not arrived.done():
            arrived.set_result(reply)


async def _wait(seconds: float, patience: float | None, request: httpx.Request) -> None:
    """Let time pass; when it is more than the client's patience, let that pass and raise ReadTimeout."""
    if patience is not None and seconds > patience:
        await asyncio.sleep(patience)
        raise httpx.ReadTimeout("the read operation timed out", request=request)
    if seconds:
        await asyncio.sleep(seconds)


def _patience(request: httpx.Request) -> float | None:
    timeout: Mapping[str, float | None] = request.extensions.get("timeout", {})
    return timeout.get("read")


async def _tell(request: httpx.Request, event: str) -> None:
    trace: Any = request.extensions.get("trace")
    if trace is not None:
        await trace(event, {})
