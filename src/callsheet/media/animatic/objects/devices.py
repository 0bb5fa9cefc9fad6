"""Devices: phone, laptop, watch, headphones, camera."""

import numpy as np
import skia

from callsheet.media.animatic.objects.mesh import TAU, ball, box, curve, lathe, lifted, moved, rotation, surface, tube
from callsheet.media.animatic.objects.solid import LEATHER, SATIN, STEEL, Decal, Detail, Finish, Rgb, Solid
from callsheet.media.animatic.objects.style import Style, argb, flat, plate, shaded
from callsheet.media.type.fonts import Setting, coverage
from callsheet.media.type.ink import draw_text, measure

_GLASS_FRONT = Finish(0.08, 0.02)


def phone(style: Style) -> Solid:
    """A phone standing, its screen lit."""
    body = box((0.46, 0.95, 0.055), style.main, radius=0.027, centre=(0, 0.475, 0), bulge=0.1, steps=10)
    front = lifted(box((0.44, 0.93, 0.01), (0.015, 0.015, 0.02), 1, radius=0.004, centre=(0, 0.475, 0.026), bulge=0.25))
    screen = flat((0, 0.475, 0.0335), 0.42, 0.905, finish=1, bulge=0.3)
    return Solid((body, front), (STEEL, _GLASS_FRONT), (Decal(screen, _interface(style, 420, 905), glows=True, gloss=0.45),),
                 details=(Detail((0.0, 0.7, 0.03), 0.45), Detail((0.1, 0.35, 0.03), 0.45)), yaw=-0.45)  # fmt: skip


def laptop(style: Style) -> Solid:
    """An open laptop, its screen lit."""
    lean = rotation(pitch=-0.25)
    lid = box((0.98, 0.64, 0.018), style.main, radius=0.008, centre=(0, 0.32, 0), bulge=0.2)
    hinge = (0.0, 0.035, -0.32)
    meshes = (
        box((0.98, 0.03, 0.66), style.main, radius=0.014, centre=(0, 0.018, 0), bulge=0.25, steps=12),
        lifted(box((0.32, 0.004, 0.19), shaded(style.main, -0.12), radius=0.001, centre=(0, 0.0345, 0.19), steps=4)),
        moved(lid, hinge, turn=lean),
        lifted(
            moved(
                box((0.95, 0.61, 0.006), (0.02, 0.02, 0.025), 1, radius=0.002, centre=(0, 0.325, 0.009)),
                hinge,
                turn=lean,
            )
        ),
    )
    screen = moved(flat((0, 0.325, 0.0135), 0.92, 0.575, finish=1, bulge=0.3), hinge, turn=lean)
    keys = moved(flat((0, 0, 0), 0.86, 0.27, bulge=0.1), (0, 0.0345, -0.12), turn=rotation(pitch=-np.pi / 2))
    screens = (Decal(keys, _keyboard(), gloss=0.2), Decal(screen, _interface(style, 920, 575), glows=True, gloss=0.35))
    return Solid(meshes, (Finish(0.22, 0.3, 0.8), _GLASS_FRONT), screens,
                 details=(Detail((0.1, 0.4, -0.3), 0.5), Detail((0.2, 0.05, 0.1), 0.5)), yaw=0.42)  # fmt: skip


def _keyboard() -> skia.Image:
    surface_ = skia.Surface(860, 270)
    canvas = surface_.getCanvas()
    canvas.clear(0)
    canvas.drawRoundRect(
        skia.Rect.MakeWH(860, 270), 14, 14, skia.Paint(Color=argb((0.03, 0.03, 0.035)), AntiAlias=True)
    )
    key = skia.Paint(Color=argb((0.1, 0.1, 0.115)), AntiAlias=True)
    for row in range(5):
        x = 10.0
        while x < 840:
            width = 240.0 if row == 4 and 240 < x < 300 else 54.0 + (18 * row if x < 20 else 0)
            canvas.drawRoundRect(skia.Rect.MakeXYWH(x, 10 + row * 51, min(width, 850 - x), 45), 6, 6, key)
            x += width + 6
    return surface_.makeImageSnapshot()


