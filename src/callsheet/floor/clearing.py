"""Clearing: before anything is routed, made, picked, built or delivered, the rules are asked with the papers of the day.

Whatever they forbid is refused with RightsError, and every refusal is written down.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from functools import cached_property, lru_cache
from typing import get_args

from callsheet.catalog import Catalogue, load, overlays
from callsheet.errors import InputError, NotFoundError
from callsheet.film import Document, Episode, Placed, Production, Recipe, Take
from callsheet.film.shot import Work
from callsheet.floor.crew import person
from callsheet.providers import Seller
from callsheet.rights import DeliverableFacts, Facts, Judgement, Rulings, Terms, judge, owners, shot_facts, sound_facts
from callsheet.rights.board import assets
from callsheet.rights.cascade import Lineage, recipe_facts
from callsheet.rights.clear import judge_cut, judge_recipes
from callsheet.rights.pack import LAPSES
from callsheet.rights.reach import Digests, keep, kept, withdrawn
from callsheet.rights.register import record
from callsheet.rights.rule import Stage, joined
from callsheet.routing import Law
from callsheet.store import ProductionStore

_CONTINUES = frozenset(("extends", *get_args(Work)))
"""How roles of clips of other takes begin."""


def today(store: ProductionStore) -> date:
    """The day on which the rules are asked, in UTC."""
    return store.clock().astimezone(UTC).date()


class Papers:
    """What the rules are asked with: a production, the terms of offers, what was withdrawn, and the day."""

    def __init__(self, store: ProductionStore, production: Production, *, files: bool = True) -> None:
        """Without `files` it is not asked whether the papers are there: a worker has none of them."""
        self.store, self.production = store, _proven(store, production) if files else production
        self.on = today(store)
        self.terms = Terms(self._catalogue)
        self.revoked = withdrawn(store, (lambda: self.signed) if files else (lambda: self._kept))
        self.rulings = Rulings(self.terms, self.on)

    def _catalogue(self) -> Catalogue:
        return load(overlays(self.store.folder))

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The asset by the sha256 of each reference file that is here."""
        return owners(self.production, self._digest)

    def _digest(self, path: str) -> str:
        try:
            return self.store.asset_digest(path)
        except (NotFoundError, InputError):  # a file of an asset that no shot uses; no take can have been given it
            return f"no file {path}"

    @cached_property
    def signed(self) -> Digests:
        """The sha256s of the papers that are here, by asset."""
        named = [
            (key, paper.paper)
            for key, asset in assets(self.production)
            for paper in (asset.consent, asset.licence)
            if paper
        ]
        found: dict[str, tuple[str, ...]] = {}
        for key, path in named:
            if path:
                found[key] = (*found.get(key, ()), self._digest(path))
        return found

    @property
    def _kept(self) -> Digests:
        """The papers as they were when takes were cleared last, for who has no files."""
        return kept(self.store.id, self.store).get(self.store.id, {})

    @cached_property
    def takes(self) -> Sequence[Take]:
        """Every take of the production."""
        return self.store.takes()

    @cached_property
    def lineage(self) -> Lineage:
        """Which assets and files every take used."""
        return Lineage(self.takes, self.owners)

    # -- routes --------------------------------------------------------------------------------------------------------------

    def law(self, placed: Placed) -> Law:
        """What the rules say of each offer for a shot."""
        facts = shot_facts(self.production, placed, self.revoked)
        return lambda offer: self.rulings.of(facts, offer)

    def no_route(self, placed: Placed, sellers: Sequence[Seller]) -> None:
        """Write down that no offer may shoot a shot."""
        law = self.law(placed)
        asked = [(offer.name, law(offer.name)) for seller in sellers for offer in seller.offers()]
        self._record("route", [placed.address], joined(asked, "route", self.on))

    def clear_field(self, placed: Placed, names: Sequence[str], sellers: Sequence[Seller], *, anybody: bool) -> None:
        """Write down which of these models and offers the rules keep out of a bake-off; RightsError when nobody is left because of that."""
        law, wanted = self.law(placed), {name.partition(":")[0] for name in names}
        asked = [
            (offer.name, law(offer.name))
            for seller in sellers
            for offer in seller.offers()
            if wanted & {offer.name, offer.model}
        ]
        judgement = joined(asked, "route", self.on)
        if judgement.blocked:
            self._record("bakeoff", [placed.address], judgement)
        if not anybody:
            judgement.refuse()

    # -- what is about to be done ----------------------------------------------------------------------------------------------

    def clear_making(self, recipes: Iterable[Recipe]) -> None:
        """Before takes are made. Raises RightsError."""
        keep(self.store, self.signed, person())
        self._clear("shoot", self.of_recipes(recipes, "render"), [])

    def clear_pick(self, take: Take) -> None:
        """Before a take goes into the cut. Raises RightsError."""
        self._clear("pick", self.of_recipes([take.recipe], "conform"), [f"{take.shot} take {take.number}"])

    def clear_conform(self, picks: Mapping[str, Take]) -> None:
        """Before the masters are built. Raises RightsError."""
        self._clear("conform", self.of_cut(picks, "conform"), [])

    def clear_sound(self) -> None:
        """Before anything is spent on a film: whether its voices and its music may be heard. Raises RightsError."""
        self._clear("deliver", self.of_sound(self.production.episodes), [])

    def clear_delivery(self, picks: Mapping[str, Take], deliverables: Sequence[DeliverableFacts]) -> Judgement:
        """Before the package is made; what is required and not done is in the judgement, and refuses nothing. Raises RightsError."""
        keep(self.store, self.signed, person())
        judgement = self.of_cut(picks, "deliver", deliverables)
        self._clear("deliver", judgement, [])
        record(self.store, "deliver", self._episodes(), judgement, False, person())
        return judgement

    def facts(self, take: Take) -> Facts:
        """The facts of a take that is there."""
        return recipe_facts(self.production, take.recipe, self.lineage, self.terms.of(take.recipe.offer), self.revoked)

    def of_recipes(self, recipes: Iterable[Recipe], stage: Stage) -> Judgement:
        """What the rules say about takes, made or about to be."""
        return judge_recipes(
            self.production, recipes, self.on, self.terms,
            takes=self.takes, owners=self.owners, revoked=self.revoked, stage=stage,
        )  # fmt: skip

    def of_cut(
        self, picks: Mapping[str, Take], stage: Stage, deliverables: Iterable[DeliverableFacts] = ()
    ) -> Judgement:
        """What the rules say about the cut and its deliverables."""
        return judge_cut(
            self.production, picks, self.on, self.terms,
            takes=self.takes, owners=self.owners, revoked=self.revoked, stage=stage, deliverables=deliverables,
        )  # fmt: skip

    def sound(self, episode: Episode) -> Facts:
        """The facts of what is heard in an episode."""
        return sound_facts(self.production, episode, self.revoked)

    def of_sound(self, episodes: Iterable[Episode]) -> Judgement:
        """What the rules say about the voices and the music of episodes, delivered."""
        judged = [(e.code, judge("deliver", self.sound(e), self.on)) for e in episodes]
        return joined(judged, "deliver", self.on)

    def _clear(self, verb: str, judgement: Judgement, what: Sequence[str]) -> None:
        if judgement.blocked:
            places = dict.fromkeys(f.where for f in judgement.of("block") if f.where)
            self._record(verb, what or list(places), judgement)
        judgement.refuse()

    def _record(self, verb: str, what: Iterable[str], judgement: Judgement) -> None:
        record(self.store, verb, what, judgement, True, person())

    def _episodes(self) -> list[str]:
        return [episode.code for episode in self.production.episodes]


