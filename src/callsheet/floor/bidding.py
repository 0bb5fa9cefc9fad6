"""The bid: the plan of the shoot with all that a producer asks of it. Everything in it is worked out from the board, the ledger and verdicts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from callsheet.film import Document, Money, Production, digest
from callsheet.floor import approving, counting, gating, waiting
from callsheet.floor import plan as planning
from callsheet.floor.plan import Planned, budget_of
from callsheet.floor.quoted import Bought, Finals, Frontier, Quoted, QuotedShot, SequenceTotals, Signed, Totals
from callsheet.floor.waiting import Due, Timed
from callsheet.floor.wasting import patterns
from callsheet.money import Bid, BidLine, Odds, Turn
from callsheet.money.statement import odds
from callsheet.providers import Seller
from callsheet.providers.waiting import Basis
from callsheet.routing.knowledge import MICROS, Knowledge
from callsheet.routing.outline import outline
from callsheet.routing.waits import Schedule
from callsheet.store import ProductionStore
from callsheet.store.verdicts import verdicts

STEPS = 12
"""Budgets between nothing and all that money can buy, in the frontier."""
TIED_UP_TO = 100
"""Shots above which the frontier leaves out what they share: dozens of plans are made for it, and a bid should not take a minute."""


def bid(
    store: ProductionStore, document: Document, providers: Sequence[Seller], budgets: Sequence[Money] = ()
) -> Quoted:
    """Plan the shoot and price what is still to be shot; `budgets` are further ones to say what they would buy."""
    production = document.production
    spent = store.spent()
    stands = approving.standing(store, production, providers)
    planned = stands.planned
    plain = planning.bid(planned, spent, odds(store.database))
    said = {(verdict.shot, verdict.take): verdict.accepted for verdict in verdicts(store)}
    schedule = Schedule.of(store, production, providers)
    waits = {one.shot: one for one in waiting.timed(planned, schedule)}
    lines, shots = [], []
    for p, line in zip(planned, plain.lines, strict=True):
        told = outline(p.decision if p.take is None else replace(p.decision, weighed=None))
        first, *later = told.sequence
        turns = [Turn(one.offer, one.price, one.accept) for one in later if one.price is not None]
        whole = line if line.reused else replace(line, accept=first.accept, later=tuple(turns))
        lines.append(whole)
        wait = waits.get(line.shot)
        accepted = said.get((line.shot, p.take.number)) if p.take is not None else None
        seconds, basis = (wait.seconds, wait.wait) if wait is not None else (None, None)
        quoted = QuotedShot(whole, p.decision, told, None, seconds, accepted, basis)
        shots.append(quoted)
    found = replace(plain, lines=tuple(lines))
    shots = [replace(shot, outlook=replace(found, currency=_currency(shot.line, found)).outlook_of(shot.line)) for shot in shots]  # fmt: skip
    due = waiting.due(list(waits.values()), schedule, sum(p.drafted for p in planned))
    clock, waited = _Clock(waits, schedule), waiting.assumptions(list(waits.values()))
    groups: dict[tuple[str, str], list[QuotedShot]] = defaultdict(list)
    for p, shot in zip(planned, shots, strict=True):
        groups[p.placed.episode, p.placed.sequence].append(shot)
    return Quoted(
        found,
        counting.spent(store, production),
        budget_of(production),
        tuple(shots),
        tuple(SequenceTotals(*where, _totals(of, found, clock)) for where, of in groups.items()),
        _totals(shots, found, clock),
        _frontier(store, production, planned, providers, budgets, due),
        tuple(_assumed(shots, found, waited)),
        digest(approving.terms(store, document, planned)),
        Signed(signed.digest, signed.by, signed.at, stands.void) if (signed := stands.signed) is not None else None,
        patterns(store),
        _finals(planned),
        unchecked=tuple(gating.unchecked(production, [p.placed.shot for p in planned if p.take is None])),
        due=due,
        waits=tuple(waited),
    )


# -- totals -------------------------------------------------------------------------------------------------------------------


def _currency(line: BidLine, found: Bid) -> str:
    return line.price.expected.currency if line.price else found.currency


def _totals(shots: Sequence[QuotedShot], found: Bid, clock: "_Clock") -> tuple[Totals, ...]:
    """One a currency, that of the production first; a shot whose price is unknown makes the first one's amounts unknown."""
    by: dict[str, list[QuotedShot]] = {found.currency: []}
    for shot in shots:
        by.setdefault(_currency(shot.line, found), []).append(shot)
    if len(by) > 1 and not by[found.currency]:
        del by[found.currency]
    return tuple(_total(of, currency, found, clock) for currency, of in by.items())


def _total(shots: Sequence[QuotedShot], currency: str, found: Bid, clock: "_Clock") -> Totals:
    todo = [shot for shot in shots if not shot.line.reused]
    unknown = tuple(shot.line.shot for shot in todo if shot.line.price is None)
    of = replace(found, lines=tuple(shot.line for shot in shots), currency=currency)
    hold = sum(shot.hold.micros for shot in todo if shot.hold is not None)
    takes = [shot.outline.takes for shot in todo]
    known = [number for number in takes if number is not None]
    return Totals(
        currency,
        len(todo),
        len(shots) - len(todo),
        unknown,
        None if unknown else of.outlook,
        None if unknown else Money(hold, currency),
        sum(known) if len(known) == len(takes) else None,
        *clock.of(todo),
    )


@dataclass(frozen=True)
class _Clock:
    """How long each shot that is still to be shot is waited for."""

    waits: Mapping[str, Timed]
    schedule: Schedule

    def of(self, todo: Iterable[QuotedShot]) -> tuple[float | None, Basis | None]:
        """Seconds until all of these are there, and on which basis that is known."""
        return waiting.wait_of([self.waits[shot.line.shot] for shot in todo], self.schedule)


