# ruff: noqa: E501
"""Likenesses as pictures: what a thing is likened to, seen for itself in a place; only those that a camera could find."""

import re
from dataclasses import dataclass
from typing import Literal

from callsheet.film.shot import UseCase
from callsheet.script.words import Tongue, ended

Bearing = Literal["scene", "place"]


@dataclass(frozen=True)
class Likeness:
    """A picture of a likeness."""

    action: str
    use_case: UseCase


_SCENES: dict[Tongue, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"\blake\b.*\b(?:rain|storm)", "A still lake under dark clouds, the first drops ring the water"),
        (r"\blake\b", "A still lake at first light, hills upside down in the water"),
        (r"\b(?:sea|ocean|tide|waves?)\b", "A wide grey-blue sea, one long wave running in to the shore"),
        (r"\b(?:spring|brook|stream)\b(?! of)", "A clear stream runs over smooth stones in a green valley"),
        (r"\briver\b", "A wide river bends through low hills, light moving on the water"),
        (r"\b(?:waterfall)\b", "A thin waterfall drops past dark rock into a pool"),
        (r"\b(?:first snow|snow(?:fall|flakes?)?)\b", "Snow falls on a quiet field, large slow flakes, a line of trees behind"),
        (r"\b(?:thunder|lightning|storm)\b", "A storm over a dark plain, one bright stroke between the clouds"),
        (r"\brain\b", "Rain on a dark pond, ring beside ring on the water"),
        (r"\b(?:sunrise|dawn|morning sun)\b", "The sun comes up behind low hills, mist in the valley"),
        (r"\b(?:sunset|evening sun)\b", "The sun goes down behind the sea, a long red line on the water"),
        (r"\bmoon\b", "The moon over a dark field, thin clouds passing in front of it"),
        (r"\b(?:night sky|stars?|starlight)\b", "A wide night sky full of stars over a black line of hills"),
        (r"\bmountains?\b", "A mountain stands clear above a sea of cloud, first light on its top"),
        (r"\b(?:forest|woods)\b", "A tall quiet forest, sunbeams slanting through the mist between the trunks"),
        (r"\b(?:meadow|field)\b", "A wide meadow, the wind running through the grass"),
        (r"\bclouds?\b", "One white cloud drifts across a blue sky over green hills"),
        (r"\b(?:camp ?fire|hearth|fireplace|fire|ember)\b", "A small fire burns in a stone hearth, sparks rising into the dark"),
        (r"\bdesert\b", "Long dunes in low sun, sand blowing off one ridge"),
    ),
    "zh": (
        (r"湖.*雨|雨.*湖", "乌云低垂的静湖，第一阵雨点在水面荡开圈圈涟漪"), (r"湖", "清晨的静湖，远山倒映在水里"), (r"山泉|泉水|溪", "一股清亮的山泉流过青苔石头，水细而不断"),
        (r"瀑布", "一线瀑布贴着深色岩壁落进水潭"), (r"大海|海水|海浪|潮水", "开阔的灰蓝色大海，一道长浪缓缓推向岸边"), (r"江|河", "宽阔的河在矮山间转弯，光在水面上移动"),
        (r"初雪|雪花|下雪|落雪", "雪落在安静的田野上，大片雪花缓缓飘下"), (r"春雨|细雨|下雨|雨", "细雨落在深色池塘上，一圈圈水纹连着水纹"), (r"日出|朝阳|晨光", "太阳从矮山后升起，山谷里浮着薄雾"),
        (r"夕阳|晚霞|落日", "夕阳落向海面，水上一条长长的红光"), (r"月亮|月光|明月", "月亮升在深色田野上，薄云从前面飘过"), (r"星空|星星|繁星", "一整片星空压在黑色山脊上"),
        (r"森林|树林|林间", "高大安静的森林，阳光斜穿过树干间的薄雾"), (r"草原|草地|田野", "开阔的草地，风一层层吹过草尖"), (r"云朵|白云|云", "一朵白云在青山上空慢慢飘过"),
        (r"暖火|炉火|篝火|火", "石头炉膛里一团小火，火星升进黑暗"), (r"山峰|高山|大山", "一座山立在云海之上，峰顶落着第一缕光"), (r"春风|微风", "一阵风吹过开花的枝头，花瓣轻轻落下"),
    ),
}  # fmt: skip
_THINGS: dict[Tongue, tuple[tuple[str, str], ...]] = {
    "en": (
        (r"swans?|ducks?|geese", "on still water in thin mist"), (r"skaters?", "on a frozen lake, seen from above"), (r"child(?:ren)?|kids?|bab(?:y|ies)", "in a garden in the afternoon sun"),
        (r"cats?|kittens?", "on a window sill, one street lamp outside"), (r"dogs?|pupp(?:y|ies)", "on a rug by a window, breathing slowly"), (r"birds?|swallows?|gulls?|eagles?", "against a wide pale sky"),
        (r"horses?|deer|fox(?:es)?|sheep", "in an open field, low sun behind"), (r"fish|whales?|dolphins?", "in clear blue water, light from above"), (r"butterfl(?:y|ies)|bees?", "on a flower in a sunny garden"),
        (r"letters?|books?|maps?", "on a wooden table in window light"), (r"stair(?:case|s|way)?|ladders?", "standing alone in a bright hall, light falling through it"), (r"houses?|cottages?", "on a hill under a wide sky"),
        (r"gloves?|scar(?:f|ves)|blankets?|pillows?|feathers?|silk|velvet", "on a wooden chair, soft side light"), (r"candles?|lanterns?|lamps?", "in a dark room, its light on the wall"), (r"ships?|boats?|sails?", "far out on a calm sea"),
        (r"trains?|tracks?|bicycles?|cars?", "crossing a wide landscape, low sun behind"), (r"bridges?|lighthouses?|towers?|castles?|cathedrals?", "above the water at first light"), (r"trees?|oaks?|willows?", "alone in an open field"),
        (r"flowers?|roses?|petals?|leaf|leaves", "in a garden, drops of water on them"), (r"stones?|pebbles?|rocks?", "on a quiet beach, wet from the last wave"), (r"dancers?|ballerinas?|violins?|pianos?|orchestras?", "on an empty stage, one light from above"),
        (r"bulbs?|mirrors?|clocks?|keys?|coins?|balloons?|kites?|umbrellas?", "alone in a bright room, long shadow on the floor"), (r"grandmothers?|mothers?|fathers?|friends?", "at a kitchen table in the evening light"),
    ),
    "zh": (
        (r"天鹅|鸭子", "在薄雾的静水上"), (r"小猫|猫咪?", "卧在窗台上，窗外一盏路灯"), (r"小狗|狗", "睡在窗边的地毯上"), (r"飞鸟|小鸟|鸟|燕子|鹰", "在开阔的淡色天空里"), (r"孩子|小孩|婴儿", "在午后阳光的院子里"),
        (r"手套|围巾|被子|毯子|枕头|羽毛|丝绸", "静静放在木椅上，柔和侧光"), (r"地图|书信|信|书本", "摊开在木桌上，窗光斜照"), (r"灯笼|蜡烛|灯塔", "在黑夜里亮着，光落在四周"), (r"小船|船|帆", "在平静的海面远处"),
        (r"列车|火车|自行车", "穿过开阔的田野，低低的太阳在后"), (r"大树|老树|柳树|竹子", "独自立在旷野里，风吹过枝叶"), (r"花朵|花瓣|花|叶子", "在院子里，沾着水珠"), (r"石头|鹅卵石", "在安静的海滩上，刚被浪打湿"), (r"镜子|钥匙|气球|风筝|雨伞", "在明亮的空屋里，影子长长地落在地上"),
    ),
}  # fmt: skip
_ABSTRACT = re.compile(
    r"\b(?:invisible|excuse|idea|promise|secret|thought|memory|memories|dream|joke|nothing|never|imagine)\b|看不见|秘密|承诺|借口|回忆|梦",
    re.IGNORECASE,
)
_LEAD = {
    "en": re.compile(r"^(?:like|as if|as though|as \w+ as)\s+", re.IGNORECASE),
    "zh": re.compile(r"^(?:就像|好像|仿佛|犹如|宛如|如同|好比|像)|(?:一样|一般|似的|那样|那么.{1,2})$"),
}


