"""Garments on a tailor's form: dress, coat, shirt, trousers, skirt, cut and coloured by the words that describe them."""

from collections.abc import Callable

import numpy as np

from callsheet.media.animatic.objects.mesh import TAU, Array, Mesh, ball, box, curve, lathe, lifted, surface, tube
from callsheet.media.animatic.objects.solid import CLOTH, KNIT, LEATHER, SATIN, SILK, Detail, Finish, Rgb, Solid
from callsheet.media.animatic.objects.style import CREAM, Style, luminous, shaded

Outline = list[tuple[float, float, float]]
"""(y, half width, half depth), from the shoulders down."""
_STAND: Rgb = (0.16, 0.13, 0.11)


def _fabric(style: Style) -> Finish:
    if style.says("knit", "wool", "cashmere", "fleece", "sweater", "cardigan", "针织", "羊毛", "羊绒", "毛衣"):
        return KNIT
    if style.says("silk", "satin", "velvet", "丝", "缎", "绒"):
        return SILK
    return LEATHER if style.says("leather", "皮衣", "皮革") else CLOTH


def _pattern(style: Style) -> Callable[[Array, Array], Array]:
    """Colours over (turn, y): plain, stripes, check or dots."""
    main, other = (
        np.asarray(style.main),
        np.asarray(style.second if luminous(style.main) < 0.7 else shaded(style.main, -0.55)),
    )

    def paint(turn: Array, y: Array) -> Array:
        base = np.broadcast_to(main, (*np.broadcast(turn, y).shape, 3))
        if style.says("stripe", "breton", "条纹"):
            share = ((y * 13) % 1 < 0.42).astype(float) + 0 * turn
        elif style.says("check", "plaid", "tartan", "格"):
            share = 0.45 * ((y * 9) % 1 < 0.45) + 0.45 * ((turn / TAU * 20) % 1 < 0.45)
        elif style.says("dot", "波点"):
            share = (
                (((y * 10) % 1 - 0.5) ** 2 + (((turn / TAU * 18) + 0.5 * np.floor(y * 10)) % 1 - 0.5) ** 2) < 0.06
            ).astype(float)
        elif style.says("floral", "flower", "printed", "碎花", "印花"):
            share = 0.7 * (np.sin(y * 47 + 3 * np.sin(turn * 7)) * np.sin(turn * 13 + 2 * np.sin(y * 31)) > 0.55)
        else:
            return np.asarray(base)
        return np.asarray(base + (other - base) * share[..., None])

    return paint


def _cloth(
    outline: Outline,
    style: Style,
    folds: Callable[[Array, Array], Array],
    *,
    finish: int = 0,
    rows: int = 60,
    around: int = 84,
) -> Mesh:
    line = curve(outline, rows)
    turn = np.linspace(0, TAU, around, endpoint=False)[None, :]
    y, wide, deep = (line[:, i][:, None] for i in range(3))
    fold = folds(turn, y)
    # Squarer than an ellipse, as a body is.
    wrinkle = 0.006 * np.sin(turn * 3 + y * 19) * np.sin(y * 31 - turn * 2) + 0.004 * np.sin(turn * 8 + y * 44)
    fold = fold + wrinkle * np.clip((1.4 - y) * 4, 0, 1)
    s, c = np.sin(turn), np.cos(turn)
    round_off = (np.abs(s) ** 2.6 + np.abs(c) ** 2.6) ** (-1 / 2.6)
    grid = np.stack([wide * s * round_off * fold, y + 0 * turn, deep * c * round_off * fold], -1)
    valley = np.clip(1 + (fold - 1) * 5.0, 0.5, 1.05)
    return surface(grid, _pattern(style)(turn, y), finish, wrap=True, shade=valley)


def _folds(amount: float, start: float, end: float, count: int, seed: int) -> Callable[[Array, Array], Array]:
    phase = np.random.default_rng(seed).uniform(0, TAU, 3)

    def depth(turn: Array, y: Array) -> Array:
        fall = np.clip((start - y) / (start - end), 0, 1) ** 1.25
        wave = np.sin(turn * count + phase[0] + 0.6 * np.sin(turn * 3 + phase[1])) + 0.45 * np.sin(
            turn * (count * 2 - 3) + phase[2] + y * 2
        )
        return np.asarray(1 + amount * fall * wave)

    return depth


