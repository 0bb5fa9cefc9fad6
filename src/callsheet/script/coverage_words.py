# ruff: noqa: E501
"""The words by which scenes are covered: what action names, and how pictures of talk are put."""

import re

from callsheet.film.shot import Ambience, Weather

THINGS: dict[str, tuple[str, str, str, str]] = {
    "letter": ("letter", "信", r"letters?|envelopes?", r"信封|信纸|一封信|那封信|信(?=[，。上里])"), "phone": ("phone", "手机", r"phones?|smartphone", r"手机|电话"),
    "key": ("key", "钥匙", r"keys?", r"钥匙"), "photo": ("photograph", "照片", r"photos?|photographs?|picture frame", r"照片|相片|合影"),
    "bowl": ("bowl", "碗", r"bowls?", r"碗"), "cup": ("cup", "杯子", r"cups?|mugs?", r"杯子|茶杯|水杯|酒杯"), "bag": ("bag", "包", r"(?:paper |hand)?bags?|backpack", r"书包|布包|背包|纸袋|袋子"),
    "umbrella": ("umbrella", "雨伞", r"umbrellas?", r"伞"), "lantern": ("lantern", "灯笼", r"lanterns?", r"灯笼"), "knife": ("knife", "刀", r"kni(?:fe|ves)", r"菜刀|小刀|刀(?=[，。])"),
    "ring": ("ring", "戒指", r"ring(?=[ .,])", r"戒指"), "book": ("book", "书", r"books?|notebook|diary|ledger", r"笔记本|日记|账本|书(?=[，。上])"),
    "ticket": ("ticket", "车票", r"tickets?", r"车票|船票|票根|票(?=[，。])"), "box": ("box", "盒子", r"box(?:es)?|parcel|package", r"盒子|箱子|木盒|铁盒|包裹"),
    "money": ("banknotes", "钱", r"money|coins?|banknotes?|bills", r"硬币|钞票|零钱|纸币"), "watch": ("watch", "手表", r"(?:wrist|pocket )?watch(?=[ .,])|clock", r"手表|怀表|挂钟|闹钟"),
    "flower": ("flowers", "花", r"flowers?|bouquet|roses?", r"花束|鲜花|玫瑰|一朵花"), "candle": ("candle", "蜡烛", r"candles?", r"蜡烛"), "bottle": ("bottle", "瓶子", r"bottles?", r"瓶子|酒瓶|汽水"),
    "guitar": ("guitar", "吉他", r"guitars?", r"吉他"), "sign": ("sign", "招牌", r"signs?(?=[ .,])", r"招牌|木牌|纸牌|牌子"), "radio": ("radio", "收音机", r"radios?", r"收音机"),
    "scarf": ("scarf", "围巾", r"scar(?:f|ves)", r"围巾"), "map": ("map", "地图", r"maps?(?=[ .,])", r"地图"), "toy": ("toy", "玩具", r"toys?|doll", r"玩具|布娃娃"),
}  # fmt: skip

WEATHERS: tuple[tuple[str, Weather], ...] = (
    (r"\b(?:rain\w*|drizzle|storm)\b|雨(?!伞|衣)", "rain"),
    (r"\bsnow\w*\b|雪", "snow"),
    (r"\b(?:fog|mist)\b|雾", "fog"),
    (r"\b(?:wind|windy|gust)\b|大风|狂风", "wind"),
)

SOUNDS: tuple[tuple[str, Ambience], ...] = (
    (r"\b(?:rain|storm)\b|雨", "rain"), (r"\b(?:sea|beach|harbou?r|shore|pier|boat)\b|海|码头|港", "sea"),
    (r"\b(?:market|diner|bar|restaurant|caf[eé]|noodle|station|crowd)\b|夜市|市场|面馆|餐|咖啡|车站|小吃|人群|集市", "crowd-murmur"),
    (r"\b(?:street|alley|road|bus|city|roof\w*)\b|街|巷|马路|路口|公交|城市|天台", "city"), (r"\b(?:forest|park|garden|field|village)\b|树林|公园|花园|田野|村", "birds"),
    (r"\b(?:mountain|desert|cliff|plain)\b|山|沙漠|悬崖|草原", "wind"), (r"\b(?:fire|campfire|hearth)\b|篝火|炉火", "fire"), (r"\b(?:room|kitchen|office|apartment|house|shop|ward)\b|房|屋|厨房|办公室|店|病房|家", "room"),
)  # fmt: skip

