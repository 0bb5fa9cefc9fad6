"""Beats: the timed pictures inside one clip, each with its own words and a whole number of seconds, as models are told them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from callsheet.catalog import Offer, Refusal
from callsheet.film import Order
from callsheet.providers.prompting import prompt


@dataclass(frozen=True)
class Told:
    """One beat as an offer is told it. `seconds` is its length in the clip that is ordered."""

    prompt: str
    seconds: int


def beats(
    offer: Offer, order: Order, seconds: Fraction, marks: Mapping[str, Sequence[str]]
) -> tuple[tuple[Told, ...], list[str], list[Refusal]]:
    """The beats of an order, what did not fit into their words, and why they cannot be told.

    Every wire counts beats in whole seconds. A beat that begins elsewhere is refused, and not moved: the cut would come at another frame
    than the board says. A frame's difference is none, for rates that no second fits. The last beat takes what the clip is longer than the shot.
    """
    starts: list[int] = []
    wrong: list[Refusal] = []
    for number, beat in enumerate(order.beats, 1):
        exact = Fraction(beat.at) / order.rate.fraction
        whole = round(exact)
        if abs(exact - whole) * order.rate.fraction > 1:
            near = sorted({int(order.rate.fraction * s) for s in (int(exact), int(exact) + 1)})
            wrong.append(
                Refusal(
                    "beats",
                    f"beat {number} begins at frame {beat.at}; it cuts at whole seconds, as at {near[0]} or {near[1]}",
                )
            )
        starts.append(whole)
    if order.beats and seconds.denominator != 1:
        wrong.append(Refusal("beats", f"{float(seconds):g} s; it divides whole seconds"))
    if wrong or not order.beats:
        return (), [], wrong
    most = offer.beats.prompt_most
    room = (
        offer.model_copy(update={"prompt": offer.prompt.model_copy(update={"most": most})})
        if isinstance(most, int)
        else offer
    )
    told, dropped = [], []
    for number, (beat, start, end) in enumerate(zip(order.beats, starts, [*starts[1:], int(seconds)], strict=True)):
        # A line begins with its shot, and so with its first beat.
        said = prompt(
            room,
            order.model_copy(
                update={"action": beat.action, "camera": beat.camera, "sound": None if number else order.sound}
            ),
            marks,
        )
        told.append(Told(said.text, end - start))
        dropped += [f"{part} in beat {number + 1}" for part in said.dropped]
    return tuple(told), dropped, []
