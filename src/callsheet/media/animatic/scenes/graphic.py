"""Text cards and explainers: a designed backdrop, a chart of the action's numbers, or an object as an icon; the text itself comes later."""

import re

import numpy as np
import skia

from callsheet.film.asset import Prop
from callsheet.media.animatic.objects.backdrops import DESIGNS, base, inks_for, veil
from callsheet.media.animatic.objects.charts import Chart, chart_in, paint_chart
from callsheet.media.animatic.objects.naming import build_object, kinds_in
from callsheet.media.animatic.objects.pixels import LINEAR
from callsheet.media.animatic.objects.sets import design
from callsheet.media.animatic.objects.turntable import Pose, Turntable
from callsheet.media.animatic.stage import Scene, Stage, View

_INK = re.compile(r"山水|水墨|江湖|古风|古代|王朝|侠|仙|宫|dynasty|ink|calligraphy|scroll", re.IGNORECASE)
_TITLE = re.compile(r"title|chapter|episode|片名|标题|第.{1,3}[集章回幕]", re.IGNORECASE)
_WORDS: tuple[tuple[str, str], ...] = (
    ("water", "lake rain water sea river pond tide drop calm still 湖 雨 水 海 河 潮 平静"),
    ("slabs", "thick wall stone heavy solid weight layer stack strong excuse patience 厚 墙 石 重 结实 层"),
    ("sun", "sun sunrise morning dawn hope new warm summer begin 太阳 日出 早晨 希望 温暖 夏 开始"),
    ("paper", "paper cut craft story kids children 剪纸 纸 手作 童"),
    ("rings", "signal pulse energy wave sound music launch network connect focus 信号 能量 声波 音乐 发布 连接"),
    ("ribbons", "silk flow ribbon smooth fabric fashion elegant 丝 流动 飘 时尚 优雅 柔"),
    ("bokeh", "lights night party celebrate dream festive 灯 夜 庆 梦 节日"),
    (
        "grid",
        "diagram plan system process step how data technical engineer architecture grid blueprint 图表 系统 流程 步骤 技术 数据 架构 原理",
    ),
    ("gradient", "brand logo end card closing offer colour gradient 品牌 结尾 优惠 标志"),
)


def build(stage: Stage) -> Scene:
    """The card of an order: which design its words, language and tone ask for, else one drawn by the recipe."""
    order = stage.order
    chart = chart_in(order.action) if order.text_room != "all" else None
    prop = order.props[0][1] if order.props else None
    named = prop is not None or any(kind != "form" for _, _, kind in kinds_in(order.action))
    icon = named and chart is None and order.text_room != "all" and not _TITLE.search(order.action)
    return GraphicScene(
        stage,
        design_for(stage, chart is not None or icon),
        chart,
        (prop or Prop(name=order.action[:60])) if icon else None,
    )


def design_for(stage: Stage, with_figure: bool) -> str:
    """The name of the backdrop in `DESIGNS`."""
    order = stage.order
    place = f"{order.location.name} {order.location.description}" if order.location else ""
    text = f"{order.action} {place}".lower()
    if _INK.search(text) or (order.language.startswith("zh") and _TITLE.search(text)):
        return "ink"
    if with_figure:
        return "grid" if stage.rng("figure").random() < 0.6 else "gradient"
    said = order.action.lower()
    for name, words in _WORDS:
        if any(
            (word in said if not word.isascii() else re.search(rf"\b{word}(?:s|ed|ing|y)?\b", said))
            for word in words.split()
        ):
            return name
    tone = order.look.type_tone if order.look else "modern"
    by_tone = {
        "modern": ("gradient", "rings", "paper", "sun"),
        "elegant": ("ribbons", "gradient", "bokeh"),
        "bold": ("paper", "slabs", "sun"),
        "editorial": ("gradient", "paper", "sun"),
    }
    names = by_tone[tone]
    return names[int(stage.rng("design").integers(len(names)))]