def _interface(style: Style, width: int, height: int) -> skia.Image:
    """A calm screen in the product's colours: a header, a chart and cards."""
    surface_ = skia.Surface(width, height)
    canvas = surface_.getCanvas()
    base = shaded(style.accent, 0.15)
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(0, 0), skia.Point(width * 0.7, height)],
        [argb(base), argb(shaded(style.main, -0.35)), argb((0.04, 0.05, 0.09))],
        [0.0, 0.6, 1.0],
    )
    canvas.drawPaint(skia.Paint(Shader=shader))
    canvas.drawCircle(width * 0.85, height * 0.1, width * 0.55, skia.Paint(Color=argb((1, 1, 1), 0.1), AntiAlias=True))
    upright = height > width
    pad = min(width, height) * 0.08
    if style.label and not coverage(style.label, "display"):
        setting = Setting("display", weight=700, cjk_weight=700)
        size = min((width - 2 * pad) / max(measure(style.label, setting), 0.1), height * (0.1 if upright else 0.17))
        draw_text(
            canvas,
            style.label,
            setting,
            size,
            pad,
            height * (0.2 if upright else 0.28),
            skia.Paint(Color=0xFFFFFFFF, AntiAlias=True),
        )
    card = skia.Paint(Color=argb((1, 1, 1), 0.16), AntiAlias=True)
    rng = style.rng()
    columns, rows = (1, 3) if upright else (3, 1)
    top, gap = height * (0.5 if upright else 0.48), pad * 0.5
    wide, tall = (width - 2 * pad - gap * (columns - 1)) / columns, (height - top - pad - gap * (rows - 1)) / rows
    for i in range(columns * rows):
        x, y = pad + (i % columns) * (wide + gap), top + (i // columns) * (tall + gap)
        canvas.drawRRect(skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(x, y, wide, tall), pad * 0.4, pad * 0.4), card)
        canvas.drawCircle(
            x + tall * 0.5 if upright else x + wide * 0.2,
            y + (tall * 0.5 if upright else wide * 0.2),
            min(wide, tall) * 0.16,
            skia.Paint(Color=argb(style.accent), AntiAlias=True),
        )
        line = skia.Paint(Color=argb((1, 1, 1), 0.6), AntiAlias=True)
        left = x + (tall if upright else wide * 0.12)
        canvas.drawRoundRect(
            skia.Rect.MakeXYWH(
                left, y + tall * (0.32 if upright else 0.68), (x + wide - left) * rng.uniform(0.5, 0.8), tall * 0.1
            ),
            6,
            6,
            line,
        )
    points = [
        (pad + (width - 2 * pad) * t, height * (0.42 - 0.13 * t) + height * 0.03 * float(np.sin(9 * t + 1)))
        for t in np.linspace(0, 1, 24)
    ]
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    canvas.drawPath(
        path,
        skia.Paint(
            Color=0xE6FFFFFF,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=max(4, pad * 0.12),
            AntiAlias=True,
            StrokeJoin=skia.Paint.kRound_Join,
        ),
    )
    return surface_.makeImageSnapshot()


