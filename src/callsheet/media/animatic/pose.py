"""Poses: where a body's joints are at a moment of an action.

Lengths are in body heights of an adult; the feet stand on y = 0, up is negative, the body faces +x when seen from the side.
"""

import math
from dataclasses import dataclass
from typing import Literal

from callsheet.media.animatic.reading import Pose

Point = tuple[float, float]
Facing = Literal["side", "back"]


@dataclass(frozen=True)
class Body:
    """Proportions. All in body heights of an adult."""

    height: float = 1.0
    shoulder: float = 0.112
    """Half the width of the shoulders."""
    waist: float = 0.072
    hip: float = 0.084
    head: float = 0.128
    """Height of the head."""
    limb: float = 1.0
    """Thickness of arms and legs."""
    stoop: float = 0.0


@dataclass(frozen=True)
class Skeleton:
    """Joints of one moment. `near` is the side towards the camera (the right side when seen from the back)."""

    facing: Facing
    head: Point
    tilt: float
    """Radians; positive nods forward."""
    neck: Point
    pelvis: Point
    shoulders: tuple[Point, Point]
    """Near, far."""
    elbows: tuple[Point, Point]
    hands: tuple[Point, Point]
    hips: tuple[Point, Point]
    knees: tuple[Point, Point]
    ankles: tuple[Point, Point]
    toes: tuple[float, float]
    """How far each foot is pitched, radians; positive is toe down."""
    seated: bool = False
    advance: float = 0.0
    """How far the body has travelled by this moment."""


def bend(root: Point, end: Point, upper: float, lower: float, side: float) -> tuple[Point, Point]:
    """The joint between two bones, and where the end really gets to: `side` is the way the joint bends (1 or -1)."""
    dx, dy = end[0] - root[0], end[1] - root[1]
    reach = math.hypot(dx, dy) or 1e-6
    limit = (upper + lower) * 0.998
    if reach > limit:
        dx, dy = dx * limit / reach, dy * limit / reach
        reach = limit
    along = (upper * upper - lower * lower + reach * reach) / (2 * reach)
    off = math.sqrt(max(upper * upper - along * along, 0.0)) * side
    ux, uy = dx / reach, dy / reach
    joint = (root[0] + ux * along - uy * off, root[1] + uy * along + ux * off)
    return joint, (root[0] + dx, root[1] + dy)


def _stride(phase: float, length: float, stance: float, lift: float) -> tuple[float, float, float]:
    """A foot's place relative to the hip and its pitch; it moves back evenly while it bears weight, so that it never slides."""
    phase %= 1.0
    if phase < stance:
        share = phase / stance
        return length * (0.5 - share), 0.0, max(0.0, share - 0.72) * 1.9
    share = (phase - stance) / (1 - stance)
    smooth = share * share * (3 - 2 * share)
    return (
        length * (smooth - 0.5),
        -lift * math.sin(math.pi * share),
        0.55 * (1 - share) - 0.35 * share * math.sin(math.pi * share),
    )


