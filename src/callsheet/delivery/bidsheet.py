"""The bid as a document: the call sheet before the shoot, with stills of what was shot before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from callsheet.delivery.callsheet import Ends, ShotState, as_html, as_json, sheet
from callsheet.delivery.package import Item, package
from callsheet.delivery.stills import still_key, still_path
from callsheet.film import Document, Money, Placed, Take
from callsheet.floor import bidding
from callsheet.floor.quoted import Quoted, QuotedShot
from callsheet.providers import Seller
from callsheet.store import ProductionStore

FOLDER = "callsheet"
"""Where the bid lies in the production's folder, unless another place is named."""
PAGE, DATA = "bid.html", "bid.json"


def bid(
    store: ProductionStore, providers: Sequence[Seller], budgets: Sequence[Money] = (), out: Path | None = None
) -> Quoted:
    """The bid; with `out`, also as a page and as data in that folder."""
    document = Document.parse(store.read().text)
    quoted = bidding.bid(store, document, providers, budgets)
    if out is None:
        return quoted
    quoted = replace(quoted, page=str(out / PAGE))
    newest = store.versions()
    now = store.read().digest
    number = next((v.number for v in reversed(newest) if v.digest == now), len(newest) + 1)
    stills = _stills(store, list(document.production.board()))
    picks, told = store.picks(), store.decisions()
    states = {
        shot.line.shot: _state(shot, picks.get(shot.line.shot), told.get(shot.line.shot, {}), stills)
        for shot in quoted.shots
    }
    data = sheet(document, number, states, quoted.spent, Ends(quoted.waste, quoted.approval), quoted)
    items = [
        Item.of(PAGE, "call sheet", as_html(data).encode()),
        Item.of(DATA, "call sheet", as_json(data).encode()),
        *stills.values(),
    ]
    package(out, items, {"production": document.production.title, "board": document.digest}, store.digest_of)
    return quoted


def _state(shot: QuotedShot, take: Take | None, told: Mapping[str, Any], stills: Mapping[str, Item]) -> ShotState:
    """A shot as it was shot, where its take is there; else as it would be."""
    still = stills[shot.line.shot].path if shot.line.shot in stills else None
    if shot.line.reused and take is not None:
        cost = Money(take.cost_micros, take.currency)
        excluded = tuple((name, rule) for name, rule in told.get("excluded", ()))
        return ShotState(take.recipe.offer, cost, tuple(told.get("reasons", ())), excluded, take, still, shot)
    price = shot.line.price.expected if shot.line.price else None
    return ShotState(shot.line.offer, price, shot.line.reasons, shot.decision.excluded, None, still, shot)


def _stills(store: ProductionStore, placed: Sequence[Placed]) -> Mapping[str, Item]:
    """A still of every shot of which one was made before, of its pick or else its newest take."""
    newest: dict[str, Take] = {take.shot: take for take in store.takes()}
    newest |= store.picks()
    keys = {}
    for p in placed:
        take = newest.get(p.address)
        key = still_key(take, p.shot.duration) if take is not None else None
        if key is not None:
            keys[p.address] = key
    made = store.artefacts(keys.values())
    return {
        address: Item(still_path(address), "still", store.blobs.path(made[key].sha256), made[key].sha256)
        for address, key in keys.items()
        if key in made
    }
