"""Who shoots: the sellers a shoot may ask, and how it reaches those that are elsewhere."""

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from callsheet.providers import Seller
from callsheet.providers.hosted import Hosted
from callsheet.providers.wire import Wire

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
    transport: httpx.AsyncBaseTransport | None = None
    grace_s: float = 90.0
    """See Buyer."""
    timeout_s: float = 60.0
    """How long a provider may take to answer."""
    rehearsal: bool = False
    """Whether nobody pays what they bill."""

    @property
    def hosted(self) -> Mapping[str, Hosted]:
        """Those that are elsewhere, by name."""
        return {seller.name: seller for seller in self.sellers if isinstance(seller, Hosted)}

    def wire(self) -> Wire:
        """A client for them, to be used in one event loop and closed."""
        return Wire(self.transport, timeout_s=self.timeout_s)
