"""Setting a paragraph into a box, whatever the paragraph: wrap, then shrink, then split into pages. It never overflows.

Lines are chosen together, so that they come out of like length, break where the phrase breaks, and leave no widow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf

from callsheet.media.type.phrases import MUST, Token, graphemes, join, tokens

__all__ = ["Fit", "Measure", "break_lines", "fit", "units"]

Measure = Callable[[str], float]
"""The width of a text at size 1, so in em; it must not depend on anything else."""

_WIDOW = 0.9
_RAGGED = 1.6


@dataclass(frozen=True)
class Fit:
    """What fitted: at `size`, one or more `pages` of lines; each line is the tokens that stand on it."""

    size: float
    pages: tuple[tuple[tuple[Token, ...], ...], ...]


def units(text: str, language: str, measure: Measure, room: float) -> tuple[Token, ...]:
    """Tokens of `text`, the ones wider than `room` em cut between characters, so that every token fits."""
    out: list[Token] = []
    for token in tokens(text, language):
        if measure(token.text) <= room:
            out.append(token)
            continue
        start, run = token.start, ""
        for grapheme in graphemes(token.text):
            if run and measure(run + grapheme) > room:
                out.append(Token(run, start, False, 4.0))
                start, run = start + len(run), ""
            run += grapheme
        out.append(Token(run, start, token.space, token.cost))
    return tuple(out)


def break_lines(
    words: Sequence[Token], measure: Measure, room: float, lines: int, *, balance: float = 1.0
) -> tuple[float, tuple[tuple[Token, ...], ...]] | None:
    """The best way to set `words` on at most `lines` lines of `room` em, with its cost; None where it does not fit.

    Fewer lines win unless they force a break that tears a phrase. `balance` weighs even line lengths against phrase
    breaks.
    """
    words = tuple(words)
    if not words:
        return 0.0, ()
    forced = sum(1 for w in words[:-1] if w.cost == MUST)
    widths: dict[tuple[int, int], float] = {}

    def width(first: int, last: int) -> float:
        if (first, last) not in widths:
            widths[first, last] = measure(join(words[first : last + 1]))
        return widths[first, last]

    best: tuple[float, tuple[tuple[Token, ...], ...]] | None = None
    total = measure(join(words))
    for count in range(max(1, forced + 1), lines + 1):
        found = _best(words, width, room, count, total, balance)
        if found and (best is None or found[0] < best[0]):
            best = found
        if best and count > forced + 1 and not found:
            break
        # One more line must earn its place; two more never do.
        if best and len(best[1]) < count:
            break
    return best


def _best(
    words: tuple[Token, ...],
    width: Callable[[int, int], float],
    room: float,
    count: int,
    total: float,
    balance: float,
) -> tuple[float, tuple[tuple[Token, ...], ...]] | None:
    ideal = min(room, total / count)
    # state[k][i]: the cost of the best k lines that hold words[:i], and where its last line starts
    state: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for k in range(count):
        reached: dict[int, tuple[float, int]] = {}
        for first, (cost, _) in state[k].items():
            for last in range(first, len(words)):
                wide = width(first, last)
                if wide > room + 1e-6:
                    break
                closing = last + 1 == len(words)
                if closing != (k + 1 == count):
                    if words[last].cost == MUST:
                        break
                    continue
                price = cost + _RAGGED * balance * ((wide - ideal) / max(ideal, 1e-6)) ** 2
                if not closing and words[last].cost != MUST:
                    price += words[last].cost
                if closing and count > 1 and wide < 0.3 * ideal:
                    price += _WIDOW
                if price < reached.get(last + 1, (inf, 0))[0]:
                    reached[last + 1] = (price, first)
                if words[last].cost == MUST:
                    break
        state.append(reached)
    if len(words) not in state[count]:
        return None
    # Every further line costs a little, so that text stays on few lines where that is as good.
    cost = state[count][len(words)][0] + 0.35 * (count - 1)
    rows, end = [], len(words)
    for k in range(count, 0, -1):
        start = state[k][end][1]
        rows.append(words[start:end])
        end = start
    return cost, tuple(reversed(rows))


def fit(
    text: str,
    measure: Measure,
    *,
    width: float,
    height: float,
    size: float,
    smallest: float,
    leading: float,
    lines: int,
    language: str = "",
    bonds: Sequence[tuple[int, int]] = (),
) -> Fit:
    """Set `text` into a box of `width` x `height`, as big as `size` allows and never smaller than `smallest`.

    `leading`: the line pitch in em. `lines`: the most lines on a page. `bonds`: ranges of characters that should stay on one
    line. A text that does not fit at the smallest size is
    split into several pages at its best breaks.
    """
    if not text:
        return Fit(size, ())
    chosen: tuple[float, Fit] | None = None
    at = size
    while True:
        room = width / at
        rows = min(lines, max(1, int(height / (at * leading) + 1e-6)))
        words = _bound(units(text, language, measure, room), bonds)
        found = break_lines(words, measure, room, rows)
        if found:
            torn = sum(1.0 for line in found[1][:-1] if line[-1].cost > 1.5) + (
                0.6 if _widowed(found[1], measure) else 0.0
            )
            # Going smaller is worth it to keep a phrase whole, but not for a slightly better rag.
            price = torn * 0.9 + found[0] * 0.12 + 2.2 * (size / at - 1)
            if chosen is None or price < chosen[0]:
                chosen = (price, Fit(at, (found[1],)))
            if torn == 0:
                break
        if at <= smallest:
            break
        at = max(smallest, at * 0.955)
    if chosen:
        return chosen[1]
    return Fit(
        smallest,
        _pages(units(text, language, measure, width / smallest), measure, width, height, smallest, leading, lines),
    )


def _bound(words: tuple[Token, ...], bonds: Sequence[tuple[int, int]]) -> tuple[Token, ...]:
    """Words with a break inside a bond made dear."""
    if not bonds:
        return words
    return tuple(
        replace(w, cost=w.cost + 2.5)
        if w.cost >= 0 and any(first < w.start + len(w.text) < last for first, last in bonds)
        else w
        for w in words
    )


def _widowed(lines: tuple[tuple[Token, ...], ...], measure: Measure) -> bool:
    """Whether the last line is one short word under longer lines."""
    if len(lines) < 2 or len(lines[-1]) > 1 or lines[-2][-1].cost == MUST:
        return False
    return measure(join(lines[-1])) < 0.62 * max(measure(join(line)) for line in lines[:-1])


def _pages(
    words: tuple[Token, ...], measure: Measure, width: float, height: float, size: float, leading: float, lines: int
) -> tuple[tuple[tuple[Token, ...], ...], ...]:
    room, rows = width / size, min(lines, max(1, int(height / (size * leading) + 1e-6)))
    pages: list[tuple[tuple[Token, ...], ...]] = []
    rest = words
    while rest:
        best: tuple[float, int, tuple[tuple[Token, ...], ...]] | None = None
        for end in range(1, len(rest) + 1):
            head = (*rest[: end - 1], replace(rest[end - 1], cost=0.0))
            found = break_lines(head, measure, room, rows)
            if found is None:
                break
            spare = 1 - measure(join(head)) / (room * rows)
            cost = (0.0 if end == len(rest) else max(0.0, rest[end - 1].cost)) + 1.5 * max(0.0, spare)
            if best is None or cost <= best[0]:
                best = (cost, end, found[1])
        if best is None:
            raise AssertionError("a token wider than its line")
        pages.append(best[2])
        rest = rest[best[1] :]
    return tuple(pages)
