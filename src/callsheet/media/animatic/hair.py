"""Heads: a profile or the back of a head under a hairstyle, never a face. Drawn in head heights around the head's centre."""

import math

import skia

from callsheet.media.animatic.colour import Colour, fade, linear, mix, tone
from callsheet.media.animatic.grade import Grade
from callsheet.media.animatic.pose import Skeleton
from callsheet.media.animatic.shapes import Point, limb, paint, smooth, stroke
from callsheet.media.animatic.wardrobe import Garb

_PROFILE: list[Point] = [
    (-0.02, -0.49),
    (0.18, -0.44),
    (0.295, -0.31),
    (0.325, -0.17),
    (0.308, -0.055),
    (0.335, 0.02),
    (0.388, 0.110),
    (0.372, 0.142),
    (0.328, 0.165),
    (0.343, 0.212),
    (0.322, 0.243),
    (0.332, 0.288),
    (0.300, 0.335),
    (0.306, 0.395),
    (0.262, 0.455),
    (0.150, 0.445),
    (0.0, 0.36),
    (-0.09, 0.26),
    (-0.20, 0.26),
    (-0.36, 0.12),
    (-0.43, -0.08),
    (-0.38, -0.30),
    (-0.22, -0.45),
]
_CAP: list[Point] = [
    (0.255, -0.36),
    (0.20, -0.485),
    (0.02, -0.565),
    (-0.22, -0.53),
    (-0.42, -0.36),
    (-0.495, -0.08),
    (-0.44, 0.14),
    (-0.31, 0.29),
    (-0.20, 0.26),
    (-0.13, 0.10),
    (-0.06, 0.02),
    (0.03, 0.06),
    (0.06, -0.08),
    (0.10, -0.20),
    (0.17, -0.27),
]


def draw_neck(canvas: skia.Canvas, garb: Garb, bones: Skeleton, lit: float, grade: Grade) -> None:
    """The neck of a figure, in body heights; clothes go over it."""
    nx, ny = bones.neck
    hx, hy = bones.head
    side = bones.facing == "side"
    back = mix(garb.skin, grade.shadow, 0.38)
    throat = limb(
        [
            (nx - (0.006 if side else 0), ny + 0.03),
            ((nx + hx) / 2 - 0.006 * side, (ny + hy) / 2 + 0.02),
            (hx - 0.012 * side, hy + 0.01),
        ],
        [0.040 * garb.body.limb, 0.030 * garb.body.limb, 0.034],
    )
    canvas.drawPath(throat, _round(back, nx - 0.035, nx + 0.035, lit, grade))


def draw_head(
    canvas: skia.Canvas, garb: Garb, bones: Skeleton, lit: float, scale: float, time: float, grade: Grade
) -> None:
    """Head and hair of a figure, in body heights."""
    size = garb.body.head
    hx, hy = bones.head
    side = bones.facing == "side"
    canvas.save()
    canvas.translate(hx, hy)
    canvas.rotate(math.degrees(bones.tilt) * (1.0 if side else 0.25))
    canvas.scale(size, size)
    if side:
        _side(canvas, garb, lit, time, grade)
    else:
        _behind(canvas, garb, lit, time, grade)
    if scale * size > 60 and garb.hair not in ("hat", "bald"):
        _strands(canvas, garb, lit, side, grade)
    canvas.restore()


def _round(colour: Colour, x0: float, x1: float, lit: float, grade: Grade) -> skia.Paint:
    bright = mix(tone(colour, 0.06), grade.key, 0.18 * grade.strength)
    start, end = (x1, x0) if lit > 0 else (x0, x1)
    return paint(
        shader=linear((start, 0), (end, 0), [bright, colour, mix(colour, grade.shadow, 0.5)], [0.0, 0.35, 1.0])
    )


