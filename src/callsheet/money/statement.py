"""The statement: where money went, what an approved second cost, and what was paid for nothing, by cause.

All of it comes from the ledger, the takes and the picks; nothing is kept beside them. Amounts are exact, and currencies stay apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Select, and_, func, select

from callsheet.film import Money, Recipe
from callsheet.money.ledger import Account
from callsheet.money.odds import Odds
from callsheet.money.tally import Tally, tallies
from callsheet.store import tables as t
from callsheet.store.database import Database

Group = Literal["production", "shot", "provider", "offer", "person", "day"]
Cause = Literal[
    "rejected by gate", "rejected by person", "moderated", "failed but charged", "abandoned", "undelivered"
]  # fmt: skip
"""Why money bought nothing that is used. `abandoned`: cancelled, or a clip that came after another had been bought in its place."""

CAUSES: tuple[Cause, ...] = get_args(Cause)
REJECTED = "rejected"
"""The state of a take that a gate has rejected."""

_KEYS: Mapping[Group, Callable[[Tally], str]] = {
    "production": lambda tally: tally.spender.production,
    "shot": lambda tally: tally.spender.name("shot"),
    "provider": lambda tally: tally.provider,
    "offer": lambda tally: tally.offer,
    "person": lambda tally: tally.spender.person,
    "day": lambda tally: tally.spender.day,
}
_ACCOUNTS: Mapping[Account, str] = {
    "estimated": "estimated",
    "held": "held",
    "charged:reported": "reported",
    "charged:computed": "computed",
    "refund:pending": "owed",
    "refunded": "refunded",
    "released": "released",
}


@dataclass
class Totals:
    """What stands on the accounts, in micro-units of one currency."""

    currency: str
    estimated: int = 0
    """What the prices said."""
    held: int = 0
    """Promised: open attempts."""
    reported: int = 0
    """Charged as the provider says, without what was asked back."""
    computed: int = 0
    """Charged as our price says, without what was asked back."""
    owed: int = 0
    """Asked back, and not arrived."""
    refunded: int = 0
    released: int = 0

    @property
    def spent(self) -> Money:
        """What was charged and did not come back."""
        return Money(self.reported + self.computed + self.owed, self.currency)

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {**vars(self), "spent": self.spent.micros}


@dataclass(frozen=True)
class PerSecond:
    """What one approved second cost. While money is held or owed back it lies between `low` and `high`; else they are the same."""

    low: Money
    high: Money

    @property
    def known(self) -> bool:
        """Whether nothing is open any more."""
        return self.low == self.high

    def __str__(self) -> str:
        return f"{self.low}" if self.known else f"{self.low} to {self.high}"


@dataclass
class Waste:
    """What was paid for nothing that is used, for one cause and in one currency."""

    cause: Cause
    currency: str
    micros: int = 0
    times: int = 0


@dataclass(frozen=True)
class Statement:
    """What one production cost, or all of a workspace (`production` None)."""

    production: str | None
    totals: Mapping[str, Totals]
    """By currency."""
    by: Mapping[Group, Mapping[str, Mapping[str, Totals]]]
    """The same by name and currency, for every group. The day is the one on which the money was held."""
    approved_seconds: Fraction
    """How long the takes in the cut last together, as they were ordered."""
    per_second: Mapping[str, PerSecond]
    """By currency; empty while no take is in the cut."""
    waste: tuple[Waste, ...]
    undecided: Mapping[str, int] = field(default_factory=dict)
    """Micro-units by currency for clips of shots in which nothing is picked yet: neither used nor wasted."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        seconds = self.approved_seconds
        return {
            "production": self.production,
            "totals": [totals.facts() for _, totals in sorted(self.totals.items())],
            "by": {
                group: {
                    name: [totals.facts() for _, totals in sorted(found.items())]
                    for name, found in sorted(names.items())
                }
                for group, names in self.by.items()
            },
            "approved_seconds": f"{seconds.numerator}/{seconds.denominator}",
            "per_second": [
                {"currency": currency, "low": rate.low.micros, "high": rate.high.micros}
                for currency, rate in sorted(self.per_second.items())
            ],
            "waste": [vars(waste) for waste in self.waste],
            "undecided": dict(sorted(self.undecided.items())),
        }


def statement(database: Database, production: str | None = None) -> Statement:
    """The statement of one production, or of every one in the database."""
    with database.reading() as db:
        found = list(tallies(db, production))
        takes = _takes(db, production)
        picks = _picks(db, production)
        approved = _approved(db, production, picks)
    totals: dict[str, Totals] = {}
    by: dict[Group, dict[str, dict[str, Totals]]] = {group: {} for group in _KEYS}
    waste: dict[tuple[Cause, str], Waste] = {}
    undecided: dict[str, int] = {}
    for tally in found:
        _add(totals, tally)
        for group, key in _KEYS.items():
            _add(by[group].setdefault(key(tally), {}), tally)
        cause = _cause(tally, takes, picks)
        for currency, micros in tally.of("charged:reported", "charged:computed", "refund:pending").items():
            if cause == "undecided":
                undecided[currency] = undecided.get(currency, 0) + micros
            elif cause is not None:
                wasted = waste.setdefault((cause, currency), Waste(cause, currency))
                wasted.micros += micros
                wasted.times += 1
    ordered = sorted(waste.values(), key=lambda w: (CAUSES.index(w.cause), w.currency))
    return Statement(production, totals, by, approved, _per_second(totals, approved), tuple(ordered), undecided)


