"""What a production's routing knows: the verdicts of its whole database, what was tried of each shot, who delivers, and what was spent.

Reading it is cheap and needs no numerics; what is believed is worked out when the first shot has something to choose.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from callsheet.errors import BudgetError
from callsheet.film import Money, Production, as_boarded, digest
from callsheet.providers import Seller
from callsheet.routing import rejected
from callsheet.routing.exchange import Exchange, stated_in
from callsheet.routing.situation import UNSTATED, failed, situation, situation_of
from callsheet.routing.verdicts import Situation, Try, Verdict
from callsheet.routing.waits import Schedule
from callsheet.store import ProductionStore
from callsheet.store import tables as t

if TYPE_CHECKING:
    from callsheet.routing.belief import Availability, Beliefs
    from callsheet.routing.decide import Spend
    from callsheet.routing.difficulty import Rates, Widths
    from callsheet.routing.failures import Loss, Paid

_FAULTS = ("failed", "undelivered", "busy")
"""Ends of attempts that speak against a seller's being up. A refusal by content, key or funds does not."""
MICROS = 1_000_000


@dataclass(frozen=True)
class Reviewed:
    """The newest word of one person about one take, or of the gates where no person has said any, with all that routing needs of the take."""

    production: str
    shot: str
    take: int
    order: str
    """The digest of the order that the take was made for."""
    situation: Situation
    model: str
    offer: str
    accepted: bool
    reason: str | None
    on: date
    by: str
    weight: float
    """One take weighs 1, however many people spoke about it."""
    board: str = ""
    """The digest of what the board asked for then, whatever take it went on from; only of drafts."""

    @property
    def drafted(self) -> bool:
        """Whether the take is a draft, whose verdicts say nothing of finals."""
        return bool(self.board)

    @property
    def failed(self) -> tuple[str, ...]:
        """The criteria of the bar that did not pass."""
        return () if self.accepted else failed(self.reason, self.situation.bar)


@dataclass(frozen=True)
class Tally:
    """What was said of a model's takes in one situation, whoever reviewed them."""

    accepted: int
    all: int
    reasons: tuple[tuple[str, int], ...]
    """Why the others were rejected, most frequent first."""

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {"accepted": self.accepted, "all": self.all, "reasons": [list(pair) for pair in self.reasons]}