def pictured(likeness: str, language: Tongue) -> Likeness | None:
    """The picture of a likeness, the thing itself in a place; None for jokes and thoughts, which no camera finds."""
    bare = _LEAD[language].sub("", likeness).strip(" .,，。")
    if not bare or _ABSTRACT.search(bare) or re.match(r"as (?:if|though)\b|仿佛", likeness, re.IGNORECASE):
        return None
    head = re.split(r"\b(?:who|that|which|in|on|at|of|with|before|after|just)\b", bare)[0] if language == "en" else bare
    for pattern, place in _THINGS[language]:
        if language == "zh":
            if re.search(pattern, bare):
                noun = re.sub(r"^(?:给.{1,4}套上|背着?|抱着?|盖上|穿上|有)", "", bare)
                return Likeness(ended(f"{noun}，{place}", "zh"), "stylised")
        elif re.search(rf"\b(?:{pattern})\b", head, re.IGNORECASE):
            return Likeness(ended(_thing(bare, place), "en"), "stylised")
    scene = next((s for p, s in _SCENES[language] if re.search(p, bare, re.IGNORECASE)), None)
    return Likeness(ended(scene, language), "landscape") if scene else None


def _thing(bare: str, place: str) -> str:
    """The likened thing as a noun phrase with its own place, or the place that things of its kind have."""
    words = re.sub(r"\s+(?:who|that|which)\s+(?:is|are|was|were)\s+", ", ", bare)
    words = words[:1].upper() + words[1:]
    return words if len(words.split()) > 11 else f"{words}, {place}"