def skeleton(
    pose: Pose,
    time: float,
    body: Body,
    *,
    facing: Facing = "side",
    phase: float = 0.0,
    energy: float = 0.5,
    seated: bool = False,
    aloft: bool = False,
) -> Skeleton:
    """The joints of `pose` at `time` seconds. `phase` 0..1 sets people apart; `energy` 0..1 is how lively they move;
    `aloft`: the near hand holds something over the head.
    """
    sway = math.sin(time * (0.9 + energy) + phase * math.tau)
    breath = 0.0022 * math.sin(time * 1.7 + phase * 9)
    lean, rise, tilt = 0.012 + body.stoop * 0.1, 0.0, 0.03 + body.stoop * 0.5
    advance = 0.0
    side = facing == "side"
    feet: list[tuple[float, float, float]] = (
        [(0.035, 0.0, 0.0), (-0.03, 0.0, 0.0)] if side else [(0.052, 0.0, 0.0), (-0.052, 0.0, 0.0)]
    )
    near: Point = (0.02, -0.435) if side else (0.142, -0.445)
    far: Point = (0.03, -0.44) if side else (-0.142, -0.445)
    shift = 0.004 * sway
    if pose in ("walk", "run"):
        running = pose == "run"
        length, stance, rate, lift = (0.50, 0.36, 1.35, 0.16) if running else (0.30, 0.6, 0.92, 0.055)
        rate *= 0.85 + 0.3 * energy
        beat = time * rate + phase
        feet = [_stride(beat, length, stance, lift), _stride(beat + 0.5, length, stance, lift)]
        advance = length / stance * rate * time
        rise = (0.03 if running else 0.011) * math.cos(beat * 2 * math.tau) + (0.012 if running else 0.008)
        lean, tilt = (0.13, -0.04) if running else (0.035, 0.02)
        swing = math.sin(beat * math.tau - 0.6)
        if running:
            near, far = (0.12 - 0.2 * swing, -0.60 - 0.08 * swing), (0.12 + 0.2 * swing, -0.60 + 0.08 * swing)
        elif side:
            near, far = (0.035 - 0.125 * swing, -0.452), (0.035 + 0.125 * swing, -0.452)
        if not side:
            feet = [
                (0.045, min(0.0, feet[0][1]) + 0.014 * min(feet[0][0], 0) / length, 0.0),
                (-0.045, min(0.0, feet[1][1]), 0.0),
            ]
            near, far = (0.14, -0.45 - 0.012 * swing), (-0.14, -0.45 + 0.012 * swing)
            shift, lean, advance = 0.008 * math.sin(beat * math.tau), 0.0, advance * 0.25
    elif pose in ("sit", "desk"):
        tilt += 0.05 + 0.02 * sway
        near, far = (0.215, -0.515), (0.195, -0.52)
        if pose == "desk":
            lean = 0.085
            tilt += 0.16
            tap = 0.006 * math.sin(time * 9 + phase * 7) * (math.sin(time * 1.3 + phase) > -0.3)
            near, far = (0.27, -0.685 + tap), (0.25, -0.69 - tap)
    elif pose == "lookout":
        near, far = ((0.04, -0.46), (0.05, -0.45)) if side else ((0.128, -0.446), (-0.128, -0.446))
        tilt = -0.04
    elif pose == "dance":
        beat = time * (1.5 + energy)
        near = (0.20 + 0.06 * math.cos(beat * 1.3), -1.04 + 0.07 * math.sin(beat * 1.3))
        far = (-0.25 + 0.05 * math.sin(beat), -0.88 + 0.12 * math.cos(beat * 1.1))
        feet = [
            (0.09 + 0.03 * math.sin(beat), -max(0.0, 0.05 * math.sin(beat * 1.5)), 0.2),
            (-0.07, -max(0.0, -0.05 * math.sin(beat * 1.5)), 0.0),
        ]
        shift, rise, lean, tilt = (
            0.03 * math.sin(beat * 0.75),
            0.015 * math.sin(beat * 3) - 0.015,
            0.05 * math.sin(beat * 0.75),
            -0.12,
        )
    near, far, more_tilt, more_lean = _gesture(pose, time, phase, energy, side, near, far)
    tilt, lean = tilt + more_tilt, lean + more_lean
    if aloft:
        near = (0.07, -0.755 - (0.215 if seated else 0.0))
    return _assemble(body, facing, seated, lean, rise, tilt + breath, shift, feet, near, far, advance, breath)


