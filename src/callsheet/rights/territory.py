"""Where: ISO 3166 codes, parts of countries (`US-NY`), groups of countries (`EU`) and `WORLD`."""

import re
from collections.abc import Iterable

WORLD = "WORLD"
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
GROUPS = {"EU": EU, "EEA": EU | {"IS", "LI", "NO"}}
_OTHER_NAMES = {"UK": "GB", "EL": "GR", "WW": WORLD, "WORLDWIDE": WORLD}


def code(text: str) -> str:
    """A territory as it is compared: upper case, one name each (`uk` is `GB`)."""
    upper = text.strip().upper()
    return _OTHER_NAMES.get(upper, upper)


def codes(texts: Iterable[str]) -> frozenset[str]:
    """Every territory as it is compared."""
    return frozenset(code(text) for text in texts)


def _is_code(place: str) -> bool:
    return place in GROUPS or re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", place) is not None


def _countries(place: str) -> frozenset[str]:
    return GROUPS.get(place, frozenset({place}))


def inside(place: str, other: str) -> bool:
    """Whether all of `place` lies in `other`."""
    if other == WORLD or place == other:
        return True
    if place == WORLD:
        return False
    return all(one in _countries(other) or one.partition("-")[0] in _countries(other) for one in _countries(place))


def missing(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The territories of `wanted` that `granted` does not cover whole, sorted."""
    given = frozenset(granted)
    countries = frozenset(one for place in given for one in _countries(place))
    return tuple(
        sorted(
            place
            for place in wanted
            if not any(inside(place, other) for other in given)
            and not (place != WORLD and all(one in countries for one in _countries(place)))
        )
    )


def shared(wanted: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The territories of `others` of which some part lies in `wanted`, sorted; a name that is no code is taken to be everywhere."""
    places = tuple(wanted)
    return tuple(sorted(other for other in others if any(_touch(place, other) for place in places)))


def _touch(one: str, other: str) -> bool:
    # A name that is no code, such as a region of sales, may mean anywhere.
    if WORLD in (one, other) or not (_is_code(one) and _is_code(other)):
        return True
    return any(inside(a, b) or inside(b, a) for a in _countries(one) for b in _countries(other))