def _stand(top: float, neck_z: float = 0.0) -> list[Mesh]:
    """The tailor's form that shows at the neck, and its foot."""
    neck = [
        (0.0, top + 0.09),
        (0.045, top + 0.085),
        (0.058, top + 0.06),
        (0.06, top),
        (0.075, top - 0.04),
        (0.1, top - 0.07),
    ]
    cap = [(0.0, top + 0.15), (0.012, top + 0.145), (0.022, top + 0.125), (0.012, top + 0.1), (0.03, top + 0.088)]
    legs = [tube([(0, 0.12, 0), (0.12 * np.sin(a), 0.05, 0.12 * np.cos(a)), (0.23 * np.sin(a), 0.012, 0.23 * np.cos(a))], 0.014, _STAND,
        1, rows=10, around=8)
            for a in (0.5, 2.6, 4.7)]  # fmt: skip
    return [
        lathe(neck, (0.86, 0.8, 0.7), 2, rows=14, around=32, squash=0.9),
        lathe(cap, (0.5, 0.34, 0.2), 1, rows=10, around=20),
        tube([(0, 0.08, 0), (0, min(0.95, top - 0.12), 0)], 0.016, _STAND, 1, rows=8, around=10),
        *legs,
    ]


def _sleeves(style: Style, shoulder: tuple[float, float], length: float, girth: float) -> list[Mesh]:
    """Two sleeves falling from the shoulder points, `length` measured down the arm."""
    x, y = shoulder
    meshes = []
    for side in (-1.0, 1.0):
        full = [(side * (x - 0.09), y - 0.01, 0.0), (side * (x - 0.01), y - 0.035, 0.0), (side * (x + 0.035), y - 0.13, 0.0),
            (side * (x + 0.06), y - 0.3, 0.01),
                (side * (x + 0.065), y - 0.47, 0.03), (side * (x + 0.055), y - 0.66, 0.07)]  # fmt: skip
        whole = curve(full, 80)
        path = whole[: max(22, int(80 * min(length / 0.58, 1.0)))]
        rows = 36
        line = curve([tuple(p) for p in path[:: max(1, len(path) // 8)]] + [tuple(path[-1])], rows)
        fade = np.linspace(0, 1, rows)
        crease = 0.06 * np.sin(fade * 26 + side) * np.clip(fade * 2, 0, 1) * np.exp(-(((fade - 0.55) / 0.3) ** 2))
        sizes = (
            girth * np.interp(fade, [0, 0.12, 0.3, 1], [0.75, 1.0, 0.93, 0.93 if length < 0.3 else 0.68]) * (1 + crease)
        )
        heights = np.concatenate([line[:1, 1], line[:, 1], line[-1:, 1]])
        colours = _pattern(style)(np.zeros((rows + 2, 18)), np.repeat(heights[:, None], 18, 1))
        dark = np.clip(0.8 + fade * 0.3 + 2.0 * crease, 0, 1)
        meshes.append(tube(line, list(sizes), colours, rows=rows, around=18, flat=(0.8, 1.0), shade=dark))
        end, aim = line[-1], line[-1] - line[-2]
        cuff = [tuple(end - aim * 0.6), tuple(end + aim * 0.1)]
        meshes.append(
            lifted(
                tube(cuff, float(sizes[-1]) * 1.05, shaded(style.main, -0.18), rows=3, around=18, flat=(0.8, 1.0)), 0.05
            )
        )
    return meshes


def _opening(path: list[tuple[float, float, float]], colour: Rgb, width: float = 0.006, rows: int = 30) -> Mesh:
    return lifted(tube(path, width, colour, rows=rows, around=6), 0.12)


def _buttons(
    count: int, x: float, top: float, bottom: float, depth: Callable[[float], float], colour: Rgb, size: float = 0.014
) -> list[Mesh]:
    return [
        lifted(ball((x, y, depth(y) + 0.006), (size, size, size * 0.5), colour, 1, rows=7, around=12), 0.16)
        for y in np.linspace(top, bottom, count)
    ]


def _front(outline: Outline) -> Callable[[float], float]:
    ys, ds = [o[0] for o in outline][::-1], [o[2] for o in outline][::-1]
    return lambda y: float(np.interp(y, ys, ds))


def dress(style: Style) -> Solid:
    """A dress: fitted, flared, slip or qipao, mini to maxi."""
    hem = (
        0.22
        if style.says("maxi", "gown", "long", "evening", "长裙", "礼服", "曳地", "长款")
        else 0.62
        if style.says("mini", "short dress", "短裙", "迷你")
        else 0.42
    )
    slim = style.says("slip", "bodycon", "column", "pencil", "qipao", "cheongsam", "slim", "旗袍", "修身", "紧身")
    wide = 0.24 if slim else 0.46 if style.says("ball", "full", "puff", "a-line", "tulle", "蓬", "公主") else 0.37
    outline: Outline = [(1.42, 0.085, 0.07), (1.405, 0.15, 0.09), (1.37, 0.20, 0.105), (1.27, 0.195, 0.125), (1.16, 0.19, 0.135), (1.02,
        0.145, 0.105), (0.98, 0.142, 0.104),
                        (0.84, 0.2 if slim else 0.23, 0.15), (0.66, 0.21 if slim else 0.8 * wide, 0.15 if slim else 0.68 * wide),
                        (hem, wide if not slim else 0.2, 0.16 if slim else 0.82 * wide)]  # fmt: skip
    if hem > 0.6:
        outline[-2] = (0.74, 0.26, 0.19)
    pleats = 22 if style.says("pleat", "百褶") else 9
    cloth = _cloth(
        outline,
        style,
        _folds(0.015 if slim else 0.055 if pleats == 9 else 0.04, 1.0, hem, pleats, style.seed),
        rows=72,
        around=96 if pleats == 9 else 132,
    )
    front = _front(outline)
    meshes = [cloth, *_stand(1.43)]
    if style.says("qipao", "cheongsam", "旗袍"):
        meshes.append(lathe([(0.07, 1.475), (0.078, 1.47), (0.088, 1.42)], style.main, rows=6, around=30))
        meshes.append(
            _opening(
                [(0.02, 1.44, front(1.44) + 0.02), (0.07, 1.36, front(1.36)), (0.16, 1.28, 0.075)], style.accent, 0.006
            )
        )
        meshes += [ball((0.07, 1.36, front(1.36) + 0.01), (0.018, 0.01, 0.01), style.accent, 1, rows=6, around=10)]
    if style.says("belt", "waist", "wrap", "sash", "腰带", "收腰") or not slim:
        meshes.append(
            _belt(1.0, 0.15, 0.112, style.accent if style.says("belt", "腰带") else shaded(style.main, -0.35))
        )
    if style.says("sleeve", "袖") and not style.says("sleeveless", "无袖"):
        meshes += _sleeves(
            style, (0.19, 1.385), 0.5 if style.says("long sleeve", "long-sleeve", "长袖") else 0.16, 0.07
        )
    return Solid(
        tuple(meshes),
        (_fabric(style), SATIN, CLOTH),
        details=(Detail((0.0, 1.25, 0.1), 0.55), Detail((0.05, hem + 0.25, 0.25), 0.5)),
        yaw=0.3,
    )


def _belt(y: float, wide: float, deep: float, colour: Rgb) -> Mesh:
    turn = np.linspace(0, TAU, 61)
    s, c = np.sin(turn), np.cos(turn)
    k = (np.abs(s) ** 2.6 + np.abs(c) ** 2.6) ** (-1 / 2.6)
    path = np.stack([wide * s * k, np.full(61, y), deep * c * k], -1)
    return lifted(tube(path, 0.02, colour, 0, rows=61, around=8, flat=(1.1, 0.4), closed=True), 0.1)


def coat(style: Style) -> Solid:
    """A coat, jacket or blazer: lapels, an opening, buttons, a belt when it is a trench."""
    short = style.says("jacket", "blazer", "bomber", "suit", "cropped", "夹克", "西装", "短款")
    hem = 0.82 if short else 0.4
    loose = 1.12 if style.says("oversize", "loose", "cocoon", "宽松", "廓形") else 1.0
    outline: Outline = [(1.44, 0.08, 0.075), (1.43, 0.14, 0.1), (1.405, 0.215, 0.12), (1.33, 0.24 * loose, 0.145), (1.18, 0.225 * loose,
        0.155), (1.02, 0.205 * loose, 0.14),
                        (0.86, 0.235 * loose, 0.16), (hem, (0.245 if short else 0.3) * loose, 0.17 if short else 0.21)]  # fmt: skip
    cloth = _cloth(outline, style, _folds(0.012 if short else 0.03, 1.05, hem, 7, style.seed))
    front = _front(outline)
    dark, trim = shaded(style.main, -0.55), (0.12, 0.09, 0.07) if luminous(style.main) > 0.3 else (0.75, 0.6, 0.38)
    notch = 1.12 if short else 1.16
    meshes = [cloth, *_stand(1.45)]
    meshes.append(
        _opening(
            [
                (0.012, notch, front(notch) + 0.004),
                (0.016, (notch + hem) / 2, front((notch + hem) / 2) + 0.004),
                (0.03, hem, front(hem) + 0.004),
            ],
            dark,
        )
    )
    # The shirt in the opening, then the two lapels that frame it.
    inner = np.array(
        [
            [(-0.085, 1.435), (0.0, 1.44), (0.085, 1.435)],
            [(-0.05, 1.3), (0.0, 1.3), (0.05, 1.3)],
            [(-0.004, notch), (0.0, notch), (0.004, notch)],
        ]
    )
    depth = np.vectorize(front)(inner[..., 1]) + 0.006
    shirt = style.second if luminous(style.main) < 0.6 else (0.16, 0.17, 0.2)
    meshes.append(
        lifted(
            surface(
                np.dstack([inner, depth]), shirt, 2, normals=np.broadcast_to([0.0, 0.0, 1.0], (3, 3, 3)), shade=0.75
            ),
            0.14,
        )
    )
    for side in (-1.0, 1.0):
        meshes.append(lifted(_lapel(side, notch, front, style.main), 0.2))
        meshes.append(
            _opening([(side * 0.13, 0.9, front(0.9) * 0.97), (side * 0.2, 0.905, front(0.9) * 0.86)], dark, 0.006, 8)
        )
    meshes += _buttons(2 if short else 4, 0.045, notch - 0.03, hem + (0.14 if short else 0.28), front, trim, 0.016)
    if style.says("double", "trench", "双排"):
        meshes += _buttons(3, -0.075, notch - 0.03, hem + (0.14 if short else 0.38), front, trim, 0.016)
    if style.says("trench", "belt", "风衣", "腰带"):
        meshes.append(_belt(1.03, 0.21 * loose, 0.145, shaded(style.main, -0.25)))
        meshes.append(
            lifted(box((0.05, 0.055, 0.02), style.accent, 1, radius=0.008, centre=(0.02, 1.03, 0.158), steps=4), 0.2)
        )
    meshes += _sleeves(style, (0.215, 1.41), 0.55, 0.082)
    return Solid(
        tuple(meshes),
        (_fabric(style), style.trim, CLOTH),
        details=(Detail((0.0, 1.25, 0.12), 0.55), Detail((0.15, 0.95, 0.15), 0.5)),
        yaw=0.28,
    )


def _lapel(side: float, notch: float, front: Callable[[float], float], colour: Rgb) -> Mesh:
    ys = np.linspace(1.445, notch, 12)
    share = np.linspace(0, 1, 12)
    inner = 0.085 * (1 - share)
    outer = inner + 0.085 * np.sin(np.pi * np.clip(0.12 + share * 0.88, 0, 1)) ** 0.7 + 0.012
    outer[3:5] -= 0.022  # the notch
    rows = []
    for y, a, b in zip(ys, inner, outer, strict=True):
        rows.append(
            [
                (
                    side * (a + (b - a) * t),
                    y - 0.02 * t,
                    front(float(y)) * (1 - 0.35 * (a + (b - a) * t)) + 0.012 + 0.012 * np.sin(np.pi * t),
                )
                for t in (0, 0.35, 0.7, 1.0)
            ]
        )
    grid = np.asarray(rows) if side > 0 else np.asarray(rows)[:, ::-1]
    return surface(grid, shaded(colour, 0.06), 0, double=True, shade=np.array([0.8, 1, 1, 0.85])[None, :])


def shirt(style: Style) -> Solid:
    """A shirt, blouse, T-shirt or sweater."""
    knit = style.says("sweater", "knit", "jumper", "hoodie", "cardigan", "毛衣", "针织", "卫衣")
    tee = style.says("t-shirt", "tee", "polo", "t恤", "短袖") and not knit
    loose = 1.12 if style.says("oversize", "loose", "宽松") or knit else 1.0
    outline: Outline = [(1.43, 0.085, 0.075), (1.42, 0.14, 0.095), (1.395, 0.205, 0.11), (1.32, 0.225 * loose, 0.135), (1.15,
        0.215 * loose, 0.145), (0.98, 0.21 * loose, 0.14),
                        (0.84, 0.235 * loose, 0.155), (0.8, (0.215 if knit else 0.24) * loose, 0.15)]  # fmt: skip
    cloth = _cloth(outline, style, _folds(0.022, 1.2, 0.8, 7, style.seed))
    front = _front(outline)
    dark = shaded(style.main, -0.4)
    meshes = [cloth, *_stand(1.44)]
    if knit or tee:
        meshes.append(tube([(0.085 * np.sin(a), 1.432 - 0.03 * np.cos(a), 0.075 * np.cos(a)) for a in np.linspace(0, TAU, 25)],
            0.018 if knit else 0.01, shaded(style.main, -0.12),
                           rows=40, around=8, closed=True))  # fmt: skip
        if knit:
            meshes.append(lathe([(0.222 * loose, 0.835), (0.226 * loose, 0.81), (0.215 * loose, 0.79)], shaded(style.main, -0.12), rows=8,
                around=84, squash=0.66,
                                ripple=lambda turn, y: 1 + 0.012 * np.cos(turn * 42)))  # fmt: skip
    else:
        meshes.append(
            _opening(
                [(0.02, 1.41, front(1.41) + 0.004), (0.02, 1.1, front(1.1) + 0.004), (0.02, 0.81, front(0.81) + 0.004)],
                dark,
                0.005,
            )
        )
        meshes += _buttons(6, 0.0, 1.36, 0.88, front, shaded(style.second, -0.1), 0.010)
        for side in (-1.0, 1.0):
            corner = [
                [(0, 1.47, 0.05), (side * 0.07, 1.475, 0.035)],
                [(side * 0.012, 1.42, 0.1), (side * 0.09, 1.43, 0.075)],
                [(side * 0.055, 1.345, 0.128), (side * 0.1, 1.4, 0.105)],
            ]
            grid = np.asarray(corner) if side > 0 else np.asarray(corner)[:, ::-1]
            meshes.append(lifted(surface(grid, shaded(style.main, 0.08), 0, double=True), 0.2))
    long = not (tee or style.says("short sleeve", "short-sleeve", "短袖"))
    meshes += _sleeves(style, (0.2, 1.4), 0.55 if long else 0.13, 0.085 * loose)
    return Solid(
        tuple(meshes),
        (_fabric(style), SATIN, CLOTH),
        details=(Detail((0.0, 1.3, 0.1), 0.5), Detail((0.05, 1.0, 0.15), 0.5)),
        yaw=0.28,
    )


def trousers(style: Style) -> Solid:
    """Trousers or jeans on a form."""
    wide = 1.45 if style.says("wide", "flare", "palazzo", "阔腿", "喇叭") else 1.0
    top: Outline = [
        (1.1, 0.165, 0.115),
        (1.07, 0.168, 0.118),
        (0.98, 0.2, 0.14),
        (0.86, 0.212, 0.15),
        (0.78, 0.2, 0.14),
    ]
    meshes = [_cloth(top, style, _folds(0.01, 1.0, 0.78, 6, style.seed), rows=30), *_stand(1.12)]
    for side in (-1.0, 1.0):
        path = [
            (side * 0.095, 0.88, 0.0),
            (side * 0.115, 0.68, 0.0),
            (side * 0.125, 0.4, 0.01),
            (side * 0.13, 0.16, 0.0),
        ]
        meshes.append(
            tube(path, [0.11, 0.108, 0.085 * (wide**0.5), 0.08 * wide], style.main, rows=40, around=28, flat=(1.0, 1.1))
        )
        meshes.append(
            _opening(
                [(side * 0.125, 0.8, 0.125), (side * 0.13, 0.5, 0.1), (side * 0.135, 0.18, 0.09 * wide)],
                shaded(style.main, -0.18),
                0.004,
            )
        )
    meshes.append(_belt(1.08, 0.168, 0.118, shaded(style.main, -0.5)))
    meshes.append(_opening([(0.0, 1.07, 0.122), (0.0, 0.86, 0.155)], shaded(style.main, -0.45), 0.004, 10))
    return Solid(
        tuple(meshes), (_fabric(style), style.trim, CLOTH), details=(Detail((0.0, 0.98, 0.12), 0.45),), yaw=0.3
    )


def skirt(style: Style) -> Solid:
    """A skirt, straight, pleated or full."""
    hem = 0.5 if style.says("mini", "short", "短") else 0.2
    full = 0.26 if style.says("pencil", "straight", "包臀", "直筒") else 0.42
    outline: Outline = [
        (1.1, 0.15, 0.108),
        (1.06, 0.153, 0.11),
        (0.9, 0.21 + 0.2 * (full - 0.26), 0.15),
        (0.65, 0.8 * full + 0.03, 0.68 * full),
        (hem, full, 0.82 * full),
    ]
    pleats = 24 if style.says("pleat", "百褶") else 9
    meshes = [
        _cloth(outline, style, _folds(0.045, 1.06, hem, pleats, style.seed), rows=56, around=132 if pleats > 9 else 90),
        *_stand(1.13),
        _belt(1.08, 0.155, 0.112, shaded(style.main, -0.4)),
    ]
    return Solid(tuple(meshes), (_fabric(style), SATIN, CLOTH), details=(Detail((0.0, 0.95, 0.15), 0.5),), yaw=0.3)


def scarf(style: Style) -> Solid:
    """A scarf looped round the neck of a form, or a shawl."""
    bust: Outline = [
        (0.62, 0.08, 0.07),
        (0.6, 0.16, 0.1),
        (0.55, 0.22, 0.12),
        (0.4, 0.22, 0.14),
        (0.2, 0.19, 0.13),
        (0.12, 0.18, 0.12),
    ]
    plain = Style(CREAM, style.accent, style.second)
    turn = np.linspace(0, TAU, 61)
    cloth = _pattern(style)(np.zeros((61, 18)), np.repeat(0.6 + 0.08 * np.sin(turn * 2)[:, None], 18, 1))
    meshes = [_cloth(bust, plain, _folds(0.0, 0.6, 0.1, 5, 0), finish=2, rows=30, around=60), *_stand(0.63)]
    for up, out, girth in ((0.0, 0.125, 0.045), (-0.06, 0.15, 0.05), (-0.02, 0.14, 0.042)):
        loop = np.stack(
            [
                out * np.sin(turn),
                0.6 + up - (0.05 - up * 0.6) * np.cos(turn) + 0.012 * np.sin(turn * 3 + up * 90),
                0.9 * out * np.cos(turn),
            ],
            -1,
        )
        meshes.append(
            lifted(
                tube(
                    loop,
                    list(girth * (1 + 0.12 * np.sin(turn * 5 + up * 60))),
                    cloth,
                    rows=61,
                    around=18,
                    flat=(0.75, 1.2),
                    closed=True,
                ),
                0.06 - up,
            )
        )
    for x, end in ((0.05, 0.12), (-0.06, 0.2)):
        path = [(x * 0.4, 0.53, 0.16), (x * 1.3, 0.42, 0.19), (x * 1.6, 0.28, 0.175), (x * 1.8, end, 0.17)]
        ys = curve(path, 40)[:, 1]
        colours = _pattern(style)(np.zeros((42, 16)), np.repeat(np.concatenate([ys[:1], ys, ys[-1:]])[:, None], 16, 1))
        meshes.append(lifted(tube(path, [0.05, 0.06, 0.075, 0.08], colours, rows=40, around=16, flat=(1.0, 0.3)), 0.1))
    return Solid(tuple(meshes), (_fabric(style), SATIN, CLOTH), details=(Detail((0.0, 0.5, 0.15), 0.42),), yaw=0.25)