def _finals(planned: Sequence[Planned]) -> Finals | None:
    """What is to be paid once drafts are accepted."""
    drafts = [p.decision.draft for p in planned if p.drafted and p.decision.draft is not None]
    priced = [told["expected"] for told in drafts if told["expected"] is not None]
    by: dict[str, int] = defaultdict(int)
    for amount in priced:
        by[amount["currency"]] += amount["micros"]
    amounts = tuple(Money(micros, currency) for currency, micros in sorted(by.items()))
    return Finals(len(drafts), amounts, len(drafts) - len(priced)) if drafts else None


# -- the frontier -------------------------------------------------------------------------------------------------------------


def _frontier(
    store: ProductionStore,
    production: Production,
    planned: Sequence[Planned],
    providers: Sequence[Seller],
    budgets: Sequence[Money],
    due: Due | None,
) -> Frontier | None:
    """What other budgets would buy by the deadline, or, where that cannot be kept, until all is there; None where nothing is to be paid
    for, or not all of it at prices that count in one currency."""
    todo = [p for p in planned if p.take is None]
    paid = [p for p in todo if p.decision.price is None or p.decision.price.worst.micros]
    prices = [p.decision.price for p in paid]
    if not paid or any(price is None for price in prices):
        return None
    from callsheet.routing.deadline import within
    from callsheet.routing.frontier import frontier
    from callsheet.routing.joint import Limits

    knowledge = Knowledge.of(store, production, providers)
    asked = planning.question(planned, providers, knowledge)
    if asked is None or len(asked.open) != len(paid):
        return None
    inside = set(asked.open)
    shots, limits = [replace(shot, must=shot.shot not in inside) for shot in asked.shots], Limits()
    if asked.hurry is not None and due is not None:
        time = max(asked.hurry.left, due.least)
        shots = list(within(shots, asked.hurry, time) or shots)
        limits = Limits(seconds=asked.hurry.seconds(time))
    # What is shared shapes the plan, and not what counts as bought: that never falls, whatever the plan is.
    ties = [tie for _, tie in asked.ties] if len(shots) <= TIED_UP_TO else []
    known = all((s.shot, c.offer) in asked.delivered for s in shots if not s.must for c in s.choices)

    def bought(offers: Mapping[str, str | None]) -> float:
        made = [(shot, offer) for shot, offer in offers.items() if offer is not None and shot in inside]
        return sum(asked.delivered[one] for one in made) if known else float(len(made))

    most = sum(max(c.cost for c in s.choices) for s in shots)
    everything = frontier(shots, ties, limits, [most], bought)[-1].cost
    left = Money(max(0, round(knowledge.left * MICROS)), asked.currency) if asked.budget is not None else None
    wanted = [amount for amount in budgets if amount.currency == asked.currency]
    top = round(everything * 1.1 * MICROS)
    grid = {top * step // STEPS for step in range(STEPS + 1)} | {amount.micros for amount in wanted}
    grid |= {left.micros} if left is not None and left.micros <= top else set()
    # What a plan costs is the least budget that buys it: the line rises just there.
    rough = frontier(shots, ties, limits, [micros / MICROS for micros in sorted(grid)], bought)
    grid |= {ceil(point.cost * MICROS) for point in rough}
    points = frontier(shots, ties, limits, [micros / MICROS for micros in sorted(grid)], bought)
    settled = sum(shot.must for shot in shots)

    def whole(units: float) -> Money:
        return Money(round(units * MICROS), asked.currency)

    return Frontier(
        "approved shots" if known else "shots",
        len(inside),
        tuple(Bought(whole(p.budget), whole(p.cost), p.shots - settled, p.bought) for p in points),
        left,
        tuple(wanted),
    )


# -- what is assumed ----------------------------------------------------------------------------------------------------------


def _assumed(shots: Sequence[QuotedShot], found: Bid, waits: Sequence[str]) -> Iterator[str]:
    """What the numbers rest on, in sentences."""
    todo = [shot for shot in shots if not shot.line.reused]
    paid = [shot for shot in todo if shot.line.price is None or shot.line.price.worst.micros]
    if not paid:
        return
    days = sorted({shot.line.price.on for shot in paid if shot.line.price is not None})
    if days:
        when = f"of {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
        yield f"Prices are those that the sources state, {when}; what is held for an attempt is its worst price."
    offers = Counter(shot.line.offer for shot in paid)
    default = Odds()
    plain = [offer for offer in offers if found.odds.get(offer, default) == default]
    seen = [
        f"{offer} {float(found.odds[offer].share):.0%}" for offer in sorted(offers) if found.odds.get(offer, default) != default
    ]  # fmt: skip
    if plain:
        yield f"Before anything is seen of an offer, {float(default.share):.0%} of its paid attempts are taken to give no usable clip."
    if seen:
        yield f"Paid attempts without a usable clip, by what the ledger has seen: {', '.join(seen)}."
    yield (
        f"At most {found.most} attempts are paid for one take. At worst all of them fail but the last, at every take, by the dearest route "
        "that stands by; the budget and the caps stop the shoot before."
    )
    learned = sum(shot.outline.takes is not None for shot in paid)
    if learned:
        count = "all" if learned == len(paid) else f"{learned} of {len(paid)}"
        yield f"How often takes are accepted is known from verdicts for {count} of the shots to be paid for."
    if learned < len(paid):
        yield "Where nothing is known of acceptance, the first usable take counts as approved: retakes come on top."
    yield "Half and nine of ten: the shoot stays within the amount in so many cases, the first at expected prices, the second at worst ones."
    yield from waits
    yield "Reviewing is not in these amounts. They are rounded to the cent on the page, and exact in the data beside it."
