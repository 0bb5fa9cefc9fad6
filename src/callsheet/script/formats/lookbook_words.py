# ruff: noqa: E501
"""What pieces do in a lookbook, and its treatments, in both languages."""

from typing import Any

WORN = {
    "en": ("walks towards the camera across the stone courtyard", "turns once beside a pale wall, the cloth following", "sits on the courtyard steps, one hand on the stone",
           "leans at an old doorway, looking out of the picture", "crosses the city street, long shadow ahead", "stands on a rooftop above the city in the wind",
           "walks away along the street and looks back", "waits at a window in a bright room", "steps down a wide staircase", "stops under a tree in the courtyard, leaves moving"),
    "zh": ("穿过石头庭院向镜头走来", "在浅色的墙边转了一圈，衣料慢半拍跟上", "坐在庭院台阶上，一只手搭着石头", "靠在老门边，望向画外", "走过城市街道，长长的影子在前面", "站在城市天台的风里",
           "沿街道走远，又回头看", "在明亮房间的窗前等着", "走下宽宽的楼梯", "停在庭院的树下，叶子在动"),
}  # fmt: skip

SHOWN = {
    "en": ("on a pale stone ledge, light from the left, one long shadow", "on a wooden table by the window, sun crossing slowly", "before a plain backdrop in the studio, turning a little",
           "seen from above on a linen cloth, a leaf beside it", "on a shelf beside a glass of water, soft daylight", "held in two hands in front of a bright window"),
    "zh": ("放在浅色石台上，左侧来光，一道长影", "放在窗边木桌上，阳光慢慢移过", "在影棚素净背景前微微转动", "俯看平放在亚麻布上，旁边一片叶子", "放在架子上，旁边一杯水，柔和的日光", "被双手捧在明亮的窗前"),
}  # fmt: skip

TEXT: dict[str, dict[str, Any]] = {
    "en": {"wears": "{who} in {item} {does}.", "shows": "{item} {does}.", "detail": "Tight on {item}: {part}, light moving over the surface.", "part": "the surface and the edge", "and": "and {n} more",
           "rhythm": ("On the beat", "Every piece gets the same time and the same respect.", "name > piece, piece, piece > all > call", "graphic, even, musical",
                      "{n} even shots of about {s:.1f} s; locked frames; names on screen, almost no voice"),
           "hours": ("One day, {k} changes", "Wear the pieces through a day, from first light to night.", "dawn > morning > day > dusk > night > call", "warm, moving, lived-in",
                     "{n} longer shots of about {s:.1f} s; the camera walks along; a voice names what each piece is"),
           "touch": ("Cloth first", "Begin on the material, then let the whole be seen.", "close > whole, close > whole > call", "quiet, tactile, precise",
                     "{n} shots in pairs of about {s:.1f} s; macro, then full; sparse voice")},
    "zh": {"wears": "{who}身穿{item}，{does}。", "shows": "{item}，{does}。", "detail": "贴近{item}：{part}，光从表面移过。", "part": "表面与边缘", "and": "还有{n}款",
           "rhythm": ("踩点", "每一件都得到同样的时间和同样的尊重。", "名字 > 一件一件又一件 > 合集 > 行动", "平面感、均匀、有节奏", "{n}个等长镜头，约{s:.1f}秒；固定机位；名字上屏，几乎没有旁白"),
           "hours": ("一天，{k}次换装", "从清晨到夜里，穿着它们过完一天。", "清晨 > 早晨 > 白天 > 黄昏 > 夜 > 行动", "温暖、流动、有生活", "{n}个较长镜头，约{s:.1f}秒；镜头跟着走；旁白说出每件是什么"),
           "touch": ("先看面料", "从材质开始，再看见全身。", "近 > 全，近 > 全 > 行动", "安静、有触感、精准", "{n}个成对镜头，约{s:.1f}秒；先微距再全身；旁白很少")},
}  # fmt: skip
