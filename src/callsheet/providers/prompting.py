"""Prompts: an order put into the words of one offer, within its limit. What matters most is said first, and what is left out is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callsheet.catalog.known import Unknown
from callsheet.catalog.limits import prompt_length
from callsheet.catalog.offer import Offer
from callsheet.film import NARRATOR, Order

_SIZES: Mapping[str, str] = {
    "extreme-wide": "extreme wide shot", "wide": "wide shot", "full": "full shot, head to toe", "medium": "medium shot",
    "close": "close-up", "extreme-close": "extreme close-up", "insert": "insert shot, detail filling the frame",
}  # fmt: skip
_ANGLES: Mapping[str, str] = {
    "eye": "eye level", "low": "low angle", "high": "high angle", "overhead": "overhead, straight down", "dutch": "dutch angle",
    "over-shoulder": "over the shoulder", "point-of-view": "point of view",
}  # fmt: skip
_MOVES: Mapping[str, str] = {
    "static": "locked-off camera", "push": "slow push in", "pull": "slow pull back", "pan-left": "pan left", "pan-right": "pan right",
    "tilt-up": "tilt up", "tilt-down": "tilt down", "truck-left": "camera trucks left", "truck-right": "camera trucks right",
    "crane-up": "crane up", "crane-down": "crane down", "orbit": "camera orbits the subject", "handheld": "handheld camera",
}  # fmt: skip
NEGATIVE = "text, captions, subtitles, logo, watermark"
"""What no shot wants: words on screen are set later, sharp and exact."""
NEGATIVE_LETTERED = "captions, subtitles, watermark"
"""The same for a shot whose picture must show words."""


@dataclass(frozen=True)
class Prompt:
    """`dropped` names the parts that did not fit, the least important first."""

    text: str
    negative: str | None
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One thing to say; `needed` parts are never left out."""

    name: str
    text: str
    needed: bool = False


def camera(order: Order) -> str:
    """The camera in the words of the trade."""
    shot = order.camera
    return f"{_SIZES[shot.size]}, {_ANGLES[shot.angle]}, {_MOVES[shot.move]}"


def prompt(offer: Offer, order: Order, marks: Mapping[str, Sequence[str]]) -> Prompt:
    """The order in words. `marks` gives, by the role of a reference, how the offer's prompts point at it.

    Whole parts are left out, from the last, until the text is within the offer's limit; when the action itself is over the limit, the
    text stays too long for `refusals` to find: nothing is ever cut.
    """
    parts = [part for part in _parts(offer, order, marks) if part.text]
    dropped: list[str] = []
    limit = offer.prompt.most
    while isinstance(limit, int) and prompt_length(_text(parts), offer.prompt.unit) > limit:
        spare = next((part for part in reversed(parts) if not part.needed), None)
        if spare is None:
            break
        parts.remove(spare)
        dropped.append(spare.name)
    unwanted = NEGATIVE_LETTERED if order.lettering else NEGATIVE
    negative = unwanted if not isinstance(offer.prompt.negative, Unknown) and offer.prompt.negative else None
    return Prompt(_text(parts), negative, tuple(dropped))


def _parts(offer: Offer, order: Order, marks: Mapping[str, Sequence[str]]) -> list[Part]:
    cast = [
        Part(
            f"cast {id}",
            _named(
                who.name,
                marks.get(f"cast:{id}", ()),
                _join(who.description, who.wardrobe and f"wearing {who.wardrobe}"),
            ),
        )
        for id, who in order.cast
    ]
    props = [
        Part(f"prop {id}", _named(what.name, marks.get(f"prop:{id}", ()), what.description)) for id, what in order.props
    ]
    place = order.location
    spoken = offer.camera if not isinstance(offer.camera, Unknown) else "text"
    return [
        Part("action", order.action.strip().rstrip(".") + ".", needed=True),
        Part("camera", camera(order).capitalize() + "." if spoken != "none" else ""),
        Part("lettering", _lettering(order), needed=True),
        Part("lines", _lines(order), needed=True),
        *cast,
        *props,
        Part(
            "place",
            _named(place.name, marks.get(f"location:{order.location_id}", ()), place.description) if place else "",
        ),
        Part("light", _light(order)),
        Part("room for text", _room(order)),
        Part("no writing", _no_writing(order)),
        Part("look", _look(order, marks)),
        Part("mood", _mood(order)),
    ]


def _lettering(order: Order) -> str:
    """The words that must stand in the picture, letter by letter: never left out."""
    quoted = [f"\u201c{words}\u201d" if '"' in words else f'"{words}"' for words in order.lettering]
    if not quoted:
        return ""
    *before, last = quoted
    told = f"{', '.join(before)} and {last}" if before else last
    return f"Lettering in the scene reads exactly {told}."


def _no_writing(order: Order) -> str:
    if order.text_room == "none":
        return ""
    return "No other text, captions or logos." if order.lettering else "No on-screen text, captions or logos."


def _lines(order: Order) -> str:
    """What is said, for a model that makes the sound too: never left out."""
    said = []
    for line in order.sound.lines if order.sound else ():
        who = "A narrator" if line.who == NARRATOR else line.who
        said.append(
            f"{who} says{f', {line.manner},' if line.manner else ''} in {line.language}: \u201c{line.line}\u201d"
        )
    return " ".join(said)


def _text(parts: Sequence[Part]) -> str:
    return " ".join(part.text for part in parts)


def _join(*texts: str) -> str:
    return ", ".join(text.strip().rstrip(".") for text in texts if text and text.strip())


def _named(name: str, marks: Sequence[str], words: str) -> str:
    told = _join(words)
    pointed = f"{name} ({', '.join(marks)})" if marks else name
    return f"{pointed}: {told}." if told else f"{pointed}." if marks else ""


def _light(order: Order) -> str:
    weather = order.weather if order.weather and order.weather != "clear" else ""
    return (_join(order.time_of_day or "", weather) + ".").capitalize() if order.time_of_day or weather else ""


def _room(order: Order) -> str:
    if order.text_room == "none":
        return ""
    return (
        "A calm, empty background." if order.text_room == "all" else "One part of the frame stays calm and uncluttered."
    )


def _look(order: Order, marks: Mapping[str, Sequence[str]]) -> str:
    if order.look is None:
        return ""
    pointed = [mark for role, found in marks.items() if role.startswith("look:") for mark in found]
    words = _join(order.look.description, *([f"palette {', '.join(order.look.palette)}"] if order.look.palette else []))
    return _named("Look", pointed, words or order.look.name)


def _mood(order: Order) -> str:
    mood = order.mood
    words = _join(
        "joyful" if mood.valence > 0.4 else "sombre" if mood.valence < -0.4 else "",
        "energetic" if mood.arousal > 0.4 else "quiet" if mood.arousal < -0.4 else "",
    )
    return f"{words.capitalize()} mood." if words else ""