def watch(style: Style) -> Solid:
    """A wristwatch lying on its strap, its dial towards us."""
    strap_colour: Rgb = style.main
    upright = rotation(pitch=np.pi / 2)
    case = moved(
        lathe(
            [(0.0, 0.07), (0.24, 0.07), (0.285, 0.06), (0.3, 0.03), (0.295, -0.03), (0.25, -0.06), (0.0, -0.06)],
            (0.8, 0.8, 0.82),
            0,
            rows=28,
            around=64,
        ),
        (0, 0.5, 0.18),
        turn=upright,
    )
    crystal = lifted(
        moved(
            lathe([(0.0, 0.078), (0.2, 0.075), (0.245, 0.07)], (0.02, 0.02, 0.03), 2, rows=8, around=48),
            (0, 0.5, 0.18),
            turn=upright,
        )
    )
    back = curve(
        [
            (0, 0.76, 0.18),
            (0, 0.92, 0.06),
            (0, 0.93, -0.2),
            (0, 0.7, -0.36),
            (0, 0.3, -0.36),
            (0, 0.07, -0.2),
            (0, 0.08, 0.06),
            (0, 0.24, 0.18),
        ],
        40,
    )
    strap = tube(back, 0.13, strap_colour, 1, rows=60, around=14, flat=(1.0, 0.16))
    crown = tube([(0.29, 0.5, 0.18), (0.35, 0.5, 0.18)], 0.03, (0.8, 0.8, 0.8), 0, rows=6, around=14)
    lugs = [
        box((0.05, 0.12, 0.08), (0.8, 0.8, 0.82), 0, radius=0.02, centre=(x, y, 0.17), steps=4)
        for x in (-0.15, 0.15)
        for y in (0.24, 0.76)
    ]
    dial = plate((0, 0.5, 0.262), 0.235, finish=2)
    return Solid((strap, *lugs, crown, case, crystal), (STEEL if not style.says("gold", "金") else style.trim, LEATHER, _GLASS_FRONT),
        (Decal(dial, _dial(style), gloss=0.3),),
                 details=(Detail((0.0, 0.5, 0.25), 0.5), Detail((0.2, 0.55, 0.2), 0.36)), yaw=0.5)  # fmt: skip


def _dial(style: Style) -> skia.Image:
    surface_ = skia.Surface(480, 480)
    canvas = surface_.getCanvas()
    canvas.clear(0)
    face = shaded(style.main, -0.35)
    shader = skia.GradientShader.MakeRadial(
        skia.Point(200, 180), 320, [argb(shaded(face, 0.25)), argb(shaded(face, -0.4))]
    )
    canvas.drawCircle(240, 240, 238, skia.Paint(Shader=shader, AntiAlias=True))
    mark = skia.Paint(Color=argb(style.accent), AntiAlias=True)
    white = skia.Paint(Color=0xFFF6F2EA, AntiAlias=True)
    for i in range(60):
        canvas.save()
        canvas.rotate(i * 6, 240, 240)
        mark_size = (7, 34) if i % 5 == 0 else (2, 12)
        canvas.drawRect(skia.Rect.MakeXYWH(240 - mark_size[0] / 2, 16, *mark_size), mark if i % 5 == 0 else white)
        canvas.restore()
    for degrees, length, thick in ((-52, 120, 13), (62, 178, 9)):
        canvas.save()
        canvas.rotate(degrees, 240, 240)
        canvas.drawRoundRect(skia.Rect.MakeXYWH(240 - thick / 2, 240 - length, thick, length + 26), 4, 4, white)
        canvas.restore()
    canvas.save()
    canvas.rotate(200, 240, 240)
    canvas.drawRect(skia.Rect.MakeXYWH(238.5, 50, 3, 230), mark)
    canvas.restore()
    canvas.drawCircle(240, 240, 12, mark)
    if style.label and not coverage(style.label, "display"):
        setting = Setting("display", weight=600, cjk_weight=600, tracking=0.06)
        size = min(34.0, 170 / max(measure(style.label, setting), 0.1))
        draw_text(canvas, style.label, setting, size, 240 - measure(style.label, setting) * size / 2, 330, white)
    return surface_.makeImageSnapshot()