def _side(canvas: skia.Canvas, garb: Garb, lit: float, time: float, grade: Grade) -> None:
    hair = _round(garb.hair_colour, -0.5, 0.4, lit, grade)
    sway = 0.03 * math.sin(time * 1.8)
    if garb.hair == "long":
        canvas.drawPath(
            smooth(
                [
                    (-0.10, -0.45),
                    (-0.46, -0.30),
                    (-0.56, 0.10),
                    (-0.54 - sway, 0.62),
                    (-0.47 - sway * 1.6, 1.12),
                    (-0.26 - sway, 1.16),
                    (-0.10, 0.70),
                    (-0.04, 0.25),
                    (0.02, -0.10),
                ],
                tension=0.8,
            ),
            hair,
        )
    elif garb.hair == "ponytail":
        tail = limb(
            [(-0.40, -0.26), (-0.60, -0.10), (-0.66 - sway, 0.32), (-0.58 - sway * 2.4, 0.72)], [0.09, 0.13, 0.11, 0.03]
        )
        canvas.drawPath(tail, hair)
    elif garb.hair == "bun":
        canvas.drawCircle(-0.44, -0.34, 0.19, hair)
    elif garb.hair == "topknot":
        canvas.drawOval(skia.Rect.MakeLTRB(-0.22, -0.80, 0.02, -0.48), hair)
    canvas.drawPath(smooth(_PROFILE, tension=0.55), _round(mix(garb.skin, grade.shadow, 0.30), -0.2, 0.4, lit, grade))
    if garb.hair == "bald":
        return
    cap = list(_CAP)
    if garb.hair == "bob":
        cap[6:12] = [(-0.50, 0.18), (-0.46, 0.42), (-0.22, 0.47), (0.03, 0.42), (0.09, 0.22), (0.07, 0.04)]
    elif garb.hair == "long":
        cap[6:12] = [(-0.52, 0.20), (-0.46, 0.60), (-0.24, 0.62), (-0.02, 0.40), (0.06, 0.20), (0.06, 0.04)]
    elif garb.hair == "parted":
        cap[0:3] = [(0.30, -0.34), (0.29, -0.50), (0.06, -0.60)]
    path = smooth(cap, tension=0.8)
    if garb.hair == "curly":
        for n in range(13):
            angle = math.pi * (0.02 + 1.18 * n / 12)
            canvas.drawCircle(
                -0.08 + 0.43 * math.cos(angle), -0.14 - 0.43 * math.sin(angle), 0.135 + 0.02 * (n % 3), hair
            )
    canvas.drawPath(path, hair)
    if garb.hair in ("short", "parted", "bun", "ponytail", "curly", "topknot"):
        ear = smooth([(-0.09, -0.03), (-0.02, -0.06), (0.015, 0.0), (-0.03, 0.09), (-0.08, 0.10)])
        canvas.drawPath(ear, paint(mix(garb.skin, grade.shadow, 0.45)))
    if garb.hair == "hat":
        _hat(canvas, garb, lit, grade, True)


def _hat(canvas: skia.Canvas, garb: Garb, lit: float, grade: Grade, side: bool) -> None:
    felt = _round(tone(garb.top, -0.05), -0.6, 0.6, lit, grade)
    lean = 0.05 if side else 0.0
    canvas.drawPath(
        smooth(
            [
                (-0.40 - lean, -0.26),
                (-0.38, -0.55),
                (-0.20, -0.72),
                (0.05, -0.70),
                (0.24, -0.72),
                (0.36, -0.52),
                (0.39, -0.26),
            ],
            tension=0.8,
        ),
        felt,
    )
    canvas.drawPath(
        smooth(
            [
                (-0.68, -0.20),
                (-0.40, -0.30),
                (0.0, -0.33),
                (0.40, -0.30),
                (0.70, -0.16),
                (0.38, -0.20),
                (0.0, -0.19),
                (-0.38, -0.17),
            ]
        ),
        felt,
    )


