"""Finding offers: by anything they say, by what a clip would cost on them, in an order that is asked for."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from callsheet.catalog.catalogue import Catalogue
from callsheet.catalog.fit import fit
from callsheet.catalog.known import UNKNOWN, Fact, Unknown
from callsheet.catalog.offer import Offer, Status
from callsheet.catalog.price import Wanted, price, unit_price
from callsheet.catalog.rates import Conversion
from callsheet.catalog.tariff import Mode
from callsheet.errors import BudgetError, InputError
from callsheet.film.price import Money, Price

Sort = Literal["price", "id", "maker", "lines", "longest"]


@dataclass(frozen=True)
class Query:
    """What an offer must be. What it does not state does not pass: unknown is never yes."""

    text: str = ""
    """Part of an id, a family, a maker or a seller."""
    makers: Set[str] = frozenset()
    routes: Set[str] = frozenset()
    """Routes or sellers."""
    regions: Set[str] = frozenset()
    statuses: Set[Status | Unknown] = frozenset()
    """Any when empty."""
    modes: Set[Mode] = frozenset()
    audio: bool | None = None
    """True for those that make sound; False for those that can leave it."""
    seconds: Fraction | None = None
    """A clip of this length must be to be had, or a longer one to be cut."""
    min_lines: int = 0
    aspect: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    """Dotted fields and what they must say: `{"legal.indemnity": "enterprise", "seed": "yes"}`; `!` before a value turns it round."""
    at_most: Money | None = None
    """What `wanted` may cost."""
    wanted: Wanted | None = None
    currency: str | None = None
    """Prices are shown in it, at a dated rate."""
    sort: Sort = "id"


@dataclass(frozen=True)
class Row:
    """An offer that was found, its status on the day, and what the clip that was asked about costs on it."""

    offer: Offer
    status: Status | Unknown
    price: Price | None
    """In the seller's currency; None when unknown, or when no clip was asked about."""
    shown: Conversion | None
    """The worst price in the currency that was asked for; None when it is unknown or there is no rate."""
    why: str = ""
    """Why there is no price to show."""
    ordered: Wanted | None = None
    """What is ordered to get the clip: offers have lengths and sizes of their own. None when it cannot be had."""


def find(catalogue: Catalogue, query: Query, today: date) -> tuple[Row, ...]:
    """The offers that pass, sorted. Raises InputError for a price limit without a clip, NotFoundError for a field that is not there."""
    if query.at_most and not query.wanted:
        raise InputError("a price limit needs a clip", remedy="Say how long and how large the clip is.")
    rows = (_row(catalogue, offer, query, today) for offer in catalogue if _passes(offer, query, today))
    return tuple(sorted((row for row in rows if _affordable(row, query)), key=lambda row: _key(row, query)))


def _row(catalogue: Catalogue, offer: Offer, query: Query, today: date) -> Row:
    status = offer.status_on(today)
    if query.wanted is None:
        return Row(offer, status, None, None)
    fitted = fit(offer, query.wanted)
    if fitted.wanted is None:
        return Row(offer, status, None, None, fitted.why)
    known = price(offer, fitted.wanted)
    if known is None:
        return Row(offer, status, None, None, "its price is unknown", fitted.wanted)
    to = query.currency or (query.at_most.currency if query.at_most else known.worst.currency)
    try:
        return Row(offer, status, known, catalogue.rates.convert(known.worst, to, today), ordered=fitted.wanted)
    except BudgetError as error:
        return Row(offer, status, known, None, error.what, fitted.wanted)


def _affordable(row: Row, query: Query) -> bool:
    if query.at_most is None:
        return True
    return (
        row.shown is not None
        and row.shown.money.currency == query.at_most.currency
        and row.shown.money <= query.at_most
    )


def _passes(offer: Offer, query: Query, today: date) -> bool:
    words = (offer.id, offer.model.family, str(offer.model.maker), offer.provider)
    return (
        (not query.text or any(query.text.lower() in word.lower() for word in words))
        and (not query.makers or _in(query.makers, [str(offer.model.maker)]))
        and (not query.routes or _in(query.routes, [offer.route, offer.provider]))
        and (not query.regions or _in(query.regions, [str(offer.region)]))
        and (not query.statuses or offer.status_on(today) in query.statuses)
        and all(offer.can(mode) is True for mode in query.modes)
        and _sounds(offer, query.audio)
        and _reaches(offer, query)
        and all(says(offer.field(name), value) for name, value in query.where.items())
    )


def _in(wanted: Iterable[str], given: list[str]) -> bool:
    return not {w.lower() for w in wanted}.isdisjoint(g.lower() for g in given)


def _sounds(offer: Offer, audio: bool | None) -> bool:
    if audio is None:
        return True
    return offer.audio in (("always", "toggle", "yes") if audio else ("none", "toggle"))


def _reaches(offer: Offer, query: Query) -> bool:
    if query.seconds is not None and (
        isinstance(offer.durations, Unknown) or offer.durations.reaching(query.seconds) is None
    ):
        return False
    if query.min_lines and (isinstance(offer.lines, Unknown) or offer.lines < query.min_lines):
        return False
    return query.aspect is None or (not isinstance(offer.aspects, Unknown) and query.aspect in offer.aspects)


def says(value: Any, wanted: str) -> bool:
    """Whether a field says `wanted`. `!x` is any known value but x; of a list, any one; `unknown` must be asked for by name."""
    if wanted.startswith("!"):
        return value is not UNKNOWN and not says(value, wanted[1:])
    if isinstance(value, tuple):
        return any(says(v, wanted) for v in value)
    return wanted.lower() in _spelt(value)


