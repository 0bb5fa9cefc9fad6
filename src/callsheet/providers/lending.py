"""Lending: a signed, public address for a file that a seller fetches by itself and takes in no other way."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx

from callsheet.errors import StorageError
from callsheet.providers.fitting import Input
from callsheet.providers.hosted import Create
from callsheet.providers.keys import redacted
from callsheet.providers.safety import Unsafe
from callsheet.providers.wire import Unsent, Wire
from callsheet.store.place import BLOBS_SETTING, PUBLIC_SETTING

WAY = f"keep the files in a bucket ({BLOBS_SETTING}) that others reach at {PUBLIC_SETTING}"
"""What to do so that files can be lent."""
_SPARE_S = 3600
"""How much longer a link lives than the longest job: a seller may fetch late."""


def lending(settings: Mapping[str, str] | None = None) -> bool:
    """Whether the settings (the process's environment by default) say that files can be lent."""
    given = os.environ if settings is None else settings
    return bool(given.get(BLOBS_SETTING, "").strip() and given.get(PUBLIC_SETTING, "").strip())


async def lent(wire: Wire, create: Create, one: Input, longest_s: float) -> str:
    """An address for a file that outlives the longest job, checked to be one on the open internet. Raises Unsent."""
    try:
        link = create.lend(one.sha256, int(longest_s) + _SPARE_S) if create.lend is not None else None
        if link is None:
            raise Unsent(f"{one.role} has no public address: {WAY}")
        await wire.vouch(link)
    except StorageError as error:
        raise Unsent(f"{one.role} cannot be lent: {error.what}") from error
    except (Unsafe, httpx.ConnectError) as error:
        raise Unsent(
            f"{one.role} is not lent: {redacted(str(error), ())}; {PUBLIC_SETTING} must be a public address"
        ) from error
    return link


def noted(link: str, longest_s: float, now: float) -> str:
    """What may be kept about a link: where it leads and until when, and nothing that opens it."""
    until = datetime.fromtimestamp(now, UTC).replace(microsecond=0) + timedelta(seconds=int(longest_s) + _SPARE_S)
    return f"lent {link.partition('?')[0]} until {until.isoformat()}"
