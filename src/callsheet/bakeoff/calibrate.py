"""Calibration: a small blind test of models on test shots, under one cap, whose ratings routing learns from in every production."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from callsheet.bakeoff.clips import CALIBRATION, FACTS, Entry, Wanted, beside, buy, entry_of, letters, takers
from callsheet.bakeoff.page import write_page
from callsheet.bakeoff.shots import TestShot, TestShots, test_shots
from callsheet.errors import BudgetError, NotFoundError
from callsheet.film import Document, Money, Order, Price, Production, Recipe, order, seed
from callsheet.floor.crew import Crew
from callsheet.floor.floor import Floor
from callsheet.floor.meter import Meter
from callsheet.money.attempts import Attempts
from callsheet.money.bid import allow
from callsheet.progress import OnProgress
from callsheet.providers import Provider, Seller
from callsheet.routing.calibrated import ACCEPTANCE
from callsheet.routing.information import Prospect, choose
from callsheet.routing.knowledge import MICROS, Knowledge
from callsheet.routing.sequences import Option
from callsheet.routing.situation import situation
from callsheet.routing.weigh import worth
from callsheet.store import ProductionStore
from callsheet.store.disk import guarded
from callsheet.store.verdicts import verdicts

HERE = "calibration"
"""Where it lies, beside the production's document: a production of its own, so that no client pays for it."""


@dataclass(frozen=True)
class Tested:
    """One model in one use case: clips that were asked for and that were shot, and what all of them were worth, as far as is known."""

    use_case: str
    model: str
    asked: int
    shot: int
    worth: float
    """What the verdicts are expected to save on the shots of the board, in whole units of the cap's currency."""
    cost: Money
    """What the clips that were asked for cost at worst."""

    def __str__(self) -> str:
        return (
            f"{self.model} in {self.use_case}: {self.shot} of {self.asked} clips; all of them cost {self.cost} at worst "
            f"and are expected to save {self.worth:.2f} on this board"
        )


@dataclass(frozen=True)
class Calibration:
    """What came of it. `left_out` is what the cap did not allow, `out` who cannot take part, and why."""

    version: int
    use_cases: tuple[str, ...]
    entries: tuple[Entry, ...]
    tested: tuple[Tested, ...]
    out: tuple[tuple[str, str], ...]
    spent: Money
    cap: Money
    page: Path
    rehearsal: bool
    shape: str = "16:9"
    meters: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def left_out(self) -> tuple[Tested, ...]:
        """What was not shot as asked."""
        return tuple(one for one in self.tested if one.shot < one.asked)

    def facts(self) -> dict[str, Any]:
        """As plain data, names included: the page hides them until they are rated."""
        return {
            "kind": CALIBRATION, "version": self.version, "use_cases": list(self.use_cases), "shot": "",
            "action": f"{len(self.entries)} clips of test shots for {', '.join(self.use_cases)}",
            "shape": self.shape, "entries": [asdict(e) for e in self.entries], "tested": [asdict(t) for t in self.tested],
            "left_out": [str(one) for one in self.left_out], "out": dict(self.out), "spent": asdict(self.spent), "cap": asdict(self.cap),
            "page": str(self.page), "reel": None, "rehearsal": self.rehearsal, "meters": [dict(m) for m in self.meters],
        }  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What is to be tested, for a production: the shots of its board count by use case."""

    use_cases: Sequence[str]
    prompts: int
    cap: Money
    models: Sequence[str]
    """Empty means: every model that is sold here and has too few verdicts."""
    knowledge: Knowledge
    board: Mapping[str, int]

    @classmethod
    def of(
        cls, store: ProductionStore, sellers: Sequence[Seller], use_cases: Sequence[str], prompts: int, cap: Money, models: Sequence[str]
    ) -> "Asked":  # fmt: skip
        """For the production that `store` is of."""
        production = Document.parse(store.read().text).production
        board = Counter(placed.shot.use_case for placed in production.board() if placed.shot.use_case)
        knowledge = Knowledge.of(store, production, sellers)
        return cls(use_cases, prompts, cap, models, knowledge, {str(name): count for name, count in board.items()})


@dataclass(frozen=True)
class _Cell:
    """One model in one use case: the test shots that it is asked for; none when enough is known of it, and it is only a rival."""

    use_case: str
    model: str
    shots: tuple[tuple[TestShot, Order, Wanted], ...]
    price: Price


def home(folder: Path, rehearse: bool) -> Path:
    """The calibration's own folder, with the test shots as its board."""
    stage = folder / ".callsheet" / HERE if rehearse else folder / HERE
    with guarded(stage):
        stage.mkdir(parents=True, exist_ok=True)
    return stage


