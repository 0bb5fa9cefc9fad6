"""Providers' keys: from the environment, else from the system's keyring. A key is never written down, shown, or sent anywhere else."""

import hmac
import os
import re
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any, Literal, NoReturn
from urllib.parse import quote

from callsheet.errors import InputError, MissingPartError, NotFoundError

SERVICE = "callsheet"
"""Under which name keys lie in the keyring; the user there is the route."""
_SHOWN = "[key]"
_TAIL = 6
"""So many first characters of a key at the end of a text count as the key, cut short."""
_SHORT = 4
"""What is shorter is no secret, and too common a text to look for."""


class Key:
    """A secret that shows itself to nobody who does not ask: not printed, not pickled."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def reveal(self) -> str:
        """The secret."""
        return self._secret

    def __repr__(self) -> str:
        return "Key(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self._secret.encode(), other._secret.encode())

    def __hash__(self) -> int:
        return hash((Key, self._secret))

    def __copy__(self) -> "Key":
        return self

    def __deepcopy__(self, memo: Any) -> "Key":
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError("a key is not to be stored")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a key is not to be stored")


def key_for(names: Sequence[str], route: str) -> Key | None:
    """A route's key: the first of the environment variables `names` that is set, else the one in the keyring. None when there is none.

    Raises InputError, naming the place, for a key that no request could carry.
    """
    for name in names:
        if secret := os.environ.get(name, "").strip():
            return Key(_sound(secret, name))
    kept = _kept(route)
    return Key(_sound(kept, f"the keyring, {route}")) if kept else None


def has_keyring() -> bool:
    """Whether there is a keyring that could hold a key."""
    ring = _ring()
    if ring is None:
        return False
    from keyring.backends.fail import Keyring as Fail

    return not isinstance(ring.get_keyring(), Fail)


def where(route: str) -> Literal["environment", "keyring"] | None:
    """Where a route's key lies. Raises NotFoundError for a route that is not in the catalogue."""
    if any(os.environ.get(name, "").strip() for name in _names(route)):
        return "environment"
    return "keyring" if _kept(route) else None


def store(route: str, secret: str) -> None:
    """Keep a route's key in the keyring. Raises InputError, MissingPartError when there is no keyring."""
    ring = _ring()
    if ring is None:
        raise _no_ring()
    sound = _sound(secret.strip(), route)
    try:
        ring.set_password(SERVICE, route, sound)
    except (ring.errors.KeyringError, RuntimeError, OSError) as error:
        raise _no_ring(error) from None


def forget(route: str) -> bool:
    """Take a route's key out of the keyring; whether there was one. Raises MissingPartError when there is no keyring."""
    ring = _ring()
    if ring is None:
        raise _no_ring()
    try:
        ring.delete_password(SERVICE, route)
    except ring.errors.PasswordDeleteError:
        return False
    except (ring.errors.KeyringError, RuntimeError, OSError) as error:
        raise _no_ring(error) from None
    return True


def redacted(text: str, keys: Iterable[Key | str]) -> str:
    """`text` without the keys, whole, in two halves around a colon, as part of an address, or cut short by the end of the text."""
    for secret in sorted(set(_forms(keys)), key=lambda form: (-len(form), form)):
        text = text.replace(secret, _SHOWN)
        for length in range(len(secret) - 1, _TAIL - 1, -1):
            if text.endswith(secret[:length]):
                text = text[:-length] + _SHOWN
                break
    return _SIGNED.sub(r"\1=[signature]", text)


_SIGNED = re.compile(r"\b(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s\"'<>)]*", re.IGNORECASE)
"""What opens a link that was lent, wherever somebody repeats it."""


def _forms(keys: Iterable[Key | str]) -> Iterable[str]:
    for key in keys:
        secret = key.reveal() if isinstance(key, Key) else key
        for part in (secret, *secret.split(":")):
            if len(part) >= _SHORT:
                yield from (part, quote(part, safe=""))


def _sound(secret: str, place: str) -> str:
    """A key that a header can carry. What libraries say about one that it cannot would show it."""
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(
            "what is set there is no key",
            where=place,
            remedy="Set it again: one word of plain letters, digits and signs.",
        )
    return secret


def _names(route: str) -> tuple[str, ...]:
    from callsheet.providers.families import key_names
    from callsheet.providers.installed import routes

    offers = routes().get(route)
    if not offers:
        raise NotFoundError(
            f"there is no route {route!r}", remedy="`callsheet models` lists what is sold, and by whom."
        )
    return key_names(offers[0].protocol, route)


def _kept(route: str) -> str | None:
    ring = _ring()
    if ring is None:
        return None
    try:
        secret: str | None = ring.get_password(SERVICE, route)
    except (ring.errors.KeyringError, RuntimeError, OSError):  # no backend, or one that is locked
        return None
    return secret.strip() or None if secret else None


def _ring() -> ModuleType | None:
    """The keyring library, where it is installed."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return None
    return keyring


def _no_ring(error: Exception | None = None) -> MissingPartError:
    why = f"the system's keyring does not work ({type(error).__name__})" if error else "there is no keyring"
    return MissingPartError(why, remedy="Install callsheet[keyring], or set the key as an environment variable.")