@dataclass(frozen=True)
class Spending:
    """What was charged for one attempt, or for one take that was made here. `cause` is why it bought nothing that is used, if so."""

    shot: str
    offer: str
    amount: Money
    cause: Cause | None


def spending(database: Database, production: str) -> list[Spending]:
    """Every charge of a production, by age."""
    with database.reading() as db:
        found = list(tallies(db, production))
        takes, picks = _takes(db, production), _picks(db, production)
    charges = []
    for tally in found:
        cause = _cause(tally, takes, picks)
        for currency, micros in tally.of("charged:reported", "charged:computed", "refund:pending").items():
            amount = Money(micros, currency)
            charges.append(Spending(tally.spender.shot, tally.offer, amount, None if cause == "undecided" else cause))
    return charges


def per_second(micros: int, seconds: Fraction) -> int:
    """Micro-units a second, to the nearest whole one, halves to the even one."""
    return round(Fraction(micros) / seconds)


def odds(database: Database, prior: Odds | None = None) -> dict[str, Odds]:
    """By offer, what the ledger knows of attempts that were paid for and gave no usable clip, on top of `prior`.

    A clip that a gate rejected was not usable; one that a person passed over was.
    """
    start = prior if prior is not None else Odds()
    with database.reading() as db:
        # What a gate rejected is kept under the id of its own attempt: that of the take is for one that can be used.
        of_it = t.take.c.id.in_((t.attempt.c.id, t.attempt.c.take))
        rejected = select(t.take.c.id).where(of_it, t.take.c.state == REJECTED).exists().label("rejected")
        paid = select(t.attempt.c.offer, t.attempt.c.verdict, rejected)
        each = paid.where(t.attempt.c.state == "settled", t.attempt.c.cost_micros > 0).subquery()
        query = select(each, func.count()).group_by(*each.c).order_by(each.c.offer)
        found: dict[str, Odds] = {}
        for offer, verdict, useless, count in db.execute(query):
            usable = verdict == "delivered" and not useless
            found[offer] = found.get(offer, start).seen(count, 0 if usable else count)
    return found


def _add(totals: dict[str, Totals], tally: Tally) -> None:
    for (account, currency), micros in tally.balances.items():
        name = _ACCOUNTS.get(account)
        if name is not None:
            line = totals.setdefault(currency, Totals(currency))
            setattr(line, name, getattr(line, name) + micros)


def _takes(db: Connection, production: str | None) -> Mapping[str, str]:
    """The state of every take."""
    query = select(t.take.c.id, t.take.c.state)
    if production is not None:
        query = query.where(t.take.c.production == production)
    return {row.id: row.state for row in db.execute(query)}


def _picks(db: Connection, production: str | None) -> Mapping[tuple[str, str], str]:
    """The take in the cut by production and shot, in each one's newest version."""
    columns = (t.pick.c.production, t.pick.c.shot, t.pick.c.take)
    rows = db.execute(_newest(select(*columns).select_from(t.pick), production).order_by(t.pick.c.id))
    picked = {(row.production, row.shot): row.take for row in rows}
    return {where: take for where, take in picked.items() if take is not None}


def _newest(query: Select[Any], production: str | None) -> Select[Any]:
    """A query of picks, of every production's newest version."""
    numbers = select(t.board_version.c.production, func.max(t.board_version.c.number).label("number"))
    latest = numbers.group_by(t.board_version.c.production).subquery()
    query = query.join(latest, and_(t.pick.c.production == latest.c.production, t.pick.c.version == latest.c.number))
    return query if production is None else query.where(t.pick.c.production == production)


def _approved(db: Connection, production: str | None, picks: Mapping[tuple[str, str], str]) -> Fraction:
    """How long the takes in the cut last together."""
    ever = select(t.take.c.id, t.take.c.recipe).select_from(t.pick).join(t.take, t.take.c.id == t.pick.c.take)
    recipes = {row.id: row.recipe for row in db.execute(_newest(ever, production))}
    seconds = Fraction(0)
    for take in picks.values():
        order = Recipe.model_validate_json(recipes[take]).order
        seconds += order.rate.seconds(order.frames)
    return seconds


def _cause(
    tally: Tally, takes: Mapping[str, str], picks: Mapping[tuple[str, str], str]
) -> Cause | Literal["undecided"] | None:
    """Why what was paid bought nothing that is used; None when it did, or nothing was decided about the attempt yet."""
    row = tally.row
    if row is not None and row.verdict != "delivered":
        if row.state != "settled":
            return None
        ends: Mapping[str, Cause] = {"moderated": "moderated", "cancelled": "abandoned", "undelivered": "undelivered"}
        return ends.get(row.verdict or "", "failed but charged")
    extra = tally.attempt is not None and tally.key in takes
    take = tally.key if extra else tally.take
    picked = picks.get((tally.spender.production, tally.spender.shot))
    if picked == take:
        return None
    if takes.get(take) == REJECTED:
        return "rejected by gate"
    if extra or (row is not None and row.cancel in ("asked", "sent")):
        return "abandoned"
    return "undecided" if picked is None else "rejected by person"


def _per_second(totals: Mapping[str, Totals], seconds: Fraction) -> dict[str, PerSecond]:
    if not seconds:
        return {}
    found = {}
    for currency, line in totals.items():
        low = line.reported + line.computed
        high = low + line.owed + line.held
        found[currency] = PerSecond(
            Money(per_second(low, seconds), currency), Money(per_second(high, seconds), currency)
        )
    return found
