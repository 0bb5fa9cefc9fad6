"""What to shoot with instead of an offer that is gone or will not do: live offers, the most like it first, each with its reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from callsheet.catalog.catalogue import Catalogue
from callsheet.catalog.fit import fit
from callsheet.catalog.known import UNKNOWN, Unknown
from callsheet.catalog.offer import Offer
from callsheet.catalog.price import Wanted, price
from callsheet.catalog.tariff import Mode
from callsheet.film.price import Money

_TYPICAL = Wanted(Fraction(5), "720p")


@dataclass(frozen=True)
class Substitute:
    """A live offer, how like it is (higher is more), and why in words."""

    offer: Offer
    score: Fraction
    why: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.offer.id}: {'; '.join(self.why)}"


@dataclass(frozen=True)
class _Point:
    weight: Fraction
    word: str


def nearest(
    catalogue: Catalogue, gone: Offer, today: date, wanted: Wanted | None = None, most: int = 3
) -> tuple[Substitute, ...]:
    """Up to `most` live offers in place of `gone`, of as many models, the most like it first.

    With `wanted`, only offers that can make that clip. The same input gives the same answer: ties go by id.
    """
    ranked = sorted(
        (
            _judged(gone, offer, wanted or _TYPICAL)
            for offer in catalogue
            if offer.id != gone.id and offer.live_on(today) and (wanted is None or fit(offer, wanted).wanted)
        ),
        key=lambda s: (-s.score, s.offer.id),
    )
    models: dict[str, Substitute] = {}
    for substitute in ranked:
        models.setdefault(substitute.offer.model.id, substitute)
    return tuple(models.values())[:most]


def _judged(gone: Offer, offer: Offer, wanted: Wanted) -> Substitute:
    points = [*_kin(gone, offer), *_modes(gone, offer), *_reach(gone, offer), *_cost(gone, offer, wanted)]
    return Substitute(offer, sum((p.weight for p in points), Fraction(0)), tuple(p.word for p in points if p.word))


def _kin(gone: Offer, offer: Offer) -> Iterator[_Point]:
    if offer.id == gone.replacement:
        yield _Point(Fraction(3), "named as its successor")
    if offer.model.id == gone.model.id:
        yield _Point(Fraction(4), f"the same model at {offer.provider}")
    elif offer.model.family == gone.model.family:
        yield _Point(Fraction(3, 2), f"of the same family, {offer.model.family}")


def _modes(gone: Offer, offer: Offer) -> Iterator[_Point]:
    if isinstance(gone.modes, Unknown):
        return
    had = [mode for mode in gone.modes if offer.can(mode) is True]
    open_: list[Mode] = [mode for mode in gone.modes if offer.can(mode) is UNKNOWN]
    words = f"has {len(had)} of its {len(gone.modes)} modes" if len(had) < len(gone.modes) else "has all its modes"
    if open_:
        words += f" ({', '.join(open_)}: unknown)"
    yield _Point(3 * Fraction(len(had), len(gone.modes)), words)


def _reach(gone: Offer, offer: Offer) -> Iterator[_Point]:
    was, now = gone.durations, offer.durations
    if not isinstance(was, Unknown) and not isinstance(now, Unknown):
        enough = now.longest >= was.longest
        yield _Point(Fraction(enough), f"up to {now.longest} s" + ("" if enough else f", not {was.longest} s"))
    if isinstance(gone.lines, int) and isinstance(offer.lines, int):
        enough = offer.lines >= gone.lines
        yield _Point(Fraction(enough), f"up to {offer.lines} lines" + ("" if enough else f", not {gone.lines}"))
    if gone.audio in ("always", "toggle", "yes") and offer.audio is not UNKNOWN:
        makes = offer.audio != "none"
        yield _Point(Fraction(makes), "makes sound" if makes else "makes no sound")


def _cost(gone: Offer, offer: Offer, wanted: Wanted) -> Iterator[_Point]:
    was, now = _amount(gone, wanted), _amount(offer, wanted)
    if now is None:
        yield _Point(Fraction(-1), "its price is unknown")
    elif was is None or was.currency != now.currency:
        yield _Point(Fraction(1, 4), f"{now} for {wanted.seconds} s")
    else:
        dear = Fraction(now.micros, max(1, was.micros))
        weight = Fraction(1) if dear <= 1 else Fraction(1, 2) if dear <= Fraction(3, 2) else Fraction(0)
        yield _Point(weight, f"{now} for {wanted.seconds} s, {_times(dear)} {was}")


def _times(dear: Fraction) -> str:
    if dear == 1:
        return "as before:"
    return f"{round(abs(dear - 1) * 100)}% {'more' if dear > 1 else 'less'} than"


def _amount(offer: Offer, wanted: Wanted) -> Money | None:
    fitted = fit(offer, wanted).wanted
    known = price(offer, fitted) if fitted else None
    return known.expected if known else None
