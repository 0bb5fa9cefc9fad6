"""The camera: how a size and an angle frame the world, and how a move travels through the shot."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from callsheet.film.shot import Angle, Size
from callsheet.media.animatic.stage import Stage, View


@dataclass(frozen=True)
class Lens:
    """The framing of a shot. All lengths are fractions of the frame's height."""

    tall: float
    """How tall a standing adult is."""
    feet: float
    """Where they stand; beyond 1 when the frame cuts them."""
    horizon: float
    field: float
    """How much the subject's plane is enlarged against the wide shot."""
    blur: float
    """How far the background is out of focus: 0 sharp .. 1 a close-up."""
    squash: float
    """How much a body is foreshortened, seen from above (below 1)."""


_WIDE = 0.36
_SIZES: dict[Size, tuple[float, float, float, float, float]] = {
    # tall, feet, horizon, blur, headroom: the top of the head lies at feet - tall
    "extreme-wide": (0.145, 0.80, 0.64, 0.0, 0),
    "wide": (_WIDE, 0.86, 0.60, 0.0, 0),
    "full": (0.76, 0.95, 0.55, 0.14, 0),
    "medium": (1.42, 1.55, 0.56, 0.45, 0),
    "close": (2.75, 2.90, 0.66, 0.8, 0),
    "extreme-close": (4.1, 4.10, 0.70, 1.0, 0),
    "insert": (3.4, 3.2, 0.40, 0.9, 0),
}


def lens_for(stage: Stage) -> Lens:
    """The framing that the board's size and angle ask for, with room for text kept free."""
    camera = stage.order.camera
    tall, feet, horizon, blur, _ = _SIZES[camera.size]
    if stage.portrait:
        shrink = {
            "extreme-wide": 0.85,
            "wide": 0.95,
            "full": 0.86,
            "medium": 0.78,
            "close": 0.64,
            "extreme-close": 0.66,
        }
        top = feet - tall
        tall *= shrink.get(camera.size, 0.7)
        wanted = (
            0.36
            if not stage.calm.isEmpty()
            else {"medium": 0.20, "close": 0.22, "extreme-close": 0.16}.get(camera.size, 0.0)
        )
        if camera.size in ("medium", "close", "extreme-close"):
            feet = max(top, wanted) + tall
        else:
            # Captions stand at seven tenths of an upright frame: hands and what they hold stay above them.
            feet -= {"full": 0.07, "wide": 0.10}.get(camera.size, 0.06)
            if not stage.calm.isEmpty():
                tall, feet = min(tall, 0.54), max(feet, 0.93 if camera.size == "full" else feet)
        horizon = {"medium": 0.55, "close": 0.62}.get(camera.size, horizon - 0.02)
    squash = 1.0
    if camera.angle == "low":
        horizon = min(horizon + (0.24 if tall < 1 else 0.3), 0.9 if tall < 1 else 1.1)
        tall, feet = tall * 1.05, feet + (0.03 if tall < 1 else 0.02)
    elif camera.angle == "high":
        horizon -= 0.34
        squash, feet = 0.9, feet - (0.02 if tall < 1 else 0.0)
    elif camera.angle == "overhead":
        horizon = 0.13
        squash, feet = 0.70, feet - (0.12 if tall < 1 else 0.25)
        tall *= 1.2 if tall < 0.5 else 1.0
    if tall * squash != tall and tall > 1:
        feet -= tall * (1 - squash)
    return Lens(tall, feet, horizon, tall / (_WIDE * (0.9 if stage.portrait else 1)), blur, squash)


def ease(share: float) -> float:
    """0..1 to 0..1: smootherstep with a quarter of linear motion mixed in, so that a cut finds the camera already moving."""
    smooth = share * share * share * (share * (share * 6 - 15) + 10)
    return 0.3 * share + 0.7 * smooth


def path(stage: Stage) -> Callable[[int], View]:
    """The camera's way through the shot: a function from frame index to View.

    The composed picture lies in the middle of the move, so no move leaves the composition behind.
    """
    order = stage.order
    frames, rate = order.frames, float(order.rate.fraction)
    seconds = frames / rate
    strength = _strength(order.camera.size, order.camera.angle) * (1 + 0.45 * order.mood.arousal)
    strength *= min(1.35, max(0.55, math.sqrt(seconds / 4))) * (0.85 + 0.5 * order.creativity)
    roll = _dutch(stage) if order.camera.angle == "dutch" else 0.0
    tremor = _tremor(stage)
    move = order.camera.move

    def at(index: int) -> View:
        share = index / max(frames - 1, 1)
        time = index / rate
        way = ease(share) - 0.5
        x = y = yaw = pitch = 0.0
        zoom = 1.02
        if move == "push":
            zoom *= math.exp(way * 0.24 * strength)
        elif move == "pull":
            zoom *= math.exp(-way * 0.24 * strength)
        elif move in ("pan-left", "pan-right"):
            yaw = way * 0.30 * strength * (1 if move == "pan-right" else -1)
        elif move in ("tilt-up", "tilt-down"):
            pitch = way * 0.20 * strength * (1 if move == "tilt-down" else -1)
        elif move in ("truck-left", "truck-right"):
            x = way * 0.26 * strength * (1 if move == "truck-right" else -1)
        elif move in ("crane-up", "crane-down"):
            y = way * 0.17 * strength * (1 if move == "crane-down" else -1)
            zoom *= math.exp(-abs(way) * 0.04)
        elif move == "orbit":
            x = way * 0.34 * strength
            yaw = -x * 0.96
            zoom *= 1.0 + 0.05 * math.cos(way * math.pi)
        shake = tremor(time) if move == "handheld" else (0.0, 0.0, 0.0, 0.0)
        breath = 0.0028 if move == "static" else 0.0012
        zoom *= 1 + breath * (1 + math.sin(time * 0.9 - 1.2)) + (0.006 * share if move == "static" else 0.0) + shake[3]
        return View(
            x + breath * math.sin(time * 0.63),
            y + breath * math.sin(time * 0.47 + 1.0),
            zoom,
            roll * (1 + 0.08 * way) + shake[2],
            time,
            share,
            yaw + shake[0],
            pitch + shake[1],
        )

    return at


def _strength(size: Size, angle: Angle) -> float:
    scale = {
        "extreme-wide": 1.1,
        "wide": 1.0,
        "full": 0.85,
        "medium": 0.6,
        "close": 0.42,
        "extreme-close": 0.32,
        "insert": 0.5,
    }[size]
    return scale * (0.8 if angle == "overhead" else 1.0)


def _dutch(stage: Stage) -> float:
    side = 1 if stage.rng("dutch").random() < 0.5 else -1
    return side * math.radians(7.5 + 3 * max(stage.order.mood.arousal, 0))


def _tremor(stage: Stage) -> Callable[[float], tuple[float, float, float, float]]:
    """Smooth layered noise of a hand: slow sway, a step's bob, a little nervousness."""
    phases = stage.rng("handheld").uniform(0, math.tau, (4, 4))
    amount = 0.0085 * (1 + 0.7 * max(stage.order.mood.arousal, 0))
    layers = ((0.55, 1.0), (1.15, 0.55), (2.3, 0.22), (4.7, 0.06))

    def at(time: float) -> tuple[float, float, float, float]:
        sway = [
            sum(gain * math.sin(math.tau * rate * time + phases[axis][n]) for n, (rate, gain) in enumerate(layers))
            for axis in range(4)
        ]
        return sway[0] * amount, sway[1] * amount, sway[2] * 0.0045, sway[3] * amount * 0.35

    return at
