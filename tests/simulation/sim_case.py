"""Generated productions: everything about a case follows from its seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from callsheet.film import Camera, Money, Mood, Order, Rate, Recipe, digest
from callsheet.floor.order import BuyOrder, Route
from callsheet.money.caps import Cap
from callsheet.providers.hosted import Traits
from callsheet.rehearsal import Billing, Fault, Rehearsal, Skin, Timing
from callsheet.rehearsal.faults import STAGE_OF

PRODUCTION = "5" * 32
PERSON = "Ada"
GRACE_S = 90.0
"""Silence about a create counts as proof after it; that is a promise that a process which stands still between its last look and the first
byte of a create comes to earlier."""
STALL_S = 30.0
"""The longest that a create stands still there."""
REFERENCE = b"a still that shots refer to"

Mishap = Literal["kill", "stop", "zombie", "freeze"]


@dataclass(frozen=True)
class Trouble:
    """Something that happens to the `worker`-th worker: at its `step`-th checkpoint, or else at a time."""

    kind: Mishap
    worker: int
    step: int
    freeze_s: float
    reap_s: float


@dataclass(frozen=True)
class House:
    """One provider: what it can do, how fast it is, and what goes wrong with it."""

    skin: Skin
    timing: Timing
    rates: Mapping[Fault, float]
    balance: Money | None
    down: Sequence[tuple[float, float]]
    """Spans in which it cannot be reached."""


@dataclass(frozen=True)
class Case:
    seed: int
    houses: Sequence[House]
    orders: Mapping[str, BuyOrder]
    """Take id to what is wanted."""
    caps: Sequence[Cap]
    workers: int
    troubles: Sequence[Trouble]
    people: Sequence[tuple[float, float]]
    """When somebody decides something, and the luck with which."""
    timeout_s: float
    latency_s: float
    hooks: bool
    decodes: bool
    audits_at: float | None
    by_code: Mapping[str, str] = field(default_factory=dict)


def _houses(luck: random.Random, faulty: float) -> list[House]:
    found = []
    for number in range(luck.choice((1, 1, 2, 2, 3))):
        name = f"house-{'abc'[number]}"
        charges = {kind: luck.random() < 0.3 for kind in ("failed", "moderated")}
        longest = luck.choice((60.0, 120.0, 240.0))
        traits = Traits(
            keyed=luck.random() < 0.4,
            finds=luck.random() < 0.4,
            cancels=luck.random() < 0.6,
            refreshes=luck.random() < 0.5,
            reports_cost=luck.random() < 0.5,
            concurrency=luck.choice((1, 2, 2, 3, 5, 20)),
            per_minute=luck.choice((4, 10, 30, 60, 600)),
            batch=luck.choice((1, 1, 3, 50)),
            poll_every_s=longest / luck.choice((4, 8, 16)),
            longest_s=longest,
            charges_failed=luck.choice((None, charges["failed"])),
            charges_moderated=luck.choice((None, charges["moderated"])),
        )
        models = {f"{name}/fine": luck.randrange(1, 400) * 997, f"{name}/fast": luck.randrange(1, 100) * 1009}
        billing = Billing(luck.choice(("accept", "done")), **charges, cancelled_running=luck.random() < 0.5)
        skin = Skin(
            name, traits, models, billing, every_framing=luck.random() < 0.7, funds_status=luck.choice((402, 429))
        )
        timing = Timing(
            queue_s=luck.choice((0.0, 1.0, 4.0)), run_s=luck.choice((1.0, 5.0, 15.0)), slow_s=luck.choice((2.0, 20.0, 70.0)),
            late_s=luck.choice((None, longest * 1.5, longest * 3)), link_s=luck.choice((3600.0, 3600.0, 15.0)),
            hook_late_s=30.0, listing_lag_s=luck.choice((0.0, 0.0, 5.0, 30.0)), pace_s=0.2,
        )  # fmt: skip
        rates = {}
        for fault in _faults(traits, billing):
            if luck.random() < 0.5:
                rates[fault] = luck.choice((0.02, 0.1, 0.3)) * faulty
        for stage in {STAGE_OF[fault] for fault in rates}:
            total = sum(rate for fault, rate in rates.items() if STAGE_OF[fault] is stage)
            if total > 0.8:
                rates |= {f: rate * 0.8 / total for f, rate in rates.items() if STAGE_OF[f] is stage}
        balance = Money(luck.randrange(0, 3_000_000), "USD") if luck.random() < 0.1 else None
        down = []
        for _ in range(luck.choice((0, 0, 0, 1, 2)) if faulty else 0):
            start = luck.uniform(0, 120)
            down.append((start, start + luck.uniform(1, 60)))
        found.append(House(skin, timing, rates, balance, down))
    return found


def _faults(traits: Traits, billing: Billing) -> list[Fault]:
    """Faults that leave the provider's own statements true: one that says what it bills, bills so."""
    lies: set[Fault] = set()
    if not traits.reports_cost and traits.charges_failed is not None:
        lies.add(Fault.FAILED_FREE if billing.failed else Fault.FAILED_CHARGED)
    return [fault for fault in Fault if fault not in lies]


