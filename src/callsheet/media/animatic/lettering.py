"""Lettering that a shot orders: a plain board in the scene, hung where people and text on screen leave room, its words well set."""

from dataclasses import dataclass
from functools import partial

import skia

from callsheet.media.animatic.axis import looks_right
from callsheet.media.animatic.colour import fade, mix
from callsheet.media.animatic.reading import read
from callsheet.media.animatic.scenes.choice import choose
from callsheet.media.animatic.shapes import glow, paint, stroke
from callsheet.media.animatic.stage import Stage, View
from callsheet.media.type.fonts import require_glyphs
from callsheet.media.type.ink import draw_text, measure
from callsheet.media.type.layout import break_lines, units
from callsheet.media.type.phrases import clean, join, tokens
from callsheet.media.type.setting import Setting
from callsheet.media.type.voices import is_set_wide

_DEPTH = 0.8
"""Behind the people, in front of the place: it moves a little less than they do."""
_LARGEST, _SMALLEST, _STEP = 0.11, 0.026, 0.94
"""Type sizes as shares of the short side."""
_ROWS = 3
"""Lines that one text is set on at most, while its size allows."""
_PAD, _GAP = 0.55, 0.45
"""Air around the words and between two texts, in em."""


@dataclass(frozen=True)
class _Row:
    text: str
    setting: Setting
    width: float
    """In em."""
    first: bool
    """Whether a text begins with it."""