GLAD = re.compile(
    r"\b(?:laugh\w*|smil\w*|happy|joy\w*|hugs?|kiss\w*|bright|warm\w*|dance\w*|gently|softly)\b|笑|开心|高兴|拥抱|温暖|轻轻|暖",
    re.IGNORECASE,
)

GRIM = re.compile(
    r"\b(?:cr(?:y|ies|ying)|tears?|angry|anger|fear|afraid|dead|death|alone|cold|dark\w*|shout\w*|scream\w*|sorry|lost|silence|blood|never)\b|哭|泪|怒|怕|死|孤|冷|黑|喊|吼|对不起|沉默|失|痛|再也",
    re.IGNORECASE,
)

STRANGER = re.compile(
    r"^(?:An?|The) (?:[a-z-]+ ){0,2}(?:man|woman|boy|girl|child|stranger|figure|voice)\b|^(?:一个|一位|有个)"
)
"""Somebody enters whose name only the next cue tells."""

POSES = {"en": ((r"\bs(?:its?|at|itting|eated)\b|slides? into", "seated"), (r"\bst(?:ands?|ood|anding)\b|rises?|gets up", "standing"), (r"\bwalk\w*|steps?\b|enters?|comes in", "walking")),
          "zh": ((r"坐", "坐着"), (r"站|起身", "站着"), (r"走|进来|进门", "走着"))}  # fmt: skip

SAY = {
    "en": {
        "two": "{a} and {b} face each other {at}, {a} speaking{m}.", "over": "Over {b}'s shoulder, {a}{p} speaks {at}{m}.", "close": "Close on {a} {at}{m}, the background falling away.",
        "single": "{a}{p} speaks {at}{m}.", "react": "{b} listens without a word {at}, eyes on {a}.", "unseen": "{b} alone {at}, listening.", "empty": "{place}, nobody in sight.",
        "insert": "Insert: the {t}. {s}", "open": "{place}, {time}{w}.", "pair": "{a} and {b} {at} in one long view, talking{m}.", "last": "{a} stays {at} for a moment longer, saying nothing.",
    },
    "zh": {
        "two": "{at}，{a}和{b}面对面，{a}在说话{m}。", "over": "{at}，越过{b}的肩膀看{p}{a}说话{m}。", "close": "{at}，{a}的近景{m}，背景渐渐虚去。", "single": "{at}，{p}{a}在说话{m}。",
        "react": "{at}，{b}看着{a}，一言不发地听。", "unseen": "{at}，只有{b}一个人，静静听着。", "empty": "{place}，空无一人。", "insert": "{t}的特写：{s}", "open": "{time}，{place}{w}。",
        "pair": "{at}，{a}和{b}在同一个长镜头里说话{m}。", "last": "{at}，{a}又停了一会儿，什么也没说。",
    },
}  # fmt: skip

HOURS = {
    "en": {
        "dawn": "first light",
        "morning": "morning light",
        "day": "daylight",
        "dusk": "last light of the day",
        "night": "night",
    },
    "zh": {"dawn": "清晨", "morning": "早晨", "day": "白天", "dusk": "黄昏", "night": "夜里"},
}

FALLING = {"en": {"rain": ", rain falling", "snow": ", snow falling", "fog": ", fog in the air", "wind": ", wind blowing", "clear": "", "cloud": ", under clouds"},
            "zh": {"rain": "，下着雨", "snow": "，下着雪", "fog": "，起了雾", "wind": "，刮着风", "clear": "", "cloud": "，阴天"}}  # fmt: skip

SOMEBODY = re.compile(
    r"\b(?:man|woman|men|women|boy|girl|child|children|people|crowd|customers?|passengers?|guests?|strangers?|couple|waiter|driver|figure|somebody|someone)\b|客人|行人|路人|人群|孩子|男人|女人|老人|人影|顾客|有人",
    re.IGNORECASE,
)
"""People whom no cue names."""