def _spelt(value: Any) -> set[str]:
    if isinstance(value, bool):
        return {"yes", "true"} if value else {"no", "false"}
    return {"none" if value is None else str(value).lower()}


def _key(row: Row, query: Query) -> tuple[Any, ...]:
    """Unknown comes last, whatever is sorted by."""
    offer = row.offer
    if query.sort == "price":
        if query.wanted:
            money = row.shown.money if row.shown else None
        else:
            unit = unit_price(offer)
            money = unit.money if unit else None
        return (money is None, money.currency if money else "", money.micros if money else 0, offer.id)
    if query.sort == "lines":
        return (offer.lines is UNKNOWN, -offer.lines if isinstance(offer.lines, int) else 0, offer.id)
    if query.sort == "longest":
        known = offer.durations
        return (isinstance(known, Unknown), 0 if isinstance(known, Unknown) else -known.longest, offer.id)
    return (str(offer.model.maker), offer.id) if query.sort == "maker" else (offer.id,)


def facts(row: Row) -> dict[str, Any]:
    """The row as plain data. Without a clip, `price` is the one of a unit; with one, that of the clip at worst."""
    offer = row.offer
    sunset = offer.sunset_on
    money: dict[str, Any] | str = "unknown"
    if row.shown:
        money = {"unit": "clip", "currency": row.shown.money.currency, "micros": row.shown.money.micros}
    elif row.price:
        money = {"unit": "clip", "currency": row.price.worst.currency, "micros": row.price.worst.micros}
    elif not row.why and (unit := unit_price(offer)):
        money = {"unit": unit.unit, "currency": unit.money.currency, "micros": unit.money.micros}
    return {
        "offer": offer.id,
        "model": offer.model.id,
        "provider": offer.provider,
        "region": str(offer.region),
        "status": str(row.status),
        "sunset_on": None if sunset is None else str(sunset),
        "modes": "unknown" if isinstance(offer.modes, Unknown) else list(offer.modes),
        "price": money,
        "verified_on": offer.verified_on.isoformat(),
        "source": offer.source,
    }


def card(offer: Offer, today: date) -> dict[str, dict[str, str]]:
    """Everything the catalogue says about one offer: dotted field to value, source, day and doubt. What is unknown is listed as unknown."""
    told: dict[str, dict[str, str]] = {}
    for name, value in leaves(offer):
        if name == "status":
            continue
        told[name] = {"value": value, **_evidence(offer, name)}
    return {"status": {"value": str(offer.status_on(today)), **_evidence(offer, "status")}, **told}


def _evidence(offer: Offer, name: str) -> dict[str, str]:
    at = name
    while at and at not in offer.evidence:
        at = at.rpartition(".")[0]
    if not at:
        return {"source": "", "verified_on": "", "doubt": ""}
    said = offer.evidence[at]
    return {"source": said.where, "verified_on": said.on.isoformat(), "doubt": said.doubt}


def leaves(offer: Offer) -> Iterable[tuple[str, str]]:
    """Every field of an offer but its evidence: dotted name and value in words."""
    return _leaves(offer, "")


def _leaves(value: Any, at: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, Fact) and type(value).__str__ is Fact.__str__:
        for name in type(value).model_fields:
            if (at, name) != ("", "evidence"):
                yield from _leaves(getattr(value, name), f"{at}.{name}" if at else name)
    else:
        yield at, _word(value)


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_word(v)}" for k, v in value.items()) or "none"
    if isinstance(value, tuple):
        return "; ".join(map(_word, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fact) and type(value).__str__ is Fact.__str__:
        stated = {k: v for k, v in value if v is not None}
        return " ".join(f"{k} {_word(v)}" for k, v in stated.items())
    return "none" if value is None else str(value)


_COLUMNS = ("offer", "status", "maker", "seconds", "lines", "price", "verified on", "source")


def table(rows: tuple[Row, ...]) -> str:
    """The rows as aligned text, and under them the exchange rates that were used."""
    body = [_COLUMNS, *map(_cells, rows)]
    widths = [max(len(row[i]) for row in body) for i in range(len(_COLUMNS))]
    rates = dict.fromkeys(row.shown.rate for row in rows if row.shown and row.shown.rate)
    return "\n".join(
        [
            *("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in body),
            *(f"1 {r.base} = {r.rate} {r.quote} on {r.on}: {r.where}" for r in rates),
        ]
    )


def _cells(row: Row) -> tuple[str, ...]:
    offer = row.offer
    unit = None if row.price or row.why else unit_price(offer)
    if row.shown:
        cost = str(row.shown.money)
    elif row.price:
        cost = f"{row.price.worst} (no rate)"
    elif unit:
        cost = f"{unit.money} / {unit.unit}" + (f" at {unit.at}" if unit.at else "")
    else:
        cost = row.why or "unknown"
    doubted = ", doubted" if offer.says("status" if isinstance(offer.price, Unknown) else "price").doubt else ""
    return (offer.id, str(row.status), str(offer.model.maker), _seconds(offer), str(offer.lines), cost,
            offer.verified_on.isoformat(), offer.source + doubted)  # fmt: skip


def _seconds(offer: Offer) -> str:
    known = offer.durations
    if not isinstance(known, Unknown) and len(known.only) > 4:
        return f"{known.shortest}-{known.longest}, {len(known.only)} of them"
    return str(known)