class Lettering:
    """The board of one stage. Nothing is drawn where none was ordered, or where a picture of the shot itself was supplied."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._board: skia.Picture | None = None
        order = stage.order
        kind = choose(order, [still.role for still in stage.stills])
        if not order.lettering or any(still.role in ("image", "first-frame") for still in stage.stills):
            return
        for words in order.lettering:
            require_glyphs(words, order.code, role="display", language=order.language)
        self._hung = kind not in ("graphic", "product")
        room, self._right = self._room(kind)
        # Rods from above would run through what stands higher.
        self._rods = (read(order).interior or kind in ("still", "space")) and room.top() < 0.2 * stage.height
        self._size, self._rows = self._set(room)
        self._box = self._boxed(room)
        recorder = skia.PictureRecorder()
        self._draw(recorder.beginRecording(skia.Rect.MakeWH(4 * stage.width, 4 * stage.height)))
        self._board = recorder.finishRecordingAsPicture()

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the board where the camera sees it."""
        if self._board is None:
            return
        with self._stage.layer(canvas, view, _DEPTH):
            canvas.translate(-1.5 * self._stage.width, -1.5 * self._stage.height)
            canvas.drawPicture(self._board)

    def _room(self, kind: str) -> tuple[skia.Rect, bool]:
        """Where the board may stand, in pixels, and whether that is on the right: out of the way of supers, captions and the lead."""
        stage = self._stage
        actors, free = read(stage.order).actors, stage.calm.isEmpty()
        right = not free or not actors or looks_right(actors[0].who)
        near = bool(actors) and stage.order.camera.size in ("medium", "close", "extreme-close")
        if kind == "graphic":  # text on screen has the middle of a card
            left, top, across, down = (0.08, 0.1, 0.84, 0.18) if stage.portrait else (0.56, 0.08, 0.38, 0.3)
        elif kind == "product":  # the thing stands in the middle, or beside the text: its label
            left, top, across, down = (
                (0.2, 0.5, 0.6, 0.18) if stage.portrait else (0.7, 0.08 if free else 0.5, 0.26, 0.3)
            )
        elif stage.portrait:  # heads are high, captions low
            top, down = (0.5 if free else 0.54, 0.15) if near else (0.1 if free else 0.37, 0.24)
            left, across = (0.44 if right else 0.12), 0.44
        else:
            across, down = (0.25 if actors else 0.32), 0.46
            left, top = (0.94 - across if right else 0.06), 0.08
        room = skia.Rect.MakeXYWH(left * stage.width, top * stage.height, across * stage.width, down * stage.height)
        return room, right

    def _set(self, room: skia.Rect) -> tuple[float, list[_Row]]:
        """The largest size at which every text stands whole in the room, and its rows."""
        unit = self._stage.unit
        size = _LARGEST * unit
        while True:
            last = size <= _SMALLEST * unit
            rows = self._broken(room.width() / size - 2 * _PAD, tear=last)
            if rows is not None and (last or self._high(rows) * size <= room.height()):
                return size, rows
            size = max(size * _STEP, _SMALLEST * unit)

    def _broken(self, across: float, tear: bool) -> list[_Row] | None:
        """All texts in rows of at most `across` em; None when one does not fit. `tear` breaks words that are too long, at any number of rows."""
        language = self._stage.order.language
        rows: list[_Row] = []
        for text in self._stage.order.lettering:
            wide = is_set_wide(text)
            setting = Setting("display", weight=680, cjk_weight=700, tracking=0.03 if wide else 0.01, language=language)
            how = partial(measure, setting=setting)
            words = units(clean(text), language, how, across)
            if not tear and words != tokens(clean(text), language):
                return None
            found = break_lines(words, how, across, len(text) if tear else _ROWS)
            if found is None:
                return None
            for number, line in enumerate(found[1]):
                told = join(line)
                rows.append(_Row(told, setting, measure(told, setting), not number))
        return rows

    def _high(self, rows: list[_Row]) -> float:
        """The board's height in em."""
        return 2 * _PAD + sum(_pitch(row) for row in rows) + _GAP * sum(row.first for row in rows[1:])

    def _boxed(self, room: skia.Rect) -> skia.Rect:
        """The board, in pixels: no larger than its words need, at the side of its room from which it hangs."""
        wide = (max(row.width for row in self._rows) + 2 * _PAD) * self._size
        high = self._high(self._rows) * self._size
        left = room.right() - wide if self._right else room.left()
        if not self._hung:
            left = room.centerX() - wide / 2
        return skia.Rect.MakeXYWH(left, room.top() + self._drop(), wide, high)

    def _drop(self) -> float:
        return 0.05 * self._stage.unit if self._hung else 0.0

    def _draw(self, canvas: skia.Canvas) -> None:
        """The board with what it hangs from, its shadow and its words, in a space that begins well beyond the frame's corner."""
        canvas.translate(1.5 * self._stage.width, 1.5 * self._stage.height)
        grade, box, unit = self._stage.grade, self._box, self._stage.unit
        lit = grade.night
        metal = mix(grade.shadow, 0xFF15181C, 0.6)
        if self._hung:
            self._hang(canvas, metal)
        corner = 0.012 * unit
        blur = skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 0.012 * unit)
        shadow = paint(fade(grade.shadow, 0.45))
        shadow.setMaskFilter(blur)
        canvas.drawRoundRect(box.makeOffset(0.004 * unit, 0.01 * unit), corner, corner, shadow)
        if lit:
            glow(canvas, box.centerX(), box.centerY(), 0.75 * max(box.width(), box.height()), grade.lamp, 0.35)
        panel = mix(grade.shadow, 0xFF0E1116, 0.5) if lit else mix(grade.key, 0xFFFFFFFF, 0.82)
        ink = mix(grade.lamp, 0xFFFFFFFF, 0.72) if lit else mix(grade.shadow, 0xFF101317, 0.6)
        canvas.drawRoundRect(box, corner, corner, paint(panel))
        inset = box.makeInset(0.2 * self._size, 0.2 * self._size)
        canvas.drawRoundRect(inset, 0.6 * corner, 0.6 * corner, stroke(fade(ink, 0.55), 0.028 * self._size))
        y = box.top() + _PAD * self._size
        for number, row in enumerate(self._rows):
            if number and row.first:
                y += _GAP / 2 * self._size
                rule = 0.35 * min(self._rows[number - 1].width, row.width) * self._size
                canvas.drawLine(
                    box.centerX() - rule, y, box.centerX() + rule, y, stroke(fade(ink, 0.4), 0.028 * self._size)
                )
                y += _GAP / 2 * self._size
            high = _pitch(row)
            baseline = y + (0.5 * high + (0.37 if high > 1.1 else 0.35)) * self._size
            x = box.centerX() - row.width * self._size / 2
            draw_text(canvas, row.text, row.setting, self._size, x, baseline, paint(ink))
            y += high * self._size

    def _hang(self, canvas: skia.Canvas, metal: int) -> None:
        """Two rods from above, or an arm that reaches in from beside the frame, with two hooks."""
        box, unit = self._box, self._stage.unit
        thick = 0.008 * unit
        if self._rods:
            for share in (0.18, 0.82):
                x = box.left() + share * box.width()
                canvas.drawLine(x, -self._stage.height, x, box.top(), stroke(metal, thick))
            return
        y = box.top() - self._drop()
        inner = box.left() if self._right else box.right()
        outer = 1.5 * self._stage.width if self._right else -0.5 * self._stage.width
        back = 0.04 * unit * (-1 if self._right else 1)
        canvas.drawLine(inner + back, y, outer, y, stroke(metal, 1.6 * thick))
        for share in (0.18, 0.82):
            x = box.left() + share * box.width()
            canvas.drawLine(x, y, x, box.top(), stroke(metal, thick))


def _pitch(row: _Row) -> float:
    """A row's height in em; full-width characters need more."""
    return 1.24 if is_set_wide(row.text) else 1.02