def headphones(style: Style) -> Solid:
    """Over-ear headphones."""
    band = [(0.40 * np.sin(a), 0.46 + 0.44 * np.cos(a), 0.0) for a in np.linspace(-1.72, 1.72, 25)]
    pad = [(0.37 * np.sin(a), 0.455 + 0.405 * np.cos(a), 0.0) for a in np.linspace(-0.8, 0.8, 17)]
    meshes = [
        tube(band, 0.028, style.main, 0, rows=54, around=14, flat=(0.55, 1.9)),
        tube(pad, 0.034, shaded(style.main, -0.5), 1, rows=34, around=12, flat=(0.6, 1.5)),
    ]
    for side in (-1.0, 1.0):
        turn = rotation(roll=-side * (np.pi / 2 - 0.1))
        shell = lathe(
            [(0.0, 0.085), (0.09, 0.082), (0.15, 0.06), (0.17, 0.02), (0.165, -0.02), (0.12, -0.03)],
            style.main,
            0,
            rows=22,
            around=44,
            squash=1.2,
        )
        rim = lathe([(0.168, 0.03), (0.176, 0.02), (0.168, 0.01)], style.accent, 2, rows=6, around=44, squash=1.2)
        cushion = lathe(
            [(0.12, -0.02), (0.16, -0.03), (0.178, -0.075), (0.15, -0.12), (0.1, -0.115), (0.0, -0.07)],
            (0.09, 0.08, 0.08),
            1,
            rows=20,
            around=44,
            squash=1.2,
        )
        for part in (cushion, shell, rim):
            meshes.append(moved(part, (side * 0.405, 0.26, 0.0), turn=turn))
        meshes.append(
            tube(
                [(side * 0.412, 0.50, 0), (side * 0.43, 0.38, 0), (side * 0.44, 0.3, 0)],
                0.016,
                (0.75, 0.76, 0.78),
                2,
                rows=10,
                around=10,
            )
        )
    return Solid(
        tuple(meshes),
        (Finish(0.05, 0.18), LEATHER, STEEL),
        details=(Detail((0.38, 0.3, 0.1), 0.45), Detail((0.0, 0.86, 0.0), 0.5)),
        yaw=-0.62,
    )


def camera(style: Style) -> Solid:
    """A camera with a lens."""
    out = rotation(pitch=np.pi / 2)
    barrel = lathe([(0.0, 0.36), (0.15, 0.36), (0.19, 0.37), (0.2, 0.33), (0.2, 0.2), (0.215, 0.19), (0.215, 0.05), (0.2, 0.0)], (0.05,
        0.05, 0.055), 1, rows=34, around=60,
                   ripple=lambda turn, y: 1 + 0.012 * np.cos(turn * 46) * ((y > 0.21) & (y < 0.32)))  # fmt: skip
    glass = lathe([(0.0, 0.385), (0.08, 0.38), (0.15, 0.365)], (0.05, 0.07, 0.14), 2, rows=8, around=40)
    meshes = (
        box((0.95, 0.54, 0.24), style.main, radius=0.06, centre=(0, 0.29, 0), bulge=0.3),
        lifted(box((0.95, 0.1, 0.22), (0.75, 0.76, 0.78), 3, radius=0.035, centre=(0, 0.58, 0), bulge=0.3), 0.05),
        lifted(box((0.3, 0.16, 0.2), (0.75, 0.76, 0.78), 3, radius=0.035, centre=(0, 0.66, 0), bulge=0.3, steps=5), 0.1),
        lathe([(0.0, 0.68), (0.06, 0.68), (0.07, 0.67), (0.07, 0.62)], (0.2, 0.2, 0.2), 3, rows=8, around=30),
        lifted(moved(barrel, (0.0, 0.32, 0.1), turn=out)),
        lifted(moved(glass, (0.0, 0.32, 0.1), turn=out), 0.2),
        ball((0.36, 0.65, 0.02), (0.045, 0.03, 0.045), style.accent, 3),
    )  # fmt: skip
    ring_mesh = surface(
        np.stack(
            [
                np.array(
                    [
                        (0.2 * np.sin(a), 0.32 + 0.2 * np.cos(a), 0.462 - d)
                        for a in np.linspace(0, TAU, 48, endpoint=False)
                    ]
                )
                for d in (0.0, 0.008)
            ]
        ),
        style.accent,
        3,
        wrap=True,
    )
    return Solid(
        (*meshes, lifted(ring_mesh, 0.2)),
        (LEATHER, SATIN, Finish(0.35, 0.02), STEEL),
        details=(Detail((0.0, 0.32, 0.4), 0.45),),
        yaw=0.42,
    )
