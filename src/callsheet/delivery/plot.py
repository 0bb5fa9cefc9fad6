"""The frontier as a small plot: what money buys, as one line that never falls. Plain SVG, drawn with the colours of the page."""

from callsheet.floor.quoted import Frontier

_WIDTH, _HEIGHT = 560, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 16, 16, 40


def plot(found: Frontier) -> str:
    """The plot; its numbers stand beside it on the page."""
    most = max(point.budget.micros for point in found.points) or 1
    high = max(float(found.of), max(point.bought for point in found.points)) or 1.0

    def x(micros: int) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * micros / most, 1)

    def y(bought: float) -> float:
        return round(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * bought / high, 1)

    first = found.points[0]
    steps = [f"M{x(first.budget.micros)} {y(first.bought)}"]
    steps += [f"H{x(point.budget.micros)}V{y(point.bought)}" for point in found.points[1:]]
    base, currency = y(0), first.budget.currency
    parts = [
        f'<svg class="frontier" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="What a budget buys: {found.measure} by {currency}">',
        f'<line class="axis" x1="{_LEFT}" y1="{base}" x2="{_WIDTH - _RIGHT}" y2="{base}"/>',
        *(_level(value, y(value)) for value in _levels(found.of)),
        f'<path class="buys" d="{"".join(steps)}"/>',
        *(_amount(micros, x(micros), base) for micros in (0, most // 2, most)),
        f'<text class="label" x="{_WIDTH - _RIGHT}" y="{_HEIGHT - 6}" text-anchor="end">budget, {currency}</text>',
        f'<text class="label" x="{_LEFT}" y="10">{found.measure}</text>',
    ]
    at = next((p for p in found.points if found.left is not None and p.budget.micros == found.left.micros), None)
    if at is not None:
        here, top = x(at.budget.micros), y(at.bought)
        anchor, shift = ("end", -6) if here > _WIDTH / 2 else ("start", 6)
        parts += [
            f'<line class="now" x1="{here}" y1="{_TOP}" x2="{here}" y2="{base}"/>',
            f'<circle class="now" cx="{here}" cy="{top}" r="4"/>',
            f'<text class="label now" x="{here + shift}" y="{base - 6}" text-anchor="{anchor}">what is left</text>',
        ]
    return "".join([*parts, "</svg>"])


def _levels(of: int) -> list[int]:
    """At most three levels above nothing, whole shots."""
    return sorted({of, of // 2} - {0})


def _level(value: int, at: float) -> str:
    return (
        f'<line class="grid" x1="{_LEFT}" y1="{at}" x2="{_WIDTH - _RIGHT}" y2="{at}"/>'
        f'<text class="tick" x="{_LEFT - 6}" y="{at + 4}" text-anchor="end">{value}</text>'
    )


def _amount(micros: int, at: float, base: float) -> str:
    whole, rest = divmod(round(micros / 10_000), 100)
    text = f"{whole}.{rest:02}" if rest else str(whole)
    anchor = "start" if not micros else "middle" if at < _WIDTH - 2 * _RIGHT - 20 else "end"
    return f'<text class="tick" x="{at}" y="{base + 16}" text-anchor="{anchor}">{text}</text>'
