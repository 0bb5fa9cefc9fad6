"""What every stand-in has in common: it knows a seller's offers from the catalogue, delivers on that seller's frame grid and bills by its rules."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from callsheet.catalog import Asked as Wish
from callsheet.catalog import Mode, Offer, Size, Unknown, Wanted, price, refusals
from callsheet.catalog.known import lines
from callsheet.film import Beat, Camera, Framing, Mood, Order, Rate, Recipe, seed
from callsheet.film.price import Money
from callsheet.providers.hosted import Traits
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.skins import KEY, Billing, Skin
from callsheet.rehearsal.ticket import Asked, Ticket
from callsheet.rehearsal.waits import usual
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_GUESS = 100_000
"""Micro-units a second for an offer whose price nobody has published: a rehearsal has to bill something."""
_RATE = 24


class Turned(Exception):
    """A request that the seller would turn down."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.why = Why(kind, message)


class StandIn(ABC):
    """The face of one seller, driven by its `offers`. Requests without the key are turned down; what cannot be read is too."""

    protocol: ClassVar[str]

    fetch: "Callable[[str], bytes] | None" = None
    """Fetches a file from an address outside; without it there is no outside. Raises OSError."""

    def __init__(self, route: str, offers: Sequence[Offer], key: str = KEY) -> None:
        self.route, self.key = route, key
        self.offers = tuple(offers)
        self._asked = 0

    # -- what a family fills in ------------------------------------------------------------------------------------------------

    @abstractmethod
    def serve(self, house: "House", request: Request) -> Reply:
        """Answer a request that carries the key. May raise Turned, or what reading a bad request raises."""

    @abstractmethod
    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        headers = {} if why.after_s is None else {"retry-after": str(ceil(why.after_s))}
        return _with(answer(why.code, {"error": {"code": why.kind, "message": why.message}}), headers)

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face: nothing is sent unless a family sends it."""
        return None

    def knows(self, request: Request) -> bool:
        """Whether the request carries the key."""
        return request.headers.get("authorization") == f"Bearer {self.key}"

    # -- a face ------------------------------------------------------------------------------------------------------------

    def handle(self, house: "House", request: Request) -> Reply:
        """See Face."""
        if not self.knows(request):
            return self.refusal(Why("auth", "the key is not known"))
        try:
            return self.serve(house, request)
        except Turned as turned:
            return self.refusal(turned.why)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, ZeroDivisionError) as error:
            return self.refusal(Why("input", f"the request cannot be read: {type(error).__name__} {error}"))

    def skin(self, traits: Traits) -> Skin:
        """The house's skin: what the seller's adapter declares, and what the catalogue says that it bills."""
        first = self.offers[0]

        def billed(said: bool | Unknown) -> bool:
            return said is True

        billing = Billing(
            failed=billed(first.charges.failed),
            moderated=billed(first.charges.moderated_out),
            cancelled_running=billed(first.charges.cancelled_running),
        )
        return Skin(self.route, traits, {}, billing, self.currency, every_framing=False)

    @property
    def currency(self) -> str:
        """What it bills in."""
        return next((o.price.currency for o in self.offers if not isinstance(o.price, Unknown)), "USD")

    def offer(self, model: str) -> Offer:
        """The offer that the seller calls `model`, in any mode. Raises Turned."""
        for offer in self.offers:
            names = {} if isinstance(offer.wire, Unknown) else offer.wire
            if any(name == model or (name.endswith("*") and model.startswith(name[:-1])) for name in names.values()):
                return offer
        raise Turned("retired", f"there is no model {model!r}")

    def asked(
        self,
        offer: Offer,
        model: str,
        prompt: str,
        seconds: Fraction,
        *,
        mode: Mode = "text",
        resolution: str | None = None,
        aspect: str = "16:9",
        audio: bool = False,
        images: int = 0,
        input_video_s: Fraction = Fraction(0),
        attempt: str = "",
        webhook: str | None = None,
        facts: Mapping[str, Any] | None = None,
        extras: tuple[str, ...] = (),
        beats: Sequence[tuple[Fraction, str]] = (),
    ) -> Asked:
        """A create that was read: what will be delivered and what it costs. `beats` are the seconds and the words of the pictures inside
        the clip. Raises Turned for what the offer does not make."""
        _cut(offer, seconds, beats)
        if not prompt.strip():
            raise Turned("input", "there is no prompt")
        known = offer.durations
        if not isinstance(known, Unknown) and not known.allows(seconds):
            raise Turned("input", f"{seconds} s; it makes {known} s")
        if (
            resolution is not None
            and not isinstance(offer.resolutions, Unknown)
            and resolution not in offer.resolutions
        ):
            raise Turned("input", f"{resolution}; it makes {', '.join(offer.resolutions)}")
        wanted = Wanted(seconds, resolution, aspect, audio, mode, images, input_video_s, extras)
        owed = price(offer, wanted)
        money = owed.expected if owed else Money(ceil(_GUESS * seconds), self.currency)
        shape: Framing = "9:16" if aspect == "9:16" else "16:9"
        self._asked += 1
        recipe = {
            **_recipe(offer, prompt, seconds, resolution, aspect, shape, beats),
            "seed": seed(offer.id, prompt, self._asked),
            "sound": audio or offer.audio == "always",
        }
        code = "P" + hashlib.sha256(prompt.encode()).hexdigest()[:8]
        more = {"seconds": seconds, "resolution": resolution, "aspect": aspect, **(facts or {})}
        return Asked(attempt, model, recipe, code, (shape,), (), webhook, money, more, usual(offer, seconds))

    def clip(self, house: "House", ticket: Ticket, request: Request) -> str | None:
        """The address of the one clip of a job that is done; None while there is none."""
        path = next(iter(house.links(ticket).values()), None)
        return None if path is None else self.at(request, path)

    def billed(self, house: "House", ticket: Ticket) -> Money:
        """What the meter says about a job."""
        return house.meter.of_job(ticket.id)

    @staticmethod
    def at(request: Request, path: str) -> str:
        """A whole address on this house."""
        return f"http://{request.headers.get('host', '')}{path}"

    @staticmethod
    def body(request: Request) -> dict[str, Any]:
        """The JSON object of a request. Raises Turned."""
        try:
            said = json.loads(request.body or b"{}")
        except ValueError as error:
            raise Turned("input", "the request is not JSON") from error
        if not isinstance(said, dict):
            raise Turned("input", "the request is not a JSON object")
        return said

    def keep(self, house: "House", content: bytes) -> str:
        """Keep a file that was uploaded, and name it."""
        name = hashlib.sha256(content).hexdigest()
        house.shelf[name] = content
        return name

    def seen(self, house: "House", request: Request, address: str) -> bytes:
        """The file behind an address in a request: one inside it, or one that was uploaded here. Raises Turned for what nobody outside
        could fetch."""
        import base64

        head, _, data = address.partition(",")
        if head.startswith("data:") and head.endswith(";base64"):
            return base64.b64decode(data, validate=True)
        name = address.rstrip("/").rpartition("/")[2]
        if name in house.shelf:
            return house.shelf[name]
        if self.fetch is not None and address.startswith(("http://", "https://")):
            try:
                return self.fetch(address)
            except OSError as error:
                raise Turned("input", f"the file cannot be fetched: {address.partition('?')[0]}") from error
        raise Turned("input", f"the file cannot be fetched: {address[:80]}")


def _cut(offer: Offer, seconds: Fraction, beats: Sequence[tuple[Fraction, str]]) -> None:
    """Raises Turned for pictures inside a clip that the offer does not make, or that do not make up the clip."""
    if not beats:
        return
    if offer.can("multi_shot") is not True:
        raise Turned("input", f"{offer.model.id} makes one shot")
    broken = refusals(offer, Wish(("text",), seconds, beats=tuple(beats)))
    if wrong := next((one for one in broken if one.field.startswith("beats.")), None):
        raise Turned("input", wrong.message)
    if sum(lasts for lasts, _ in beats) != seconds or any(lasts <= 0 or not words.strip() for lasts, words in beats):
        raise Turned("input", f"the shots do not add up to {seconds} s, or one has no words")


def _recipe(
    offer: Offer,
    prompt: str,
    seconds: Fraction,
    resolution: str | None,
    aspect: str,
    shape: Framing,
    cuts: Sequence[tuple[Fraction, str]] = (),
) -> dict[str, Any]:
    """What the clip is drawn from: the prompt, on the offer's own frame grid, in the frame that really comes."""
    known = offer.durations
    grid = Unknown.UNKNOWN if isinstance(known, Unknown) else known.grid
    fps = grid.fps if not isinstance(grid, Unknown) else _RATE if isinstance(offer.fps, Unknown) else max(offer.fps)
    frames = grid.frames(seconds) if not isinstance(grid, Unknown) else ceil(seconds * fps)
    beats, at = [], Fraction(0)
    for lasts, words in cuts:
        beats.append(Beat(at=int(at * fps), action=words))
        at += lasts
    order = Order(
        code="SH010", action=prompt, camera=Camera(), frames=frames, rate=Rate(fps, 1), framings=(shape,), mood=Mood(),
        creativity=0.5, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=(), beats=tuple(beats),
    )  # fmt: skip
    recipe = Recipe(offer=offer.id, engine="stand-in-1", seed=1, order=order).model_dump(mode="json")
    size = frame(offer, resolution, aspect)
    return {**recipe, "size": [size.width, size.height]}