class GraphicScene:
    """A backdrop, and what stands on it."""

    def __init__(self, stage: Stage, name: str, chart: Chart | None, prop: Prop | None) -> None:
        self.stage, self.name, self.chart = stage, name, chart
        self.inks = inks_for(stage, paper=name == "ink")
        self.base = base(stage, self.inks)
        self.draw = DESIGNS[name](stage, self.inks)
        self.veil = veil(stage, self.inks)
        self.place = self._figure_place()
        self.table: Turntable | None = None
        if prop is not None:
            _, solid = build_object(prop, stage.grade.accent, stage.order.action)
            main = np.median(solid.meshes[0].colour, axis=0)
            self.table = Turntable(solid, design(stage, "cyc", (float(main[0]), float(main[1]), float(main[2]))).rig)

    def _figure_place(self) -> skia.Rect:
        """Where a chart or icon stands: the middle of what is free of text."""
        stage, calm = self.stage, self.stage.calm
        left = calm.right() if not calm.isEmpty() and not stage.portrait else 0.0
        top = calm.bottom() if not calm.isEmpty() and stage.portrait else 0.0
        free = skia.Rect.MakeLTRB(left * stage.width, top * stage.height, stage.width, stage.height)
        size = min(free.width() * 0.72, free.height() * 0.56)
        return skia.Rect.MakeXYWH(free.centerX() - size / 2, free.centerY() - size / 2, size, size)

    def paint(self, canvas: skia.Canvas, view: View) -> None:
        """Paint the frame."""
        stage, inks = self.stage, self.inks
        canvas.drawImageRect(self.base, stage.bounds, LINEAR)
        self.draw(canvas, view)
        if self.veil is not None:
            canvas.drawImageRect(self.veil, stage.bounds, LINEAR)
        if self.chart is not None:
            spot = stage.matrix(view, 1.0).mapXY(self.place.left(), self.place.top())
            ink = 0xFFFFFFFF if inks.dark else 0xFF1C2230
            wide = self.place.width() * (1.15 if self.chart.kind in ("bars", "line") else 1.0)
            tall = self.place.height() * (0.72 if self.chart.kind in ("bars", "line") else 1.0)
            place = skia.Rect.MakeXYWH(
                spot.x() + (self.place.width() - wide) / 2, spot.y() + (self.place.height() - tall) / 2, wide, tall
            )
            paint_chart(canvas, self.chart, place, view.progress, ink, inks.accent)
        if self.table is not None:
            self._paint_icon(canvas, view, self.table)

    def _paint_icon(self, canvas: skia.Canvas, view: View, table: Turntable) -> None:
        stage = self.stage
        centre = stage.matrix(view, 1.0).mapXY(self.place.centerX(), self.place.centerY())
        size = self.place.width() * 0.5 * view.zoom
        enter = 1 - (1 - min(view.progress / 0.2 + 0.2, 1.0)) ** 4
        canvas.drawCircle(
            centre.x(),
            centre.y(),
            size * enter,
            skia.Paint(AntiAlias=True, Color=self.inks.light, Alphaf=0.14 if self.inks.dark else 0.6),
        )
        sharp, reach = 1.9, size * 0.80
        buffer = skia.Surface(int(2 * reach * sharp), int(2 * reach * sharp))
        solid = table.solid
        scale = reach * 1.5 * sharp
        middle = buffer.height() / 2 + solid.height * 0.5 * scale * 0.97
        turn = solid.yaw + 0.5 * (view.progress - 0.5)
        table.draw(buffer.getCanvas(), Pose(turn, 0.16, 0.6 * (view.progress - 0.5), scale, buffer.width() / 2, middle))
        shade = skia.Paint(
            AntiAlias=True, Color=0x38000000, MaskFilter=skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, size * 0.03)
        )
        foot = centre.y() + solid.height * 0.5 * scale / sharp
        canvas.drawOval(
            skia.Rect.MakeLTRB(
                centre.x() - size * 0.5, foot - size * 0.05, centre.x() + size * 0.5, foot + size * 0.06
            ),
            shade,
        )
        canvas.drawImageRect(
            buffer.makeImageSnapshot(),
            skia.Rect.MakeLTRB(centre.x() - reach, centre.y() - reach, centre.x() + reach, centre.y() + reach),
            LINEAR,
        )
