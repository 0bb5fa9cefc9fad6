"""Shooting a bake-off: who takes part and at which price is settled before anything is bought."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from callsheet.bakeoff.clips import FACTS, Entry, Wanted, beside, buy, entry_of, letters, takers
from callsheet.bakeoff.page import TELLING, write_page
from callsheet.errors import BudgetError, InputError, NotFoundError
from callsheet.film import Document, Money, Production, Recipe, needs, order, seed
from callsheet.film.ordering import framings
from callsheet.floor.clearing import Papers
from callsheet.floor.crew import Crew
from callsheet.floor.floor import Floor
from callsheet.floor.meter import Meter
from callsheet.money.attempts import Attempts
from callsheet.money.bid import allow
from callsheet.progress import OnProgress
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded


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
    papers = Papers(store, document.production)
    chosen, out = takers(models, wanted, crew.sellers, cap.currency, papers.law(placed))
    papers.clear_field(placed, models, crew.sellers, anybody=bool(chosen))
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
    papers.clear_making(recipes)
    meter = Meter(on_progress, Money(0, cap.currency))
    async with Floor(store, on_event=meter, crew=crew) as floor:
        store.snapshot("edited")
        ends = await buy(floor, store, document.production, [one for one, _ in tries], recipes, cap)
    attempts = Attempts(store.database, store.id, store.clock).all()
    labels = _labels(recipes)
    there = beside(folder)
    entries = sorted(
        (
            entry_of(store, there, label, one, number, recipe, end, attempts)
            for label, (one, number), recipe, end in zip(labels, tries, recipes, ends, strict=True)
        ),
        key=lambda entry: entry.label,
    )
    spent = sum((entry.cost for entry in entries if entry.cost is not None), Money(0, cap.currency))
    reel = _reel(document.production, there, entries)
    found = Bakeoff(
        placed.address, placed.shot.action, wanted.framings[0], tuple(entries), tuple(out), spent, cap, there / "index.html", reel, crew.rehearsal,
    )  # fmt: skip
    with guarded(there):
        (there / FACTS).write_text(json.dumps(found.facts(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_page(there, found.facts(), {})
    return found


def _afford(chosen: Sequence[Wanted], takes: int, cap: Money, crew: Crew) -> None:
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


def _labels(recipes: Sequence[Recipe]) -> list[str]:
    """A letter for each, in an order that says nothing about who made it, the same whenever it is asked for."""
    shuffled = sorted(range(len(recipes)), key=lambda index: seed("label", recipes[index].digest))
    names = dict(zip(shuffled, letters(), strict=False))
    return [names[index] for index in range(len(recipes))]


def _reel(production: Production, folder: Path, entries: Sequence[Entry]) -> Path | None:
    from callsheet.media.decode import frame_count
    from callsheet.media.reel import side_by_side
    from callsheet.media.sheet import poster
    from callsheet.media.type.fonts import font_files

    clips = [(folder / entry.clip, f"{entry.label}{_told(entry)}") for entry in entries if entry.clip]
    if not clips:
        return None
    wide, high = (int(side) for side in framings(production)[0].split(":"))
    out = folder / "reel.mp4"
    fonts = font_files(production.language)
    side_by_side(clips, out, fonts=fonts, rate=production.rate.fraction, shape=Fraction(wide, high))
    poster(out, frame_count(out, production.rate.fraction) // 2, out.with_suffix(".jpg"))
    return out


def _told(entry: Entry) -> str:
    """What gates saw, for the reel: only what anyone can see who looks, since nobody may tell from it who made the clip."""
    seen = [found["gate"] for found in entry.gates if found["gate"] not in TELLING]
    return f" · gates: {', '.join(seen)}" if seen else ""