def signed(production: Production) -> list[str]:
    """The files of the papers that the document names."""
    named = [paper.paper for _, asset in assets(production) for paper in (asset.consent, asset.licence) if paper]
    return list(dict.fromkeys(path for path in named if path))


def _proven(store: ProductionStore, production: Production) -> Production:
    """The production without the papers that are named and not there: what nobody can read is not signed."""
    gone = {path for path in signed(production) if not _is_here(store, path)}
    if not gone:
        return production
    proven = production.model_copy(deep=True)
    for _, asset in assets(proven):
        for paper in (asset.consent, asset.licence):
            if paper is not None and paper.paper in gone:
                paper.paper = None
    return proven


def _is_here(store: ProductionStore, path: str) -> bool:
    try:
        store.asset(path)
    except (NotFoundError, InputError):
        return False
    return True


@lru_cache(maxsize=4)
def _production(text: str) -> Production:
    return Document.parse(text).production


def clear_create(store: ProductionStore, recipe: Recipe) -> None:
    """Right before a take is ordered from a seller: a consent or licence that ended, or was withdrawn, while the order waited stops it.

    The board is the one that is being shot, its newest version, so that a worker needs no file of the production. Raises RightsError.
    """
    order = recipe.order
    if not (order.cast or order.props or order.location_id or order.look or order.references):
        return  # nobody and nothing of anybody's is in it
    numbers = [version.number for version in store.versions()]
    if not numbers:
        return
    continues = any(reference.role.partition(":")[0] in _CONTINUES for reference in order.references)
    papers = Papers(store, _production(store.document(numbers[-1])), files=False)
    judgement = judge_recipes(
        papers.production, [recipe], papers.on, Terms(Catalogue(())),
        takes=papers.takes if continues else (), owners=papers.owners, revoked=papers.revoked, rules=LAPSES,
    )  # fmt: skip
    if judgement.blocked:
        record(store, "create", [recipe.order.code], judgement, True, person())
    judgement.refuse()
