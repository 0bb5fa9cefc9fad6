"""The grade: one palette and one light for a shot, from its hour, weather, mood and look."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callsheet.film.shot import TimeOfDay, Weather
from callsheet.film.take import Order
from callsheet.media.animatic.axis import reverse
from callsheet.media.animatic.colour import Colour, from_oklab, lightness, mix, oklab, parse, ramp, tone
from callsheet.media.animatic.reading import read


@dataclass(frozen=True)
class Grade:
    """Colours and light of one shot. All colours are opaque."""

    time: TimeOfDay
    weather: Weather
    sky_top: Colour
    sky_mid: Colour
    sky_low: Colour
    """The sky at the horizon."""
    haze: Colour
    """What distance fades to."""
    shadow: Colour
    """The darkest tone in the picture; never pure black."""
    ground: Colour
    key: Colour
    """The light that models things and rims figures."""
    fill: Colour
    """The light in the shadows."""
    accent: Colour
    lamp: Colour
    """Practical lights: windows at night, lamps, lanterns."""
    light_x: float
    """Where the key comes from: -1 left .. 1 right."""
    strength: float
    """How strong the key is, 0 overcast .. 1 low sun or spotlight."""
    contrast: float
    """0.8 soft .. 1.2 hard."""

    @property
    def night(self) -> bool:
        """Whether lamps outshine the sky."""
        return self.time == "night"

    @property
    def low_sun(self) -> bool:
        """Whether the sun stands near the horizon."""
        return self.time in ("dawn", "dusk")

    def distant(self, colour: Colour, far: float) -> Colour:
        """`colour` seen through the air: `far` 0 here .. 1 at the horizon."""
        return mix(colour, self.haze, round(min(max(far, 0.0), 1.0), 3))


_HOURS: dict[str, tuple[str, ...]] = {
    # sky top, sky middle, sky low, haze, shadow, ground, key, fill, accent
    "dawn": ("#23438a", "#c9708f", "#ffc37a", "#d99a86", "#1a1c48", "#5f4a58", "#ffd08a", "#7f7cc4", "#ff7f57"),
    "morning": ("#2f86d6", "#8fcdf0", "#fff0c2", "#aacbdc", "#122c52", "#7d9158", "#ffebb4", "#86b4e4", "#ff7a38"),
    "day": ("#1768c4", "#5fadf0", "#d6f0fb", "#9cc8e6", "#10294e", "#658b48", "#fff0c8", "#86b8ec", "#ff5f3c"),
    "dusk": ("#171d5c", "#a83f78", "#ff9548", "#c45f7a", "#150f38", "#4c2f54", "#ffa552", "#7454b0", "#ff4f78"),
    "night": ("#050a26", "#0e2158", "#24458c", "#213a78", "#060a22", "#131d40", "#9cc0ff", "#3450a8", "#ff4388"),
}


def grade_for(order: Order) -> Grade:
    """The grade of an order: the hour gives the palette, weather and mood bend it, the look's palette pulls it."""
    reading = read(order)
    time, weather = reading.time, reading.weather
    top, mid, low, haze, shadow, ground, key, fill, accent = (parse(text) for text in _HOURS[time])
    side = 1.0 if sum((order.location_id or order.code).encode()) % 2 else -1.0
    if reverse(order):
        side = -side
    strength = {"dawn": 0.95, "morning": 0.75, "day": 0.6, "dusk": 1.0, "night": 0.7}[time]
    grade = Grade(
        time=time,
        weather=weather,
        sky_top=top,
        sky_mid=mid,
        sky_low=low,
        haze=haze,
        shadow=shadow,
        ground=ground,
        key=key,
        fill=fill,
        accent=accent,
        lamp=parse("#ffc27a"),
        light_x=side * 0.7,
        strength=strength,
        contrast=1.0 + 0.14 * order.mood.arousal,
    )
    grade = _felt(_weathered(grade), order.mood.valence, order.mood.arousal)
    if order.look and order.look.palette:
        grade = _toned(grade, [parse(c) for c in order.look.palette], 0.30 + 0.25 * order.creativity)
    elif order.creativity > 0.5:
        grade = _each(grade, lambda c: tone(c, 0.0, 1.0 + 0.35 * (order.creativity - 0.5)))
    if order.look and order.look.accent:
        grade = replace(grade, accent=parse(order.look.accent))
    return grade