def _behind(canvas: skia.Canvas, garb: Garb, lit: float, time: float, grade: Grade) -> None:
    hair = _round(garb.hair_colour, -0.42, 0.42, lit, grade)
    skin = _round(mix(garb.skin, grade.shadow, 0.35), -0.42, 0.42, lit, grade)
    sway = 0.02 * math.sin(time * 1.6)
    skull: list[Point] = [
        (0.0, -0.54),
        (0.24, -0.49),
        (0.39, -0.28),
        (0.41, -0.02),
        (0.35, 0.20),
        (0.22, 0.36),
        (0.0, 0.42),
        (-0.22, 0.36),
        (-0.35, 0.20),
        (-0.41, -0.02),
        (-0.39, -0.28),
        (-0.24, -0.49),
    ]
    for ear in (-1, 1):
        canvas.drawOval(skia.Rect.MakeLTRB(ear * 0.40 - 0.06, -0.08, ear * 0.40 + 0.06, 0.15), skin)
    if garb.hair == "bald":
        canvas.drawPath(smooth(skull, tension=0.8), skin)
        return
    if garb.hair in ("long", "bob"):
        low = 1.18 if garb.hair == "long" else 0.46
        wide = 0.50 if garb.hair == "long" else 0.47
        skull = [
            (0.0, -0.56),
            (0.28, -0.49),
            (0.45, -0.24),
            (wide, 0.12),
            (wide + 0.02 + sway, low * 0.62),
            (wide * 0.78 + sway, low),
            (0.02 + sway, low * 1.05),
            (-wide * 0.8 + sway, low),
            (-wide - 0.01 + sway, low * 0.62),
            (-wide, 0.12),
            (-0.45, -0.24),
            (-0.28, -0.49),
        ]
    path = smooth(skull, tension=0.8)
    if garb.hair == "curly":
        for n in range(16):
            angle = math.tau * n / 16
            canvas.drawCircle(0.40 * math.cos(angle), -0.10 - 0.40 * math.sin(angle), 0.13 + 0.025 * (n % 3), hair)
    canvas.drawPath(path, hair)
    if garb.hair in ("short", "parted"):
        nape = smooth([(-0.27, 0.18), (0.0, 0.26), (0.27, 0.18), (0.22, 0.42), (0.0, 0.47), (-0.22, 0.42)])
        canvas.drawPath(nape, paint(fade(mix(garb.skin, garb.hair_colour, 0.55), 0.75)))
    elif garb.hair == "bun":
        canvas.drawCircle(0.0, -0.36, 0.24, _round(tone(garb.hair_colour, 0.03), -0.24, 0.24, lit, grade))
    elif garb.hair == "ponytail":
        canvas.drawPath(
            limb([(0, -0.22), (0.02, 0.2), (0.02 + sway * 2, 0.75)], [0.10, 0.15, 0.05]),
            _round(tone(garb.hair_colour, 0.04), -0.2, 0.2, lit, grade),
        )
    elif garb.hair == "topknot":
        canvas.drawOval(skia.Rect.MakeLTRB(-0.13, -0.86, 0.13, -0.48), hair)
    elif garb.hair == "hat":
        _hat(canvas, garb, lit, grade, False)


def _strands(canvas: skia.Canvas, garb: Garb, lit: float, side: bool, grade: Grade) -> None:
    """Light catching in the hair."""
    shine = mix(garb.hair_colour, grade.key, 0.45)
    towards = 1.0 if lit > 0 else -1.0
    for n in range(7):
        share = n / 6
        strand = skia.Path()
        if side:
            reach = 0.50 - 0.05 * n
            strand.moveTo(0.16 - 0.06 * n, -0.50 + 0.025 * n)
            strand.cubicTo(-0.20, -0.54 + 0.06 * n, -reach, -0.30 + 0.05 * n, -reach + 0.06, 0.05 + 0.02 * n)
        else:
            x = towards * (0.10 + 0.27 * share)
            strand.moveTo(towards * 0.05 * n * 0.6, -0.52 + 0.02 * n)
            strand.cubicTo(x * 0.9, -0.44, x * 1.15, -0.2, x * 1.05, 0.10)
        canvas.drawPath(
            strand, stroke(fade(shine, 0.10 + 0.13 * (1 - abs(share - 0.5) * 2)), 0.016 if n % 2 else 0.009)
        )
