"""Whether what was ordered came: every frame whole, in the size, rate and shape that were asked."""

from fractions import Fraction

from callsheet.media.gates.finding import LISTED, Finding, Wanted
from callsheet.media.gates.footage import Footage

_SHAPE_OFF = Fraction(3, 100)
"""Providers round sides to multiples of 16 or 64; that changes the shape by up to 3 %, and a crop hides it."""

_LINES_SHORT = Fraction(5, 100)
"""704 lines for 720 is such a rounding; more is a smaller picture than was paid for."""


def decode(footage: Footage, wanted: Wanted) -> Finding:
    """Every frame decodes undamaged, and there are as many as the order asks for. More than that is no fault."""
    media = footage.media
    faults: list[str] = []
    if footage.damaged:
        faults.append(f"{_frames(len(footage.damaged))} decode with damage")
    missing = max(media.frames - footage.frames, footage.lost)
    if missing:
        faults.append(f"{_frames(missing)} of {media.frames} do not decode")
    seconds = footage.frames / media.rate if media.constant_rate else media.duration
    lasts = footage.frames if media.rate == wanted.rate else int(seconds * wanted.rate + Fraction(1, 2))
    if lasts < wanted.frames:
        faults.append(f"{_frames(lasts)} of the {wanted.frames} that were ordered")
    elif not media.constant_rate and not wanted.any_rate and footage.frames < wanted.frames:
        # With gaps in its time it lasts long enough, and yet pictures are missing in between.
        faults.append(f"{_frames(footage.frames)} stand for {wanted.frames}: some were dropped")
    whole = max(0, footage.frames - len(footage.damaged)) / max(
        1, media.frames, wanted.frames if lasts < wanted.frames else 1
    )
    if faults:
        return Finding("decode", "reject", round(min(whole, 0.99), 4), "; ".join(faults), footage.damaged[:LISTED])
    if not media.constant_rate:
        return Finding("decode", "rank", 0.9, "its frames do not keep an even pace")
    return Finding("decode", "ok", 1.0, f"all {footage.frames} frames decode")


def spec(footage: Footage, wanted: Wanted) -> Finding:
    """Size, shape and rate are those of the order."""
    media = footage.media
    width, height = media.display_size
    rejected: list[str] = []
    ranked: list[str] = []
    if wanted.shape is not None and abs(Fraction(width, height) / wanted.shape - 1) > _SHAPE_OFF:
        rejected.append(f"{width}x{height} is not {wanted.shape.numerator}:{wanted.shape.denominator}")
    if wanted.lines is not None and min(width, height) < wanted.lines * (1 - _LINES_SHORT):
        rejected.append(f"{min(width, height)} lines of the {wanted.lines} that were ordered")
    if media.rate != wanted.rate and media.constant_rate:
        words = f"{media.rate} frames a second, not {wanted.rate}"
        (ranked if wanted.any_rate else rejected).append(words)
    if media.interlaced:
        ranked.append("the picture is interlaced")
    if rejected:
        return Finding("spec", "reject", 0.0, "; ".join(rejected + ranked))
    if ranked:
        return Finding("spec", "rank", 0.8, "; ".join(ranked))
    return Finding("spec", "ok", 1.0, f"{width}x{height} at {media.rate} frames a second")


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"