def frame(offer: Offer, resolution: str | None, aspect: str) -> Size:
    """The frame that comes: the one the catalogue states, else the nominal one."""
    if resolution is None and not isinstance(offer.resolutions, Unknown):
        resolution = offer.resolutions[0]
    known = offer.size(resolution or "", aspect)
    if not isinstance(known, Unknown):
        return known
    short = lines(resolution) if resolution else 720
    wide, high = (int(part) for part in (aspect if ":" in aspect else "16:9").split(":"))
    long = 2 * round(Fraction(short * max(wide, high), min(wide, high)) / 2)
    return Size(width=long, height=short) if wide >= high else Size(width=short, height=long)


def _with(reply: Reply, headers: Mapping[str, str]) -> Reply:
    from dataclasses import replace

    return replace(reply, headers={**reply.headers, **headers})


def seconds_of(value: Any) -> Fraction:
    """A length as sellers write it: `5`, `"5"`, `"5s"`. Raises Turned."""
    written = str(value).removesuffix("s")
    if isinstance(value, bool) or not written.replace(".", "", 1).isdecimal():
        raise Turned("input", f"{value!r} is no length")
    return Fraction(written)


def text_of(value: Any, name: str) -> str:
    """A text of a request. Raises Turned."""
    if not isinstance(value, str) or not value:
        raise Turned("input", f"{name} is missing")
    return value


def ticks(money: Money, per_unit: Fraction) -> Fraction:
    """Money in the seller's own unit, of which one is worth `per_unit`."""
    return Fraction(money.micros, 1_000_000) / per_unit
