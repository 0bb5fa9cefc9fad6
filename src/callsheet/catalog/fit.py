"""What has to be ordered from an offer to get a clip at least as long and as large as wanted."""

from dataclasses import dataclass, replace

from callsheet.catalog.known import UNKNOWN, Unknown, lines
from callsheet.catalog.offer import Offer
from callsheet.catalog.price import Wanted


@dataclass(frozen=True)
class Fit:
    """The order to make, or None and why there is none."""

    wanted: Wanted | None
    why: str = ""


def fit(offer: Offer, wanted: Wanted) -> Fit:
    """The shortest length and the smallest resolution that the offer has and that suffice. A resolution or sound that is
    unknown does not suffice. Where the lengths or the mode are unknown, what is wanted stands: ask `Offer.can` and `Offer.durations`.
    """
    seconds = wanted.seconds
    if not isinstance(offer.durations, Unknown) and not wanted.auto:
        reached = offer.durations.reaching(seconds)
        if reached is None:
            return Fit(None, f"it makes at most {offer.durations.longest} s")
        seconds = reached
    if wanted.mode in offer.lacks:
        return Fit(None, f"it has no {wanted.mode}")
    if wanted.audio and offer.audio in ("none", UNKNOWN):
        return Fit(None, "it makes no sound" if offer.audio == "none" else "whether it makes sound is unknown")
    resolution = wanted.resolution
    if resolution is not None:
        if isinstance(offer.resolutions, Unknown):
            return Fit(None, f"whether it makes {resolution} is unknown")
        cap = offer.caps.get(wanted.mode)
        allowed = [r for r in offer.resolutions if cap is None or lines(r) <= lines(cap)]
        enough = sorted((r for r in allowed if lines(r) >= lines(resolution)), key=lines)
        if not enough:
            return Fit(None, f"it makes at most {max(allowed, key=lines) if allowed else 'nothing'}")
        resolution = enough[0]
    return Fit(replace(wanted, seconds=seconds, resolution=resolution))
