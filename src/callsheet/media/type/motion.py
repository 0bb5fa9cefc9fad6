"""How type moves: when each word comes in and when the whole leaves, in frames of a film's rate."""

from dataclasses import dataclass
from fractions import Fraction

from callsheet.media.type.voices import Voice

__all__ = ["Timing", "ease_out_back", "ease_out_quart", "timing"]


@dataclass(frozen=True)
class Timing:
    """The motion of one page that lasts `frames` frames.

    `each`: frames that one word takes to come in, `step`: frames between two words, `leave`: frames that the whole takes to
    go, 0 where it stays, `wait`: frames before the first word.
    """

    frames: int
    each: float
    step: float
    leave: float
    wait: float = 0.0

    def arrived(self, order: int, frame: int) -> float:
        """How far the word of turn `order` has come at the middle of `frame`: 0 not yet, 1 in its place."""
        return min(1.0, max(0.0, (frame + 0.5 - self.wait - order * self.step) / self.each)) if self.each else 1.0

    def leaving(self, frame: int) -> float:
        """How far the whole has gone at `frame`: 0 all there, 1 gone."""
        if not self.leave:
            return 0.0
        return min(1.0, max(0.0, (frame + 0.5 - (self.frames - self.leave)) / self.leave))


def timing(
    voice: Voice, turns: int, frames: int, rate: Fraction, *, stay: bool, opens: bool = True, after: int = 0
) -> Timing:
    """The motion of a page with `turns` words and shapes that lasts `frames` frames.

    A short page is quicker: coming in never takes more than 45 % of it, going never more than 18 %. With `opens` False the
    page follows another one and comes in at once. It waits a little for each of the `after` supers that come in before it.
    """
    each, step = voice.seconds * float(rate), voice.stagger * float(rate)
    if turns > 1:
        # Many words come in closer together, so that a long line is not read before it is there.
        step = min(step, 0.9 * float(rate) / (turns - 1))
    whole = each + step * max(0, turns - 1)
    wait = min(0.26 * float(rate) * after, 0.2 * frames) if opens else 0.0
    limit = 0.45 * frames - wait
    if whole > limit:
        each, step = each * limit / whole, step * limit / whole
    if not opens:
        each, step = min(each, 0.3 * float(rate)), 0.0
    leave = 0.0 if stay else min(0.24 * float(rate), 0.18 * frames)
    return Timing(frames, each, step, leave, wait)


def ease_out_quart(x: float) -> float:
    """Fast away, long to settle."""
    return 1 - (1 - x) ** 4


def ease_out_back(x: float) -> float:
    """Fast away, a little past the end, and back."""
    past = 1.1
    return float(1 + (past + 1) * (x - 1) ** 3 + past * (x - 1) ** 2)
