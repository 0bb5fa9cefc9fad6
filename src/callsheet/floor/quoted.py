"""A bid as data: every shot with its sequence and outlook, totals, the frontier, what is assumed, and what was approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callsheet.film import Money, Price
from callsheet.floor.results import money
from callsheet.floor.waiting import Due
from callsheet.money import Bid, BidLine, Outlook
from callsheet.providers.waiting import Basis, Wait
from callsheet.routing import Decision
from callsheet.routing.outline import Outline


@dataclass(frozen=True)
class QuotedShot:
    """One shot. `wait` is in seconds, until its expected takes are there; None when it is not known."""

    line: BidLine
    decision: Decision
    outline: Outline
    outlook: Outlook | None
    wait: float | None
    accepted: bool | None = None
    """What people said of the take that is there; None when nobody did."""
    waited: Wait | None = None
    """The wait for one take, and from whom it is known; None when it is not."""

    @property
    def hold(self) -> Money | None:
        """What the ledger will hold for the next attempt; None when the price is unknown or the take is there."""
        return self.line.price.worst if self.line.price is not None and not self.line.reused else None

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        second = self.outline.runner_up
        return {
            "shot": self.line.shot,
            "offer": self.line.offer,
            "price": money(self.line.price.expected) if self.line.price else None,
            "hold": money(self.hold) if self.hold else None,
            **outlook_facts(self.outlook),
            "priced": price_facts(self.line.price),
            "expected_takes": self.outline.takes,
            "approved": self.outline.approved,
            "wait_s": self.wait,
            "wait_from": wait_facts(self.waited),
            "sequence": [
                {"offer": one.offer, "accept": one.accept, "price": price_facts(one.price)}
                for one in self.outline.sequence
            ],
            "runner_up": None
            if second is None
            else {
                "offer": second.offer,
                "price": price_facts(second.price),
                "more": money(second.more) if second.more else None,
                "accept": second.accept,
                "instead_of": second.instead_of,
            },
            "reused": self.line.reused,
            "reasons": list(self.line.reasons),
            "excluded": [{"offer": name, "rule": rule} for name, rule in self.decision.excluded],
            "policy": self.decision.policy,
            "joint": dict(self.decision.joint) if self.decision.joint else None,
        }


@dataclass(frozen=True)
class Totals:
    """What some shots come to in one currency. The amounts are None while a price of theirs is unknown."""

    currency: str
    shots: int
    """Shots that are still to be shot."""
    there: int
    """Shots whose take is there."""
    unknown: tuple[str, ...]
    """Shots whose price is unknown."""
    outlook: Outlook | None
    hold: Money | None
    """What the next attempts of all of them hold together."""
    takes: float | None
    """Expected takes; None while nothing is known of acceptance for one of them."""
    wait: float | None
    """Seconds until all of them are there, by what each provider takes at once; None when it is not known."""
    basis: Basis | None = None
    """The weakest ground on which that is known."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "currency": self.currency,
            "shots": self.shots,
            "there": self.there,
            "unknown": list(self.unknown),
            "expected": money(self.outlook.expected) if self.outlook else None,
            **outlook_facts(self.outlook),
            "hold": money(self.hold) if self.hold else None,
            "expected_takes": self.takes,
            "wait_s": self.wait,
            "wait_basis": self.basis,
        }


@dataclass(frozen=True)
class SequenceTotals:
    """One sequence's totals, one a currency."""

    episode: str
    code: str
    totals: tuple[Totals, ...]


@dataclass(frozen=True)
class Bought:
    """What one budget buys, at expected prices, until takes are approved."""

    budget: Money
    cost: Money
    shots: int
    bought: float
    """By the frontier's measure."""


@dataclass(frozen=True)
class Frontier:
    """What a smaller or larger budget would buy: never less for more. `of` counts the shots still to be shot."""

    measure: str
    """`approved shots` where it is known how often takes are accepted, else `shots`."""
    of: int
    points: tuple[Bought, ...]
    left: Money | None
    """What is left of the budget; None when none is stated."""
    asked: tuple[Money, ...] = ()

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        points = [
            {"budget": money(p.budget), "cost": money(p.cost), "shots": p.shots, "bought": p.bought}
            for p in self.points
        ]
        asked = [money(amount) for amount in self.asked]
        return {"measure": self.measure, "of": self.of, "left": money(self.left) if self.left else None,
                "asked": asked, "points": points}  # fmt: skip


