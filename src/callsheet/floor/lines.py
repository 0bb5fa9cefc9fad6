"""The lines to hosted providers: one wire, one poller and one door a provider, shared by every production that this process shoots."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from callsheet.floor.poller import Poller
from callsheet.floor.turnstile import Turnstile
from callsheet.providers.hosted import Hosted
from callsheet.providers.wire import Wire

_T = TypeVar("_T")
_LAST_WORDS_S = 10.0
"""How long a create that is under way is waited for when everything else stops."""


class Lines:
    """Used in one event loop, and closed there."""

    def __init__(
        self,
        providers: Mapping[str, Hosted],
        wire: Wire,
        luck: random.Random | None = None,
        webhook: Callable[[str], str | None] = lambda _provider: None,
    ) -> None:
        self.providers, self.wire = providers, wire
        self.luck = luck or random.Random()
        self.webhook = webhook
        """Where a provider may leave hints."""
        self.doors = {name: Turnstile() for name in providers}
        self.pollers = {name: Poller(provider, wire, self.luck) for name, provider in providers.items()}
        self._sending: set[asyncio.Task[Any]] = set()

    async def through(self, sending: Coroutine[Any, Any, _T]) -> _T:
        """Do what should not be cut off half-way, a create and the note of its answer: whoever waits for it may be cancelled, it goes on."""
        task = asyncio.ensure_future(sending)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return await asyncio.shield(task)

    def nudge(self, provider: str, job: str) -> None:
        """A webhook says that something happened to a job."""
        if provider in self.pollers:
            self.pollers[provider].nudge(job)

    async def close(self) -> None:
        """Stop asking. Jobs go on at their providers, and are collected by the next run. A create that is under way may end first."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=_LAST_WORDS_S)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        for poller in self.pollers.values():
            await poller.close()
        await self.wire.close()
