"""Shooting a bake-off: who takes part and at which price is settled before anything is bought."""

import json
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from callsheet.bakeoff.page import write_page
from callsheet.errors import BudgetError, InputError, NotFoundError
from callsheet.film import Document, Money, Order, Placed, Price, Production, Recipe, Take, needs, order, seed
from callsheet.film.ordering import framings
from callsheet.floor.crew import Crew, person
from callsheet.floor.floor import Bought, Floor, ShootRequest
from callsheet.floor.meter import Meter
from callsheet.floor.order import BuyOrder, Route
from callsheet.floor.shooting import references
from callsheet.money.attempts import Attempt, Attempts
from callsheet.money.bid import allow
from callsheet.money.caps import Cap
from callsheet.progress import OnProgress
from callsheet.providers import Provider, Seller
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded

FOLDER = "bakeoff"
FACTS = "bakeoff.json"


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


@dataclass(frozen=True)
class Bakeoff:
    """What came of it. `out` lists who does not take part, and why."""

    shot: str
    action: str
    shape: str
    """The picture shape that is compared, such as `9:16`."""
    entries: tuple[Entry, ...]
    out: tuple[tuple[str, str], ...]
    spent: Money
    cap: Money
    page: Path
    reel: Path | None
    rehearsal: bool
    meters: tuple[Mapping[str, Any], ...] = field(default=())

    def facts(self) -> dict[str, Any]:
        """As plain data, names included: the page hides them until they are rated."""
        return {
            "shot": self.shot, "action": self.action, "shape": self.shape, "entries": [asdict(e) for e in self.entries], "out": dict(self.out),
            "spent": asdict(self.spent), "cap": asdict(self.cap), "page": str(self.page), "reel": str(self.reel) if self.reel else None,
            "rehearsal": self.rehearsal, "meters": [dict(m) for m in self.meters],
        }  # fmt: skip


@dataclass(frozen=True)
class _Wanted:
    """One offer that takes part."""

    seller: Seller
    offer: str
    price: Price