async def calibrate(
    store: ProductionStore, folder: Path, crew: Crew, asked: Asked, on_progress: OnProgress
) -> Calibration:
    """Shoot test shots, in the calibration that `store` is of and whose folder is `folder`, and lay them out for `rate`.

    What is not yet rated counts against the cap. Raises InputError, NotFoundError, and BudgetError before anything is bought.
    """
    cases = test_shots()
    chosen_shots = cases.of(asked.use_cases, asked.prompts)
    production = _board(store, cases)
    cells, out = _cells(store, production, chosen_shots, crew.sellers, asked)
    if not any(cell.shots for cell in cells):
        told = "; ".join(f"{name}: {why}" for name, why in out) or "everything has verdicts enough"
        raise NotFoundError(f"there is nobody to test ({told})", remedy="Name models with --models, or set a key.")
    counts, worths = _choose(cells, asked)
    tries = [
        (cell, shot, wanted, one) for cell in cells for shot, wanted, one in cell.shots[: counts[cell.use_case, cell.model]]
    ]  # fmt: skip
    if not tries:
        raise BudgetError(
            f"not one clip fits {asked.cap}, or none would change a choice", where=HERE, remedy="Raise --cap."
        )
    worst = sum((one.price.worst for *_, one in tries), Money(0, asked.cap.currency))
    if worst.micros and not crew.rehearsal:
        allow(worst)
    recipes = [
        Recipe(offer=one.offer, engine=one.seller.engine, seed=seed("calibration", one.offer, shot.address), order=wanted)
        for _, shot, wanted, one in tries
    ]  # fmt: skip
    # The floor's cap counts all that was ever spent here: what was rated is of earlier calibrations.
    before = _rated_cost(store, asked.cap.currency)
    async with Floor(store, on_event=Meter(on_progress, Money(0, asked.cap.currency)), crew=crew) as floor:
        store.snapshot("edited")
        ends = await buy(floor, store, production, [one for *_, one in tries], recipes, asked.cap + before)
    attempts = Attempts(store.database, store.id, store.clock).all()
    labels = _labels([shot.address for _, shot, _, _ in tries], recipes)
    there = beside(folder)
    entries = []
    for label, (cell, shot, _, one), recipe, end in zip(labels, tries, recipes, ends, strict=True):
        entry = entry_of(store, there, label, one, 1, recipe, end, attempts)
        more = {"shot": shot.address, "use_case": cell.use_case, "model": cell.model, "action": shot.action}
        entries.append(Entry(**{**vars(entry), **more}))
    spent = sum((e.cost for e in entries if e.cost is not None), Money(0, asked.cap.currency))
    tested = tuple(
        Tested(
            cell.use_case, cell.model, len(cell.shots), counts[cell.use_case, cell.model], worths[cell.use_case, cell.model],
            sum((one.price.worst for *_, one in cell.shots), Money(0, asked.cap.currency)),
        )
        for cell in cells if cell.shots
    )  # fmt: skip
    found = Calibration(
        cases.version, tuple(chosen_shots), tuple(sorted(entries, key=lambda e: (len(e.label), e.label))), tested, tuple(out), spent,
        asked.cap, there / "index.html", crew.rehearsal,
    )  # fmt: skip
    with guarded(there):
        (there / FACTS).write_text(json.dumps(found.facts(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_page(there, found.facts(), {})
    return found


def _board(store: ProductionStore, cases: TestShots) -> Production:
    """The calibration's board as the test shots are now."""
    text = cases.document()
    try:
        now = store.read()
    except NotFoundError:
        store.write(text, None)
    else:
        if now.text != text:
            store.write(text, now.digest)
    return Document.parse(text).production


def _cells(
    store: ProductionStore,
    production: Production,
    shots: Mapping[str, Sequence[TestShot]],
    sellers: Sequence[Seller],
    asked: Asked,
) -> tuple[list[_Cell], list[tuple[str, str]]]:
    """Who is tested on what: every named model, or every one that lacks verdicts; and who cannot be, with the reasons."""
    rated = {(v.shot, v.offer) for v in verdicts(store)}
    names = list(dict.fromkeys(asked.models)) or _sold(sellers)
    cells: list[_Cell] = []
    out: dict[str, str] = {}
    for use_case, tests in shots.items():
        for name in names:
            able: list[tuple[TestShot, Order, Wanted]] = []
            done, why, last = 0, "", None
            for shot in tests:
                wanted = order(production, production.find(shot.address), store.asset_digest, None)
                found, refused = takers([name], wanted, sellers, asked.cap.currency)
                if not found:
                    why = refused[0][1]
                elif found[0].price.worst.currency != asked.cap.currency:
                    why = f"it is billed in {found[0].price.worst.currency} and the cap is {asked.cap}"
                else:
                    last = found[0]
                    done += (shot.address, last.offer) in rated
                    if (shot.address, last.offer) not in rated:
                        able.append((shot, wanted, last))
            if last is None:
                out[name] = why
                continue
            model = _model(last)
            if not asked.models:
                done = max(done, asked.knowledge.tally(situation(use_case, ACCEPTANCE), model).all)
            cells.append(_Cell(use_case, model, tuple(able[: max(0, asked.prompts - done)]), last.price))
            if asked.models and not cells[-1].shots:
                out[f"{name} in {use_case}"] = f"{done} of its clips were rated already"
    return cells, sorted(out.items())


def _sold(sellers: Sequence[Seller]) -> list[str]:
    """The models that are sold; what draws here for nothing is no model to be tested unless it is named."""
    elsewhere = [offer.model for one in sellers if not isinstance(one, Provider) for offer in one.offers()]
    return sorted(set(elsewhere))


def _model(one: Wanted) -> str:
    """The model of an offer, which may name a resolution."""
    plain = one.offer.partition(":")[0]
    return next((o.model for o in one.seller.offers() if o.name == one.offer), "") or next(
        o.model for o in one.seller.offers() if o.name == plain
    )


def _choose(
    cells: Sequence[_Cell], asked: Asked
) -> tuple[Mapping[tuple[str, str], int], Mapping[tuple[str, str], float]]:
    """How many clips of each cell the cap allows, the most telling first, and what all of each are worth."""
    prospects: list[Prospect] = []
    worths: dict[str, float] = {}
    beliefs = asked.knowledge.beliefs("")
    for use_case in dict.fromkeys(cell.use_case for cell in cells):
        mine = [cell for cell in cells if cell.use_case == use_case]
        place = situation(use_case, ACCEPTANCE)
        versions = dict.fromkeys(sorted(cell.model for cell in mine), "")
        believed = beliefs.posteriors(place, versions, asked.knowledge.on)
        rates = beliefs.rates(place, versions, asked.knowledge.on)
        prices = {cell.model: cell.price for cell in mine}
        options = [Option(m, m, rates[m], price.expected.micros / MICROS) for m, price in sorted(prices.items())]
        counts = worth(options, asked.cap.currency, asked.knowledge)
        worths[use_case] = counts.shot
        costs = {option.model: counts.cost(option) for option in options}
        routed = max(1, asked.board.get(use_case, 0))
        for cell in mine:
            a, b = believed[cell.model].alpha, believed[cell.model].beta
            clip = max((one.price.worst.micros for *_, one in cell.shots), default=0) / MICROS
            prospects.append(Prospect(use_case, cell.model, a, b, costs[cell.model], clip, len(cell.shots), routed))
    return choose(prospects, worths, asked.cap.micros / MICROS)


def _rated_cost(store: ProductionStore, currency: str) -> Money:
    rated = {(v.shot, v.take) for v in verdicts(store)}
    costs = [Money(take.cost_micros, take.currency) for take in store.takes() if (take.shot, take.number) in rated]
    return sum((cost for cost in costs if cost.currency == currency), Money(0, currency))


def _labels(shots: Sequence[str], recipes: Sequence[Recipe]) -> list[str]:
    """Letters, shot by shot; within a shot in an order that says nothing about who made it, the same whenever it is asked for."""
    shuffled = sorted(range(len(recipes)), key=lambda at: (shots[at], seed("label", recipes[at].digest)))
    names = dict(zip(shuffled, letters(), strict=False))
    return [names[at] for at in range(len(recipes))]
