"""Content digests: the name of a thing is the sha256 of what it is made of."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Models are dumped in JSON mode first; floats must be finite."""

    def plain(thing: Any) -> Any:
        if isinstance(thing, BaseModel):
            return thing.model_dump(mode="json")
        raise TypeError(f"{type(thing).__name__} has no canonical form")

    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=plain
    ).encode()


def digest(value: Any) -> str:
    """The sha256, in hex, of the canonical JSON of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def seed(*parts: Any) -> int:
    """A 63-bit seed drawn from the digest of `parts`."""
    return int(digest(list(parts))[:16], 16) >> 1