_COLOURS = ("sky_top", "sky_mid", "sky_low", "haze", "shadow", "ground", "key", "fill", "accent", "lamp")


def _each(grade: Grade, change: Callable[[Colour], Colour], keep: Sequence[str] = ("accent", "lamp")) -> Grade:
    """The grade with every colour but those kept changed."""
    changed: dict[str, Any] = {name: change(getattr(grade, name)) for name in _COLOURS if name not in keep}
    return replace(grade, **changed)


def _weathered(grade: Grade) -> Grade:
    if grade.weather in ("clear", "wind"):
        return grade
    grey = {"cloud": 0.75, "rain": 0.7, "snow": 0.6, "fog": 0.65}[grade.weather]
    lift = {"cloud": 0.0, "rain": -0.07, "snow": 0.05, "fog": 0.03}[grade.weather] * (0.4 if grade.night else 1.0)
    grade = _each(grade, lambda c: tone(c, lift, grey if lightness(c) > 0.35 else 0.92), ("accent", "lamp", "shadow"))
    veil = {"cloud": 0.2, "rain": 0.25, "snow": 0.25, "fog": 0.6}[grade.weather]
    return replace(
        grade,
        sky_top=mix(grade.sky_top, grade.haze, veil),
        sky_mid=mix(grade.sky_mid, grade.haze, veil),
        sky_low=mix(grade.sky_low, grade.haze, veil * 0.7),
        shadow=mix(grade.shadow, grade.haze, 0.12 if grade.weather == "fog" else 0.0),
        strength=grade.strength * {"cloud": 0.5, "rain": 0.55, "snow": 0.5, "fog": 0.4}[grade.weather],
    )


def _felt(grade: Grade, valence: float, arousal: float) -> Grade:
    """Glad is warm and full, grim is cold and drained; excitement adds colour."""

    def change(colour: Colour) -> Colour:
        light, a, b = oklab(colour)
        chroma = 1.0 + 0.16 * valence + 0.14 * arousal
        warm = 0.012 * valence
        return from_oklab(light + 0.015 * valence, a * chroma + warm * 0.5, b * chroma + warm)

    return _each(grade, change, ("lamp", "accent"))


def _toned(grade: Grade, palette: list[Colour], pull: float) -> Grade:
    """Every colour pulled towards the palette's colour of the same lightness, so that light and dark keep their places.

    Hue and fullness are pulled apart: half-way between two opposite hues lies a colour, not grey. What lies in shadow is pulled
    less, so that a warm palette keeps cool shadows to be warm against.
    """
    scale = sorted(palette, key=lightness)
    if len(scale) == 1:
        scale = [tone(scale[0], -0.35), scale[0], tone(scale[0], 0.3, 0.6)]

    def change(colour: Colour, by: float) -> Colour:
        light = lightness(colour)
        low, high = lightness(scale[0]), lightness(scale[-1])
        share = (light - low) / max(high - low, 0.05)
        _, a, b = oklab(ramp(scale, share))
        _, own_a, own_b = oklab(colour)
        new_a, new_b = own_a + (a - own_a) * by, own_b + (b - own_b) * by
        full = math.hypot(own_a, own_b) * (1 - by) + math.hypot(a, b) * by
        grown = min(full / max(math.hypot(new_a, new_b), 1e-4), 2.2)
        return from_oklab(light, new_a * grown, new_b * grown)

    cool = ("shadow", "fill", "sky_top")
    changed: dict[str, Any] = {
        name: change(getattr(grade, name), pull * (0.45 if name in cool else 1.0))
        for name in _COLOURS
        if name != "accent"
    }
    return replace(grade, **changed)
