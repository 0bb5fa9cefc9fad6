"""Who shoots: the sellers a shoot may ask, and how it reaches those that are elsewhere."""

import getpass
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callsheet.providers import Seller

if TYPE_CHECKING:  # worker processes import this too, and have no use for a network
    import httpx

    from callsheet.floor.lines import Lines
    from callsheet.providers.hosted import Hosted

PERSON = "CALLSHEET_PERSON"
"""Environment variable: under whose name money is spent."""


def person() -> str:
    """Who is spending: the name that is set, else that of the system's user."""
    named = os.environ.get(PERSON, "").strip()
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user without an account, as in some containers
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"


@dataclass(frozen=True)
class Crew:
    """The sellers, and the transport over which hosted ones are asked; None is the network."""

    sellers: Sequence[Seller]
    transport: "httpx.AsyncBaseTransport | None" = None
    grace_s: float = 90.0
    """See Buyer."""
    timeout_s: float = 60.0
    """How long a provider may take to answer."""
    rehearsal: bool = False
    """Whether nobody pays what they bill."""

    @property
    def hosted(self) -> "Mapping[str, Hosted]":
        """Those that are elsewhere, by name."""
        from callsheet.providers.hosted import Hosted

        return {seller.name: seller for seller in self.sellers if isinstance(seller, Hosted)}

    @asynccontextmanager
    async def lines(self) -> "AsyncIterator[Lines]":
        """Lines to those that are elsewhere, for one event loop; with a door for their hints, when one is set and they can reach it."""
        from callsheet.floor.hints import Door, Hints
        from callsheet.floor.lines import Lines
        from callsheet.providers.wire import Wire

        # Where a provider is, it says itself; any other address has to be public.
        trusted = [url for seller in self.hosted.values() if isinstance(url := getattr(seller, "url", None), str)]
        wire = Wire(self.transport, timeout_s=self.timeout_s, trusted=trusted)
        door = Door.from_settings() if self.transport is None else None
        lines = Lines(self.hosted, wire, webhook=door.address if door else lambda _provider: None)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(lines.close)
            if door is not None:
                await stack.enter_async_context(Hints(lines, door.port))
            yield lines