async def bake(
    store: ProductionStore,
    folder: Path,
    crew: Crew,
    models: Sequence[str],
    takes: int,
    cap: Money,
    shot: str | None,
    on_progress: OnProgress,
) -> Bakeoff:
    """Shoot one shot `takes` times with each of `models` (models, or offers by their ids), one route each, and lay the results out.

    Raises InputError and NotFoundError for what cannot be compared, BudgetError before anything is bought when the worst case is over `cap`.
    """
    if takes < 1 or not models:
        raise InputError("a bake-off needs at least one model and one take", remedy="Name models with --models.")
    document = Document.parse(store.read().text)
    placed = document.production.find(shot) if shot else next(iter(document.production.board()))
    if needs(placed.shot) is not None and placed.shot.footage is not None:
        raise InputError(
            "a bake-off cannot work on another shot's take", where=placed.address, remedy="Name that footage as a file."
        )
    wanted = order(document.production, placed, store.asset_digest, None)
    chosen, out = _field(models, wanted, crew.sellers, cap.currency)
    if not chosen:
        told = "; ".join(f"{name}: {why}" for name, why in out)
        raise NotFoundError(f"nobody can take part ({told})", remedy="`callsheet models` lists models; set a key.")
    _afford(chosen, takes, cap, crew)
    tries = [(one, number) for number in range(1, takes + 1) for one in chosen]
    recipes = [
        Recipe(
            offer=one.offer,
            engine=one.seller.engine,
            seed=seed("bakeoff", one.offer, placed.address, number),
            order=wanted,
        )
        for one, number in tries
    ]
    meter = Meter(on_progress, Money(0, cap.currency))
    async with Floor(store, on_event=meter, crew=crew) as floor:
        store.snapshot("edited")
        ends = await _shoot(floor, store, document.production, placed, [one for one, _ in tries], recipes, cap)
    attempts = Attempts(store.database, store.id, store.clock).all()
    labels = _labels(recipes)
    beside = _beside(folder)
    entries = sorted(
        (
            _entry(store, beside, label, one, number, recipe, end, attempts)
            for label, (one, number), recipe, end in zip(labels, tries, recipes, ends, strict=True)
        ),
        key=lambda entry: entry.label,
    )
    spent = sum((entry.cost for entry in entries if entry.cost is not None), Money(0, cap.currency))
    reel = _reel(document.production, beside, entries)
    found = Bakeoff(
        placed.address, placed.shot.action, wanted.framings[0], tuple(entries), tuple(out), spent, cap, beside / "index.html", reel, crew.rehearsal,
    )  # fmt: skip
    with guarded(beside):
        (beside / FACTS).write_text(json.dumps(found.facts(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_page(beside, found.facts(), {})
    return found


def _field(
    models: Sequence[str], wanted: Order, sellers: Sequence[Seller], currency: str
) -> tuple[list[_Wanted], list[tuple[str, str]]]:
    """Who takes part: of each model its cheapest route in `currency` that takes the order, and who does not, with the reasons."""
    chosen: list[_Wanted] = []
    out: list[tuple[str, str]] = []
    for name in dict.fromkeys(models):
        able: list[_Wanted] = []
        why: list[str] = []
        for seller in sellers:
            for offer in seller.offers():
                if name.partition(":")[0] not in (offer.name, offer.model):
                    continue
                sized = name if name.partition(":")[0] == offer.name else offer.name
                refused = seller.refuses(sized, wanted)
                price = seller.quote(sized, wanted)
                if refused or price is None:
                    why.append(f"{sized}: {refused or 'its price is unknown'}")
                else:
                    able.append(_Wanted(seller, sized, price))
        if able:
            chosen.append(min(able, key=lambda one: _rank(one, currency)))
        else:
            out.append((name, "; ".join(why) or "nobody who can be asked now sells it"))
    return chosen, out


def _rank(one: _Wanted, currency: str) -> tuple[bool, int, str]:
    price = one.price.expected
    return price.currency != currency, price.micros, one.offer


def _afford(chosen: Sequence[_Wanted], takes: int, cap: Money, crew: Crew) -> None:
    worst = Money(0, cap.currency)
    for one in chosen:
        if one.price.worst.currency != cap.currency:
            raise BudgetError(
                f"{one.offer} is billed in {one.price.worst.currency} and the cap is {cap}", where=one.offer,
                remedy="Leave it out, or give the cap in its currency.",
            )  # fmt: skip
        for _ in range(takes):
            worst += one.price.worst
    if not worst <= cap:
        raise BudgetError(
            f"at worst it costs {worst}, and the cap is {cap}", where="bakeoff",
            remedy="Raise --cap, take fewer --takes, or leave models out. Nothing was bought.",
        )  # fmt: skip
    if worst.micros and not crew.rehearsal:
        allow(worst)


async def _shoot(
    floor: Floor,
    store: ProductionStore,
    production: Production,
    placed: Placed,
    by: Sequence[_Wanted],
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
            ends[index] = Bought(placed.address, made[0], "bought", ())
            continue
        for sha256, path in files.items():
            if not store.blobs.has(sha256):
                store.blobs.put_file(path)
        route = Route(one.seller.name, recipe, one.price)
        hosted.append((index, BuyOrder(placed.address, person(), [route], (Cap("production", cap),))))
    if hosted:
        bought = await floor.buy([wanted for _, wanted in hosted])
        ends |= {index: end for (index, _), end in zip(hosted, bought, strict=True)}
    return [ends[index] for index in range(len(recipes))]


def _labels(recipes: Sequence[Recipe]) -> list[str]:
    """A letter for each, in an order that says nothing about who made it, the same whenever it is asked for."""
    shuffled = sorted(range(len(recipes)), key=lambda index: seed("label", recipes[index].digest))
    names = dict(zip(shuffled, _letters(), strict=False))
    return [names[index] for index in range(len(recipes))]


def _letters() -> Iterator[str]:
    yield from string.ascii_uppercase
    yield from (one + other for one in string.ascii_uppercase for other in string.ascii_uppercase)


def _entry(
    store: ProductionStore,
    folder: Path,
    label: str,
    one: _Wanted,
    number: int,
    recipe: Recipe,
    end: Bought,
    attempts: Sequence[Attempt],
) -> Entry:
    mine = [a for a in attempts if a.recipe.digest == recipe.digest]
    take = end.take
    waited = [(a.changed_at - a.sent_at).total_seconds() for a in mine if a.sent_at and a.verdict == "delivered"]
    known = all(a.cost is not None or a.state == "released" for a in mine)
    cost = sum((a.cost for a in mine if a.cost is not None), Money(0, one.price.expected.currency)) if known else None
    clip = _copy(store, folder, label, take) if take else None
    checks = take.clips[0].unlike(recipe.order) if take else ()
    return Entry(
        label, one.offer, number, end.end, end.reasons[-1] if end.reasons and not take else "", take.number if take else None,
        cost, one.price.expected, waited[-1] if waited else None, checks, clip,
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


def _beside(folder: Path) -> Path:
    """Where the page and its clips go."""
    found = folder / FOLDER
    with guarded(found):
        found.mkdir(parents=True, exist_ok=True)
    return found


def _reel(production: Production, folder: Path, entries: Sequence[Entry]) -> Path | None:
    from callsheet.media.decode import frame_count
    from callsheet.media.reel import side_by_side
    from callsheet.media.sheet import poster
    from callsheet.media.type.fonts import font_files

    clips = [(folder / entry.clip, entry.label) for entry in entries if entry.clip]
    if not clips:
        return None
    wide, high = (int(side) for side in framings(production)[0].split(":"))
    out = folder / "reel.mp4"
    fonts = font_files(production.language)
    side_by_side(clips, out, fonts=fonts, rate=production.rate.fraction, shape=Fraction(wide, high))
    poster(out, frame_count(out, production.rate.fraction) // 2, out.with_suffix(".jpg"))
    return out
