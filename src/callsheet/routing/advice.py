"""What to do when nobody may shoot a shot as it is written: which key opens the model it names, or what is most like one that is gone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction

from callsheet.catalog import Catalogue, Offer, Wanted, nearest
from callsheet.film import Order, Shot
from callsheet.providers.families import key_names, speaks
from callsheet.providers.fitting import tier


def advice(shot: Shot, order: Order, catalogue: Catalogue, today: date | None = None) -> str:
    """Sentences about every model or offer that the shot's `only` names; empty when the catalogue knows none of them."""
    on = today or datetime.now(UTC).date()
    return " ".join(sentence for name in shot.constraints.only for sentence in _about(name, order, catalogue, on))


def _about(name: str, order: Order, catalogue: Catalogue, on: date) -> Iterator[str]:
    plain = name.partition(":")[0]
    known = [offer for offer in catalogue if plain in (offer.id, offer.model.id)]
    live = [offer for offer in known if offer.live_on(on)]
    if live:
        doors = [door for offer in live if (door := _door(offer))]
        if doors:
            yield f"{name} is sold here: {', '.join(dict.fromkeys(doors))}."
    elif known:
        yield _gone(name, max(known, key=_ended), order, catalogue, on)


def _door(offer: Offer) -> str:
    if not speaks(offer.protocol, offer.route):
        return ""
    names = key_names(offer.protocol, offer.route)
    return f"{offer.route} (set {names[0]})" if names else offer.route


def _ended(offer: Offer) -> date:
    return offer.sunset_on if isinstance(offer.sunset_on, date) else date.min


def _gone(name: str, offer: Offer, order: Order, catalogue: Catalogue, on: date) -> str:
    seconds = Fraction(order.frames) / order.rate.fraction
    status = offer.status_on(on)
    when = f" since {offer.sunset_on}" if isinstance(offer.sunset_on, date) else ""
    said = f"{name} is retired{when}" if status == "retired" else f"{name} is not sold today (its status is {status})"
    instead = nearest(catalogue, offer, on, Wanted(seconds, tier(offer) or "720p", order.framings[0]))
    if not instead:
        return f"{said}, and nothing that is sold today is like it."
    return f"{said}; most like it today: " + "; ".join(map(str, instead)) + "."
