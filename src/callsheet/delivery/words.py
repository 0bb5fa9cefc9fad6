"""Numbers of the call sheet as people write them."""

from collections.abc import Sequence
from typing import Any

from callsheet.film.price import Money
from callsheet.film.times import duration as duration
from callsheet.providers.waiting import Basis

_CENT = 10_000


def mean(number: float) -> str:
    """An expected number, to the tenth."""
    return f"{number:.1f}"


def cents(amount: Money | None) -> str:
    """An amount to the cent, halves up; less than a cent keeps what it has, and an unknown one is no number."""
    if amount is None:
        return "unknown"
    if not amount.micros or abs(amount.micros) < _CENT:
        return str(amount)
    return str(Money((amount.micros + _CENT // 2) // _CENT * _CENT, amount.currency))


def bare(amount: Money | None) -> str:
    """The same without its currency, for columns that state it."""
    return cents(amount).partition(" ")[0]


def expectation(takes: float | None) -> str:
    """Expected takes; not known is said, and is not one."""
    return "not known" if takes is None else f"about {mean(takes)}"


def waited(seconds: float | None, basis: Basis | None) -> str:
    """A wait, with whence it is known where it was not seen here: `6 min`, `about 3 min, as stated`, `about 40 s, assumed`."""
    if seconds is None or not seconds or basis not in ("stated", "assumed"):
        return duration(seconds)
    return f"about {duration(seconds)}, {'as stated' if basis == 'stated' else 'assumed'}"


def excluded_by_rule(shots: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> list[dict[str, Any]]:
    """What is out, by rule: its offers, and the shots for which they are, in film order. `shots` are (code, [(offer, rule)])."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for code, pairs in shots:
        by_rule: dict[str, list[str]] = {}
        for offer, rule in pairs:
            by_rule.setdefault(rule, []).append(offer)
        for rule, offers in by_rule.items():
            found.setdefault((rule, tuple(sorted(offers))), []).append(code)
    everywhere = len(shots)
    return [
        {"rule": rule, "offers": list(offers), "shots": codes, "all": len(codes) == everywhere}
        for (rule, offers), codes in found.items()
    ]