def _gesture(
    pose: Pose, time: float, phase: float, energy: float, side: bool, near: Point, far: Point
) -> tuple[Point, Point, float, float]:
    """Where the hands go in poses that are made by the hands; and what head and back add to it."""
    wave = math.sin(time * (1.6 + energy) + phase * 5)
    out = 1.0 if side else 0.7
    if pose == "reach":
        return (0.34 * out, -0.76 + 0.01 * wave), far, 0.05, 0.05
    if pose == "hold":
        return (0.185 * out, -0.635 + 0.004 * wave), ((0.165, -0.625) if side else far), 0.14, 0.015
    if pose == "pour":
        return (0.255 * out, -0.665 + 0.006 * wave), ((0.235, -0.565) if side else far), 0.26, 0.045
    if pose == "drink":
        lift = 0.5 - 0.5 * math.cos(min(max((time - 0.3 + phase * 0.2) * 1.7, 0.0), math.pi))
        return (0.185 - 0.075 * lift, -0.655 - 0.165 * lift), far, 0.08 - 0.14 * lift, 0.0
    if pose == "phone":
        return (0.062 if side else 0.075, -0.895 + 0.002 * wave), far, 0.05 + 0.012 * wave, 0.0
    if pose == "read":
        return (0.195 * out, -0.655 + 0.003 * wave), ((0.165, -0.645) if side else far), 0.27, 0.02
    if pose == "embrace":
        return (0.105, -0.70 + 0.004 * wave), (0.085, -0.615), 0.22, 0.045
    if pose == "argue":
        return (
            (0.235 + 0.035 * wave, -0.70 + 0.045 * math.sin(time * 3.3 + phase * 8)),
            (0.10, -0.52),
            0.02 * wave,
            0.05 + 0.012 * wave,
        )
    if pose == "wave":
        return (0.11 + 0.05 * math.sin(time * 7), -1.04), far, -0.06, 0.0
    return near, far, 0.0, 0.0


def _elbow(shoulder: Point, target: Point, side: bool) -> tuple[Point, Point]:
    """Elbows hang: of the two ways to bend, the one that is lower and further back (or further out, seen from behind)."""
    ways = [bend(shoulder, target, 0.167, 0.161, turn) for turn in (1.0, -1.0)]
    outward = -1.0 if side else math.copysign(1.0, shoulder[0])
    return max(ways, key=lambda way: 2.0 * way[0][1] + 0.8 * outward * way[0][0])


def _assemble(
    body: Body, facing: Facing, seated: bool, lean: float, rise: float, tilt: float, shift: float,
    feet: list[tuple[float, float, float]], near: Point, far: Point, advance: float, breath: float,
) -> Skeleton:  # fmt: skip
    side = facing == "side"
    low = -0.275 if seated else -0.49 - rise
    pelvis = (shift, low)
    back = 0.335
    neck = (pelvis[0] + lean * 1.2, pelvis[1] - back + breath)
    drop = 0.25 if seated else 0.0
    width = body.shoulder * (0.2 if side else 1.0)
    shoulders = (
        (neck[0] - 0.004 + (0.0 if side else width * 0.84), neck[1] + (0.034 if side else 0.052)),
        (neck[0] + (0.012 if side else -width * 0.84), neck[1] + (0.036 if side else 0.052)),
    )
    spread = 0.012 if side else body.hip * 0.56
    hips = (
        (pelvis[0] + (-0.004 if side else spread), pelvis[1] + 0.015),
        (pelvis[0] + (0.008 if side else -spread), pelvis[1] + 0.012),
    )
    lift = drop - (0.0 if not seated else 0.035)
    targets = [(near[0] + neck[0], near[1] + lift), (far[0] + neck[0], far[1] + lift)]
    elbows, hands = [], []
    for shoulder, target in zip(shoulders, targets, strict=True):
        joint, end = _elbow(shoulder, target, side)
        elbows.append(joint)
        hands.append(end)
    knees, ankles = [], []
    for n, (hip, (x, y, _)) in enumerate(zip(hips, feet, strict=True)):
        if seated and side:
            knee: Point = (hip[0] + 0.215 - 0.012 * n, hip[1] - 0.006)
            ankle: Point = (knee[0] - 0.02 + 0.03 * n, -0.035)
        elif seated:
            knee, ankle = (hip[0] * 1.3, hip[1] + 0.03), (hip[0] * 1.2, -0.035)
        else:
            knee, ankle = bend(
                hip, (pelvis[0] * 0.3 + x, y - 0.035), 0.224, 0.221, -1.0 if side else (-0.3 if n else 0.3)
            )
        knees.append(knee)
        ankles.append(ankle)
    head = (neck[0] + math.sin(tilt) * 0.05 + (0.012 if side else 0.0), neck[1] - 0.045 - body.head * 0.5)
    return Skeleton(
        facing, head, tilt, neck, pelvis, shoulders, (elbows[0], elbows[1]), (hands[0], hands[1]), hips,
        (knees[0], knees[1]), (ankles[0], ankles[1]), (feet[0][2], feet[1][2]), seated, advance,
    )  # fmt: skip