class Knowledge:
    """See the module. `planned` is the budget of the whole production, None when it states none."""

    def __init__(
        self,
        reviewed: Sequence[Reviewed],
        *,
        production: str = "",
        on: date,
        currency: str = "",
        spent: Money | None = None,
        planned: Money | None = None,
        shots: int = 1,
        decisions: Callable[[], Iterable[Mapping[str, Any]]] = lambda: (),
        attempts: Callable[[], Iterable[tuple[str, bool, date]]] = lambda: (),
        begun: Mapping[str, Mapping[str, Any]] | None = None,
        paid: Callable[[], "Iterable[Paid]"] = lambda: (),
        exchange: Exchange | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        self.reviewed, self.production, self.on, self.currency = tuple(reviewed), production, on, currency
        self.planned, self.shots, self.begun = planned, max(1, shots), begun or {}
        self._spent, self._decisions, self._attempts = spent, decisions, attempts
        self._trying, self._paid = 0.0, paid
        self.exchange = exchange or Exchange(on)
        self.schedule = schedule or Schedule()
        self._by_leaf: dict[tuple[Situation, str], list[Reviewed]] = defaultdict(list)
        for r in self.reviewed:
            self._by_leaf[r.situation, r.model].append(r)
        self._beliefs: dict[str | None, Beliefs] = {}
        self._widths: dict[tuple[str, ...], Mapping[Situation, Widths]] = {}

    @classmethod
    def of(cls, store: ProductionStore, production: Production, sellers: Sequence[Seller]) -> "Knowledge":
        """What the database that `store` is in knows, for the production as its board is now."""
        from callsheet.routing.calibrated import calibrated
        from callsheet.routing.failures import paid

        budget = Money.parse(production.budget.amount) if production.budget else None
        spent = store.spent()
        currency = budget.currency if budget else next((money.currency for money in spent), "")
        on = store.clock().astimezone(UTC).date()
        exchange = Exchange(on, stated_in(store.folder))
        return cls(
            [*calibrated(store), *reviewed(store, production, models_of(sellers))],
            production=store.id,
            on=on,
            currency=currency,
            spent=exchange.total(spent, currency) if spent else None,
            planned=budget,
            shots=sum(1 for _ in production.board()),
            decisions=lambda: _bodies(store),
            attempts=lambda: _ends(store),
            begun=_begun(store),
            paid=lambda: paid(store.database),
            exchange=exchange,
            schedule=Schedule.of(store, production, sellers),
        )

    # -- what was said -------------------------------------------------------------------------------------------------------

    def history(self, address: str, order: str) -> tuple[Reviewed, ...]:
        """What was said of this shot's takes for this order, first take to last; one row a take, the newest person's word."""
        mine = [r for r in self._of(address) if r.order == order]
        return tuple(sorted({r.take: r for r in mine}.values(), key=lambda r: r.take))

    def accepted_draft(self, address: str, board: str) -> int | None:
        """The newest draft that everybody accepts who spoke about it, made for what the board asks for now; None when there is none."""
        good: dict[int, bool] = {}
        for r in self._of(address):
            if r.board == board:
                good[r.take] = good.get(r.take, True) and r.accepted
        return max((take for take, accepted in good.items() if accepted), default=None)

    def _of(self, address: str) -> list[Reviewed]:
        """What was said of one shot's takes."""
        return [r for r in self.reviewed if (r.production, r.shot) == (self.production, address)]

    def speaks_of(self, use_case: str, models: Iterable[str]) -> bool:
        """Whether anything was said of one of these models in this use case."""
        wanted = set(models)
        return any(r.situation.use_case == use_case and r.model in wanted for r in self.reviewed)

    def tally(self, place: Situation, model: str, without: str = "") -> Tally:
        """What was said of a model in one situation, except about takes of the shot `without` of this production."""
        takes: dict[tuple[str, str, int], Reviewed] = {}
        for r in self._by_leaf[place, model]:
            if (r.production, r.shot) != (self.production, without):
                takes[r.production, r.shot, r.take] = r
        reasons = Counter(r.reason or "no reason given" for r in takes.values() if not r.accepted)
        ranked = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        return Tally(sum(r.accepted for r in takes.values()), len(takes), tuple(ranked))

    # -- what is believed ----------------------------------------------------------------------------------------------------

    def beliefs(self, address: str) -> "Beliefs":
        """P(accept) by situation and model, from everything but this shot's own takes: those are its history and count there."""
        own = any(r.production == self.production and r.shot == address for r in self.reviewed)
        key = address if own else None
        if key not in self._beliefs:
            from callsheet.routing.belief import Beliefs
            from callsheet.routing.prior import shipped

            found = Beliefs(shipped().tables)
            for r in self.reviewed:
                if key is None or (r.production, r.shot) != (self.production, key):
                    found.learn(Verdict(r.situation, r.model, r.accepted, r.failed, on=r.on, weight=r.weight))
            self._beliefs[key] = found
        return self._beliefs[key]

    def widths(self, place: Situation, models: Iterable[str]) -> "Widths":
        """How far shots and chemistry spread in a situation, learned from the tries of every shot."""
        from callsheet.routing.difficulty import ShotTries, Widths, learn_widths

        everyone = tuple(sorted({*models, *(r.model for r in self.reviewed)}))
        if everyone not in self._widths:
            tries: dict[Situation, dict[tuple[str, str, str], dict[int, Reviewed]]] = defaultdict(
                lambda: defaultdict(dict)
            )
            for r in self.reviewed:
                tries[r.situation][r.production, r.shot, r.order][r.take] = r
            shots = {s: [ShotTries(_tries(takes.values())) for takes in by.values()] for s, by in tries.items()}
            rates: dict[Situation, Mapping[str, Rates]] = {
                s: self.beliefs("").rates(s, dict.fromkeys(everyone, ""), self.on) for s in {*tries, place}
            }
            self._widths[everyone] = learn_widths(shots, rates)
        return self._widths[everyone].get(place, Widths())

    @cached_property
    def availability(self) -> "Availability":
        """P(a try comes back with a clip) by offer."""
        from callsheet.routing.belief import Availability

        found = Availability()
        for offer, came, on in self._attempts():
            found.learn(offer, came, on)
        return found

    # -- money ---------------------------------------------------------------------------------------------------------------

    @cached_property
    def _explored(self) -> float:
        """What decisions that were carried out have put into trying runners-up."""
        prices = [
            body["price"]
            for body in self._decisions()
            if body.get("price") and (body.get("weighed") or {}).get("answer", {}).get("explored")
        ]
        amounts = [Money(price["expected"], price["currency"]) for price in prices]
        return self.exchange.total(amounts, self.currency).micros / MICROS

    def spend(self, currency: str) -> "Spend":
        """What was spent in a currency, and on runners-up; nothing is known of another currency than the production's."""
        from callsheet.routing.decide import Spend

        if currency != self.currency:
            return Spend()
        total = self._spent.micros / MICROS if self._spent else 0.0
        planned = self.planned.micros / MICROS if self.planned else 0.0
        return Spend(total, self._explored + self._trying, planned)

    @cached_property
    def losses(self) -> "Mapping[tuple[str, str], Loss]":
        """By (offer, use case), what tries lost that were paid for and brought no clip, in the production's currency."""
        from callsheet.routing.failures import losses

        return losses(self._in_currency(), self.currency, self.on)

    def _in_currency(self) -> "Iterator[Paid]":
        """What was paid for, counted in the production's currency where that is possible."""
        for one in self._paid():
            cost = Money(round(one.cost * MICROS), one.currency)
            try:
                worth = self.exchange.count(cost, self.currency).worth if not one.delivered else cost
            except BudgetError:
                worth = cost
            yield one if worth == cost else replace(one, cost=worth.micros / MICROS, currency=worth.currency)

    @property
    def left(self) -> float:
        """What is left of the budget, in whole units; infinite when none is stated."""
        if self.planned is None:
            return float("inf")
        return (self.planned.micros - (self._spent.micros if self._spent else 0)) / MICROS

    def will_try(self, price: Money) -> None:
        """Count a runner-up that is about to be tried, so that all of a plan's together stay within their share."""
        self._trying += self.exchange.total([price], self.currency or price.currency).micros / MICROS


def models_of(sellers: Sequence[Seller]) -> Callable[[str], str]:
    """From the name of an offer, with or without a resolution, to its model; what nobody sells here is read from its name."""
    sold = {offer.name: offer.model for seller in sellers for offer in seller.offers()}

    def model(offer: str) -> str:
        plain = offer.partition(":")[0]
        return sold.get(offer) or sold.get(plain) or plain.partition("@")[0].rpartition("/")[2]

    return model


def reviewed(store: ProductionStore, production: Production, model_of: Callable[[str], str]) -> list[Reviewed]:
    """What people said of takes, of every production in the database, oldest first; then what gates rejected and nobody spoke about."""
    # A person's newest word about a take is the one that counts.
    query = select(t.verdict).order_by(t.verdict.c.id)
    with store.database.reading() as db:
        said = {(row.production, row.shot, row.take, row.by): row for row in db.execute(query)}
    gates = rejected.words(store, lambda: {key[:3] for key in said})
    if not said and not gates:
        return []
    people = Counter((row.production, row.shot, row.take) for row in said.values())
    orders = {(take.shot, take.number): take.recipe.order for take in store.takes()}
    shots = {placed.address: placed.shot for placed in production.board()}
    bars = _bars(store)
    found = []
    everybody: list[Any] = [*sorted(said.values(), key=lambda row: row.id), *gates]
    for row in everybody:
        mine = row.production == store.id
        use_case = row.use_case or UNSTATED
        order = orders.get((row.shot, row.take)) if mine else None
        draft = mine and production.drafts.staged and production.drafts.by_them(row.offer, model_of(row.offer))
        if draft:
            place = situation(row.use_case, "draft")
        elif mine and row.shot in shots:
            own = situation_of(shots[row.shot])
            place = situation(row.use_case, shots[row.shot].acceptance) if own.use_case != use_case else own
        elif bar := bars.get((row.production, row.shot, row.offer)) or bars.get((row.production, row.shot, "")):
            place = Situation(use_case, tuple(bar["bar"]), bar["tier"])
        else:
            place = situation(row.use_case, "standard")
        found.append(
            Reviewed(
                row.production,
                row.shot,
                row.take,
                digest(order) if order is not None else "",
                place,
                model_of(row.offer),
                row.offer,
                row.accepted,
                row.reason,
                _day(row.at),
                row.by,
                1 / (people[row.production, row.shot, row.take] or 1),
                digest(as_boarded(order)) if draft and order is not None else "",
            )
        )
    return found


def _bars(store: ProductionStore) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    """The situation of each shot of other productions as it was when it was decided last; by offer, too: drafts are judged by another bar."""
    spoken = select(t.verdict.c.production).where(t.verdict.c.production != store.id)
    gated = select(t.take.c.production).where(t.take.c.state == "rejected", t.take.c.production != store.id)
    others = t.decision.c.production.in_(spoken) | t.decision.c.production.in_(gated)
    query = select(t.decision).where(others).order_by(t.decision.c.id)
    found = {}
    with store.database.reading() as db:
        for row in db.execute(query):
            body = json.loads(row.body)
            if place := body.get("situation"):
                for offer in ("", body["offer"]):
                    found[row.production, row.shot, offer] = place
    return found


def _bodies(store: ProductionStore) -> list[Mapping[str, Any]]:
    """Every decision that was carried out in this production."""
    query = select(t.decision.c.body).where(t.decision.c.production == store.id).order_by(t.decision.c.id)
    with store.database.reading() as db:
        return [json.loads(row.body) for row in db.execute(query)]


def _ends(store: ProductionStore) -> list[tuple[str, bool, date]]:
    """(offer, whether a clip came, day) of attempts of every production that say whether a seller is up, oldest first."""
    telling = t.attempt.c.verdict.in_(("delivered", *_FAULTS))
    query = select(t.attempt.c.offer, t.attempt.c.verdict, t.attempt.c.changed_at).where(telling)
    with store.database.reading() as db:
        rows = db.execute(query.order_by(t.attempt.c.changed_at, t.attempt.c.id)).all()
    return [(row.offer, row.verdict == "delivered", _day(row.changed_at)) for row in rows]


def _begun(store: ProductionStore) -> dict[str, Mapping[str, Any]]:
    """The decisions of shots for which a take is being bought: to go on with, not to make again."""
    from callsheet.money.attempts import Attempts

    shots = {attempt.shot for attempt in Attempts(store.database, store.id, store.clock).unfinished()}
    return {shot: body for shot, body in store.decisions().items() if shot in shots} if shots else {}


def _tries(takes: Iterable[Reviewed]) -> tuple[Try, ...]:
    return tuple(Try(r.model, r.accepted, r.failed) for r in sorted(takes, key=lambda r: r.take))


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