def order_of(code: str, frames: int, framings: int, referenced: str | None) -> Order:
    shapes = ("9:16", "16:9")[:framings]
    references = ({"role": "look", "sha256": referenced},) if referenced else ()
    return Order.model_validate(
        {
            "code": code, "action": "steam rises", "camera": Camera(), "frames": frames, "rate": Rate(24), "framings": shapes,
            "mood": Mood(), "creativity": 0.3, "time_of_day": None, "weather": None, "use_case": None, "location": None,
            "location_id": None, "cast": (), "props": (), "look": None, "language": "en", "text_room": "none",
            "references": references,
        }
    )  # fmt: skip


def case_of(seed: int, reference: str) -> Case:
    """The case of a seed. `reference` is the digest of the still that some shots refer to."""
    luck = random.Random(f"case {seed}")
    faulty = luck.choice((0.0, 0.5, 1.0, 1.0))
    houses = _houses(luck, faulty)
    sellers = [Rehearsal(house.skin) for house in houses]
    shots = min(luck.randint(1, 12), luck.randint(1, 12), luck.randint(1, 12))
    wanted: list[tuple[str, list[Route]]] = []
    for number in range(shots):
        code = f"EP01 SQ010 SH{(number + 1) * 10:03}"
        routes = []
        referenced = reference if luck.random() < 0.1 else None
        order = order_of(code, 6 + number, luck.choice((1, 1, 2)), referenced)
        offers = [(seller, model) for seller in sellers for model in seller.skin.models]
        for seller, model in luck.sample(offers, luck.randint(1, min(3, len(offers)))):
            recipe = Recipe(offer=model, engine=seller.engine, seed=number, order=order)
            price = seller.quote(model, order)
            assert price is not None
            if luck.random() < 0.2:
                price = replace(price, worst=Money(price.worst.micros * 3 // 2, price.worst.currency))
            routes.append(Route(seller.name, recipe, price))
        wanted.append((code, routes))
    total = sum(routes[0].price.worst.micros for _, routes in wanted)
    stated = []
    if luck.random() < 0.4:
        stated = [Cap("production", Money(int(total * luck.uniform(0.3, 3)), "USD"))]
    caps = []
    for scope in ("workspace", "shot", "person", "day"):
        if luck.random() < 0.15:
            part = 2 * total // shots if scope == "shot" else total
            caps.append(Cap(scope, Money(int(part * luck.uniform(0.3, 3)), "USD")))
    orders = {}
    for code, routes in wanted:
        id = digest([PRODUCTION, code, routes[0].recipe.digest, 1])
        orders[id] = BuyOrder(code, PERSON, routes, stated, luck.choice((0, 0, 1)))
    workers = luck.choice((1, 1, 2, 3))
    troubles = []
    for _ in range(luck.choice((0, 0, 1, 1, 2, 3, 5))):
        kind: Mishap = luck.choice(("kill", "kill", "kill", "stop", "zombie", "freeze"))
        steps = int(2 ** luck.uniform(1, 5 + min(3, shots / 3)))
        freeze = luck.choice((0.0, 3.0, 30.0, 60.0, 120.0, 400.0))
        troubles.append(Trouble(kind, luck.randint(0, workers + 2), steps, freeze, luck.choice((0.01, 1.0, 30.0))))
    people = []
    if luck.random() < 0.5:
        people = sorted((luck.uniform(0, 300), luck.random()) for _ in range(luck.randint(1, 6)))
    return Case(
        seed, houses, orders, caps, workers, troubles, people,
        timeout_s=luck.choice((10.0, 30.0)), latency_s=luck.choice((0.01, 0.05, 0.4)), hooks=luck.random() < 0.25,
        decodes=luck.random() < 0.04, audits_at=luck.uniform(1, 100) if luck.random() < 0.15 else None,
        by_code={order.shot: id for id, order in orders.items()},
    )  # fmt: skip