@dataclass(frozen=True)
class Finals:
    """The finals that wait for people to accept their drafts: not in this bid, and in the next ones."""

    shots: int
    expected: tuple[Money, ...]
    """What they are expected to cost, one amount a currency."""
    unknown: int
    """How many of them have no known price, or nobody who may shoot them now."""

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"shots": self.shots, "expected": [money(amount) for amount in self.expected], "unknown": self.unknown}

    def __str__(self) -> str:
        count = "1 final waits for its draft" if self.shots == 1 else f"{self.shots} finals wait for their drafts"
        amounts = " and ".join(map(str, self.expected))
        more = [f"an expected {amounts} more"] if amounts else []
        if self.unknown:
            more.append(f"for {self.unknown} of them nobody can say a price yet")
        return f"{count} to be accepted: {'; '.join(more)}"


@dataclass(frozen=True)
class Signed:
    """The approval that is in force. `void` says why it does not hold any more; empty while it does."""

    digest: str
    by: str
    at: datetime
    void: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"digest": self.digest, "by": self.by, "at": self.at.isoformat(), "void": list(self.void)}


@dataclass(frozen=True)
class Pattern:
    """Money that bought nothing which is used: by cause, use case and offer, with the reasons that reviewers gave."""

    cause: str
    use_case: str
    offer: str
    cost: Money
    times: int
    reasons: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {"cause": self.cause, "use_case": self.use_case, "offer": self.offer, "cost": money(self.cost),
                "times": self.times, "reasons": list(self.reasons)}  # fmt: skip


@dataclass(frozen=True)
class Quoted:
    """The bid, with what was spent before. `digest` names its terms: what an approval binds."""

    bid: Bid
    spent: Money
    budget: Money | None
    shots: tuple[QuotedShot, ...] = ()
    sequences: tuple[SequenceTotals, ...] = ()
    totals: tuple[Totals, ...] = ()
    frontier: Frontier | None = None
    assumed: tuple[str, ...] = ()
    digest: str = ""
    approval: Signed | None = None
    waste: tuple[Pattern, ...] = ()
    finals: Finals | None = None
    """What is to come once drafts are accepted; None where nothing waits for one."""
    page: str = ""
    """Where the page was written; empty when it was not."""
    unchecked: tuple[str, ...] = ()
    """What gates will not check although the board names it, in sentences."""
    due: Due | None = None
    """How it stands to the deadline; None where none is stated."""
    waits: tuple[str, ...] = ()
    """What is assumed of waits that were not seen here."""

    @property
    def lines(self) -> Any:
        """One line a shot."""
        return self.bid.lines

    @property
    def total(self) -> Money | None:
        """What is still to be paid; None while a price is unknown. Raises BudgetError for two currencies: `totals` has one each."""
        return None if any(line.price is None and not line.reused for line in self.bid.lines) else self.bid.total

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        one = self.totals[0] if len(self.totals) == 1 else None
        return {
            "shots": [shot.facts() for shot in self.shots],
            "total": money(one.outlook.expected) if one and one.outlook else None,
            **outlook_facts(one.outlook if one else None),
            "spent": money(self.spent),
            "budget": money(self.budget) if self.budget else None,
            "sequences": [
                {"episode": s.episode, "sequence": s.code, "totals": [t.facts() for t in s.totals]}
                for s in self.sequences
            ],
            "totals": [t.facts() for t in self.totals],
            "frontier": self.frontier.facts() if self.frontier else None,
            "waste": [p.facts() for p in self.waste],
            "finals": self.finals.facts() if self.finals else None,
            "assumed": list(self.assumed),
            "unchecked": list(self.unchecked),
            "deadline": self.due.facts() if self.due else None,
            "digest": self.digest,
            "approval": self.approval.facts() if self.approval else None,
            "page": self.page or None,
        }


def outlook_facts(found: Outlook | None) -> dict[str, Any]:
    """P50, P90 and the worst case as plain data; None where a price is unknown."""
    names = ("p50", "p90", "worst")
    return {name: money(getattr(found, name)) if found else None for name in names}


def wait_facts(found: Wait | None) -> Mapping[str, Any] | None:
    """Whence a wait is known; None when it is not."""
    if found is None:
        return None
    return {"basis": found.basis, "source": found.source, "on": found.on.isoformat() if found.on else None}


def price_facts(price: Price | None) -> Mapping[str, Any] | None:
    """A price with its source and day; None when it is unknown."""
    if price is None:
        return None
    return {"expected": money(price.expected), "worst": money(price.worst), "source": price.source, "on": price.on.isoformat()}  # fmt: skip
