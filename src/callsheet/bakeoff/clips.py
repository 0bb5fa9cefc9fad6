"""The clips of a blind test: who can make them, buying them under one cap, and laying them out under letters."""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callsheet.film import Money, Order, Price, Production, Recipe, Take
from callsheet.floor.crew import person
from callsheet.floor.floor import Bought, Floor, ShootRequest
from callsheet.floor.order import BuyOrder, Route
from callsheet.floor.shooting import references
from callsheet.money.attempts import Attempt
from callsheet.money.caps import Cap
from callsheet.providers import Provider, Seller
from callsheet.routing import Law
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded

FOLDER = "bakeoff"
FACTS = "bakeoff.json"
CALIBRATION = "calibration"


@dataclass(frozen=True)
class Entry:
    """One try of one offer. `label` is all that is shown until it is rated."""

    label: str
    offer: str
    number: int
    """Which of the offer's tries it is, from 1."""
    end: str
    """`bought`, or how it ended without a clip."""
    reason: str
    take: int | None
    """The take's number within its shot."""
    cost: Money | None
    """What was booked; None when it is not known yet."""
    quoted: Money
    seconds: float | None
    """From sending the order to owning the clip."""
    checks: tuple[str, ...] = ()
    """How the clip differs from what was ordered."""
    clip: str | None = None
    """The clip's file, beside the page, with a still of the same name."""
    shot: str = ""
    """Which shot it is of, where there are several."""
    action: str = ""
    use_case: str = ""
    model: str = ""
    gates: tuple[Mapping[str, Any], ...] = ()
    """What gates have against the clip: `gate`, `outcome` (reject or rank) and `words`; rejections first."""
    inspected: bool = False
    """Whether gates looked at it."""


@dataclass(frozen=True)
class Wanted:
    """One offer that takes part."""

    seller: Seller
    offer: str
    price: Price


def takers(
    models: Sequence[str], wanted: Order, sellers: Sequence[Seller], currency: str, law: Law | None = None
) -> tuple[list[Wanted], list[tuple[str, str]]]:
    """Who takes part: of each model its cheapest route in `currency` that takes the order, and who does not, with the reasons."""
    chosen: list[Wanted] = []
    out: list[tuple[str, str]] = []
    for name in dict.fromkeys(models):
        able: list[Wanted] = []
        why: list[str] = []
        for seller in sellers:
            for offer in seller.offers():
                if name.partition(":")[0] not in (offer.name, offer.model):
                    continue
                sized = name if name.partition(":")[0] == offer.name else offer.name
                refused = (law(sized).why_not if law else "") or seller.refuses(sized, wanted)
                price = seller.quote(sized, wanted)
                if refused or price is None:
                    why.append(f"{sized}: {refused or 'its price is unknown'}")
                else:
                    able.append(Wanted(seller, sized, price))
        if able:
            chosen.append(min(able, key=lambda one: _rank(one, currency)))
        else:
            out.append((name, "; ".join(why) or "nobody who can be asked now sells it"))
    return chosen, out


def _rank(one: Wanted, currency: str) -> tuple[bool, int, str]:
    price = one.price.expected
    return price.currency != currency, price.micros, one.offer


async def buy(
    floor: Floor,
    store: ProductionStore,
    production: Production,
    by: Sequence[Wanted],
    recipes: Sequence[Recipe],
    cap: Money,
) -> list[Bought]:
    """How every try ended, in the order of `recipes`."""
    ends: dict[int, Bought] = {}
    hosted: list[tuple[int, BuyOrder]] = []
    for index, (one, recipe) in enumerate(zip(by, recipes, strict=True)):
        files = references(store, production, recipe)
        if isinstance(one.seller, Provider):
            made = await floor.shoot([ShootRequest(recipe, cost=one.price.expected, references=files)], one.seller.make)
            ends[index] = Bought(recipe.order.code, made[0], "bought", ())
            continue
        for sha256, path in files.items():
            if not store.blobs.has(sha256):
                store.blobs.put_file(path)
        route = Route(one.seller.name, recipe, one.price)
        # What gates reject is what the offer makes: it is shown as it is, and nobody gets a second chance.
        wanted = BuyOrder(recipe.order.code, person(), [route], (Cap("production", cap),), rerolls=False)
        hosted.append((index, wanted))
    if hosted:
        bought = await floor.buy([wanted for _, wanted in hosted])
        ends |= {index: end for (index, _), end in zip(hosted, bought, strict=True)}
    return [ends[index] for index in range(len(recipes))]


def letters() -> Iterator[str]:
    """A, B, ... Z, AA, AB, ..."""
    yield from string.ascii_uppercase
    yield from (one + other for one in string.ascii_uppercase for other in string.ascii_uppercase)


def entry_of(
    store: ProductionStore,
    folder: Path,
    label: str,
    one: Wanted,
    number: int,
    recipe: Recipe,
    end: Bought,
    attempts: Sequence[Attempt],
) -> Entry:
    """What came of one try, with its clip put into `folder`."""
    mine = [a for a in attempts if a.recipe.digest == recipe.digest]
    take = end.take or end.rejected
    waited = [(a.changed_at - a.sent_at).total_seconds() for a in mine if a.sent_at and a.verdict == "delivered"]
    known = all(a.cost is not None or a.state == "released" for a in mine)
    cost = sum((a.cost for a in mine if a.cost is not None), Money(0, one.price.expected.currency)) if known else None
    clip = _copy(store, folder, label, take) if take else None
    checks = take.clips[0].unlike(recipe.order) if take else ()
    return Entry(
        label, one.offer, number, end.end, end.reasons[-1] if end.reasons and not take else "", take.number if take else None,
        cost, one.price.expected, waited[-1] if waited else None, checks, clip,
        gates=tuple({"gate": f.gate, "outcome": f.outcome, "words": f.words} for f in take.against) if take else (),
        inspected=take is not None and take.inspected,
    )  # fmt: skip


def _copy(store: ProductionStore, folder: Path, label: str, take: Take) -> str:
    """The clip beside the page, under a name that tells nothing."""
    from callsheet.media.sheet import poster

    name = f"{label}.mp4"
    with guarded(folder):
        target = folder / name
        target.unlink(missing_ok=True)
        target.write_bytes(store.blobs.path(take.clips[0].sha256).read_bytes())
    poster(target, take.clips[0].frames // 2, target.with_suffix(".jpg"))
    return name


def beside(folder: Path) -> Path:
    """Where the page and its clips go."""
    found = folder / FOLDER
    with guarded(found):
        found.mkdir(parents=True, exist_ok=True)
    return found
