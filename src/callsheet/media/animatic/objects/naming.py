"""From words to objects: which object a name means, which colour it has, and what is printed on it (English and Chinese)."""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from callsheet.film.asset import Prop
from callsheet.media.animatic.colour import Colour, oklab
from callsheet.media.animatic.objects import devices, garments, goods, vessels, wear
from callsheet.media.animatic.objects.solid import GOLD, STEEL, Rgb, Solid
from callsheet.media.animatic.objects.style import CREAM, Style

Builder = Callable[[Style], Solid]

OBJECTS: dict[str, tuple[Builder, str]] = {
    "teapot": (vessels.teapot, "teapot kettle 茶壶 紫砂壶 烧水壶 壶"),
    "cup": (vessels.cup, "cup mug coffee teacup espresso latte cappuccino tumbler tea matcha 杯子 茶杯 咖啡杯 马克杯 杯 咖啡 抹茶 奶茶 茶"),
    "bottle": (vessels.bottle, "bottle perfume fragrance serum lotion shampoo wine beer whisky oil sauce flask essence toner cologne sanitizer "
               "瓶子 水瓶 香水 精华 精华液 乳液 洗发水 酒 红酒 白酒 橄榄油 酱油 瓶 保温杯 保温壶 运动水壶 水壶 保温瓶 thermos 爽肤水 精油 护肤品"),
    "jar": (vessels.jar, "jar cream balm honey jam ointment moisturiser moisturizer pot-of-cream mask 罐子 面霜 霜 蜂蜜 果酱 药膏 膏 罐 面膜"),
    "can": (vessels.can, "can soda cola drink seltzer lemonade juice energy-drink 易拉罐 汽水 可乐 饮料 果汁 苏打水"),
    "package": (goods.package, "package pack box carton pouch cereal snack chocolate biscuits cookies beans parcel tin crisps tea-leaves "
                "包装 盒子 盒装 盒 零食 巧克力 饼干 咖啡豆 茶叶 包裹 快递"),
    "gift": (goods.gift, "gift present hamper gift-box 礼物 礼盒 礼品 礼包"),
    "bag": (wear.bag, "bag handbag tote purse backpack rucksack satchel clutch luggage suitcase "
        "包包 手提包 手袋 背包 书包 双肩包 托特包 帆布袋 皮包 包"),
    "shoe": (wear.shoe, "shoe sneaker trainer boot heel sandal loafer running-shoe footwear 鞋子 运动鞋 跑鞋 靴子 高跟鞋 凉鞋 皮鞋 鞋 靴 球鞋"),
    "dress": (garments.dress, "dress gown frock sundress qipao cheongsam hanfu jumpsuit lookbook outfit 连衣裙 裙子 旗袍 礼服 汉服 长裙 短裙 裙"),
    "coat": (garments.coat, "coat jacket blazer trench parka overcoat suit bomber outerwear tuxedo 大衣 外套 夹克 风衣 西装 羽绒服 西服 冲锋衣"),
    "shirt": (garments.shirt, "shirt blouse tee t-shirt top sweater jumper hoodie cardigan polo knitwear pullover kimono garment clothing clothes "
              "衬衫 衬衣 上衣 t恤 毛衣 卫衣 针织衫 开衫 衣服 服装 恤"),
    "trousers": (garments.trousers, "trousers pants jeans chinos leggings shorts 裤子 牛仔裤 长裤 裤 西裤"),
    "skirt": (garments.skirt, "skirt 半身裙 百褶裙 短裙 半裙"),
    "scarf": (garments.scarf, "scarf shawl muffler pashmina 围巾 披肩 丝巾"),
    "phone": (devices.phone, "phone smartphone mobile app iphone handset tablet application platform service website software "
              "手机 电话 应用 平板 软件 小程序 平台 网站 服务"),
    "laptop": (devices.laptop, "laptop computer notebook-computer pc monitor screen dashboard saas 笔记本电脑 电脑 屏幕 显示器 笔记本"),
    "watch": (devices.watch, "watch wristwatch smartwatch timepiece chronograph 手表 腕表 手环 表"),
    "headphones": (devices.headphones, "headphone headset earphone earbud speaker 耳机 头戴耳机 音箱"),
    "camera": (devices.camera, "camera 相机 照相机 摄像机"),
    "lamp": (vessels.lamp, "lamp lantern light-bulb bulb luminaire nightlight 台灯 灯 灯笼 灯具 夜灯"),
    "candle": (vessels.candle, "candle diffuser incense 蜡烛 香薰 香氛"),
    "book": (goods.book, "book novel journal notebook diary magazine textbook guide paperback 书 小说 日记 手账 杂志 课本 书籍 笔记"),
    "chair": (goods.chair, "chair armchair stool sofa seat couch 椅子 沙发 凳子 椅 座椅"),
    "plant": (vessels.plant, "plant pot flowerpot planter succulent monstera seedling fern 植物 盆栽 花盆 绿植 多肉 绿萝"),
    "bowl": (vessels.bowl, "bowl noodle ramen rice soup salad food meal dish plate dumpling pasta breakfast lunch dinner porridge hotpot "
             "碗 面条 拉面 米饭 汤 沙拉 面 饭 菜 饺子 粥 火锅 米粉 牛肉面 美食"),
    "ring": (wear.ring, "ring jewel jewellery jewelry diamond necklace bracelet earring pendant gem 戒指 珠宝 钻石 项链 手镯 耳环 首饰 钻戒"),
    "car": (goods.car, "car suv sedan vehicle automobile taxi coupe ev electric-car 汽车 轿车 车 电动车 跑车 新能源车"),
    "form": (goods.form, "product object thing 产品 商品"),
}  # fmt: skip
"""Kinds of objects: how to build each, and the words that mean it. For `form` these are words for anything at all."""

COLOURS: dict[str, Rgb] = {
    "red": (0.74, 0.13, 0.12), "crimson": (0.62, 0.07, 0.14), "scarlet": (0.82, 0.15, 0.08), "burgundy": (0.36, 0.06, 0.11),
    "wine-red": (0.38, 0.07, 0.13),
    "pink": (0.92, 0.58, 0.64), "blush": (0.93, 0.74, 0.70), "rose": (0.82, 0.42, 0.47), "coral": (0.94, 0.46, 0.36), "orange": (0.92, 0.46, 0.10),
    "terracotta": (0.72, 0.36, 0.24), "rust": (0.60, 0.27, 0.13), "amber": (0.80, 0.47, 0.08), "mustard": (0.80, 0.60, 0.14),
    "yellow": (0.95, 0.78, 0.18),
    "gold": (0.83, 0.64, 0.30), "cream": (0.94, 0.90, 0.81), "ivory": (0.95, 0.93, 0.86), "beige": (0.84, 0.76, 0.64), "sand": (0.82, 0.72, 0.56),
    "camel": (0.72, 0.53, 0.33), "tan": (0.72, 0.55, 0.38), "brown": (0.40, 0.25, 0.15), "chocolate": (0.27, 0.15, 0.10), "copper": (0.72,
    0.42, 0.28),
    "olive": (0.40, 0.41, 0.19), "sage": (0.58, 0.65, 0.52), "mint": (0.64, 0.83, 0.72), "emerald": (0.04, 0.42, 0.29), "jade": (0.16, 0.52, 0.40),
    "celadon": (0.62, 0.76, 0.68), "lime": (0.62, 0.80, 0.22), "green": (0.16, 0.44, 0.24), "teal": (0.06, 0.38, 0.40),
    "turquoise": (0.16, 0.66, 0.66),
    "cyan": (0.20, 0.68, 0.78), "sky": (0.50, 0.74, 0.90), "navy": (0.08, 0.13, 0.28), "cobalt": (0.08, 0.22, 0.60), "indigo": (0.20, 0.17, 0.45),
    "denim": (0.23, 0.33, 0.50), "blue": (0.14, 0.32, 0.62), "lavender": (0.70, 0.65, 0.86), "lilac": (0.76, 0.67, 0.84), "violet": (0.42,
    0.25, 0.62),
    "purple": (0.38, 0.17, 0.47), "plum": (0.35, 0.13, 0.28), "charcoal": (0.17, 0.18, 0.20), "graphite": (0.22, 0.23, 0.25),
    "black": (0.06, 0.06, 0.07),
    "silver": (0.74, 0.75, 0.78), "grey": (0.50, 0.51, 0.53), "gray": (0.50, 0.51, 0.53), "white": (0.95, 0.95, 0.94), "pearl": (0.93, 0.91, 0.89),
    "酒红": (0.38, 0.07, 0.13), "砖红": (0.66, 0.30, 0.20), "红": (0.74, 0.13, 0.12), "粉": (0.92, 0.62, 0.66), "橙": (0.92, 0.46, 0.10),
    "橘": (0.92, 0.46, 0.10),
    "金": (0.83, 0.64, 0.30), "黄": (0.95, 0.78, 0.18), "米": (0.90, 0.85, 0.74), "驼": (0.72, 0.53, 0.33), "棕": (0.40, 0.25, 0.15),
    "褐": (0.36, 0.22, 0.13),
    "咖啡色": (0.36, 0.22, 0.13), "墨绿": (0.07, 0.25, 0.19), "橄榄绿": (0.40, 0.41, 0.19), "薄荷": (0.64, 0.83, 0.72), "青": (0.16, 0.52,
    0.48), "绿": (0.16, 0.44, 0.24),
    "藏青": (0.08, 0.13, 0.28), "深蓝": (0.08, 0.15, 0.35), "天蓝": (0.50, 0.74, 0.90), "蓝": (0.14, 0.32, 0.62), "紫": (0.38, 0.17,
    0.47), "黑": (0.06, 0.06, 0.07),
    "银": (0.74, 0.75, 0.78), "灰": (0.50, 0.51, 0.53), "白": (0.95, 0.95, 0.94),
}  # fmt: skip
_OWN: dict[str, tuple[Rgb, ...]] = {
    "teapot": ((0.10, 0.34, 0.36), (0.70, 0.33, 0.22), (0.86, 0.82, 0.72)), "cup": ((0.90, 0.87, 0.80), (0.20, 0.32, 0.42), (0.66, 0.34, 0.24)),
    "bottle": ((0.45, 0.19, 0.07), (0.10, 0.30, 0.24), (0.15, 0.22, 0.40)), "jar": ((0.90, 0.83, 0.76), (0.55, 0.30, 0.36)),
    "bowl": ((0.16, 0.20, 0.26), (0.88, 0.84, 0.76)),
    "phone": ((0.13, 0.14, 0.17), (0.60, 0.62, 0.68)), "laptop": ((0.62, 0.63, 0.66), (0.22, 0.23, 0.26)), "plant": ((0.72, 0.42, 0.30),
    (0.88, 0.85, 0.80)),
    "candle": ((0.86, 0.78, 0.68), (0.22, 0.26, 0.26)), "watch": ((0.30, 0.18, 0.11), (0.08, 0.10, 0.16)), "ring": ((0.80, 0.90, 0.96),
    (0.10, 0.45, 0.36)),
    "headphones": ((0.14, 0.15, 0.18), (0.86, 0.82, 0.76)), "camera": ((0.10, 0.10, 0.11), (0.36, 0.22, 0.14)), "lamp": ((0.12, 0.30,
    0.30), (0.72, 0.40, 0.28)),
}  # fmt: skip
_ANY: tuple[Rgb, ...] = (
    (0.70, 0.27, 0.19),
    (0.11, 0.31, 0.38),
    (0.80, 0.60, 0.24),
    (0.30, 0.38, 0.24),
    (0.34, 0.20, 0.34),
    (0.18, 0.22, 0.33),
)
_CJK = re.compile(r"[㐀-鿿]")
_FILLER = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "for",
        "with",
        "in",
        "by",
        "new",
        "our",
        "your",
        "my",
        "hand",
        "handmade",
        "little",
        "small",
        "big",
        "best",
        "pro",
        "mini",
        "product",
    ]
)


@cache
def _entries() -> tuple[tuple[str, str], ...]:
    pairs = [(word, kind) for kind, (_, words) in OBJECTS.items() for word in words.split()]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def kinds_in(text: str) -> list[tuple[int, int, str]]:
    """Every object word in `text` as (start, end, kind), longest words first claiming their letters, in reading order."""
    rest, found = text.lower(), []
    for word, kind in _entries():
        spelled = re.escape(word).replace("\\-", "[ -]?")
        pattern = spelled if _CJK.search(word) else rf"(?<![a-z]){spelled}(?:s|es)?(?![a-z])"
        for match in re.finditer(pattern, rest):
            found.append((match.start(), match.end(), kind))
        rest = re.sub(pattern, lambda m: "\0" * len(m[0]), rest)
    return sorted(found)


def kind_of(name: str, description: str = "", action: str = "") -> str:
    """The kind of object a name means; its last object word counts, then the first one described, then the action's. `form` if none is known."""
    named = [kind for _, _, kind in kinds_in(name) if kind != "form"]
    if named:
        return named[-1]
    for text in (description, action):
        told = [kind for _, _, kind in kinds_in(text) if kind != "form"]
        if told:
            return told[0]
    return "form"


def colour_in(text: str) -> Rgb | None:
    """The first colour named in `text`; compounds such as `deep navy` are taken at their colour word."""
    lower = text.lower()
    best: tuple[int, int, str] | None = None
    for word in COLOURS:
        pattern = rf"(?<![a-z]){word}(?:en|ish)?(?![a-z])"
        if _CJK.search(word):
            # Rice and flour are words of their own: these two only mean a colour before another colour word.
            pattern = re.escape(word) + ("(?=[色红白黄紫蓝驼])" if word in "米粉" else "")
        match = re.search(pattern, lower)
        if match and (best is None or (match.start(), -len(word)) < best[:2]):
            best = (match.start(), -len(word), word)
    return COLOURS[best[2]] if best else None


def label_for(name: str) -> str:
    """What would be printed on the product: its name without the plain words for what it is. Empty for a nameless thing."""
    spans = [(start, end) for start, end, _ in kinds_in(name)]
    left = "".join(" " if any(s <= i < e for s, e in spans) else c for i, c in enumerate(name))
    if _CJK.search(left):
        kept = re.sub(r"[\s·，。、的]+", "", left)
        return kept[:6] if len(kept) > 1 else ""
    words = [w for w in re.findall(r"[\w'’&.-]+", left) if w.lower() not in _FILLER and colour_in(w) is None]
    named = [w for w in words if w[0].isupper() or w[0].isdigit()] or []
    label = ""
    for word in named:
        if len(label) + len(word) > 18:
            break
        label = f"{label} {word}".strip()
    return label


def to_rgb(colour: Colour) -> Rgb:
    """A 0xAARRGGBB colour as sRGB 0..1."""
    return (colour >> 16 & 255) / 255, (colour >> 8 & 255) / 255, (colour & 255) / 255


def style_for(prop: Prop, kind: str, accent: Colour, words: str = "") -> Style:
    """How a prop is dressed: its own colour when it has one, else the one its words name, else one that suits its kind."""
    text = f"{prop.name} {prop.description} {words}".lower()
    seed = int.from_bytes(sha256(f"{prop.name}|{prop.description}".encode()).digest()[:4], "big")
    if prop.colour:
        main = to_rgb(int(prop.colour[1:], 16))
    else:
        choices = _OWN.get(kind, _ANY)
        main = colour_in(prop.description) or colour_in(prop.name) or choices[seed % len(choices)]
    trim_gold = not any(word in text for word in ("silver", "chrome", "steel", "platinum", "银", "不锈钢", "铂"))
    bright = to_rgb(accent)
    light, a, b = oklab(accent)
    main_light, main_a, main_b = oklab(_packed(main))
    close = (a - main_a) ** 2 + (b - main_b) ** 2 < 0.004 and abs(light - main_light) < 0.25
    second = CREAM if main_light < 0.85 else (0.86, 0.82, 0.76)
    gold = (0.86, 0.65, 0.35) if trim_gold else (0.8, 0.81, 0.84)
    printed_accent = (
        gold if close or kind in ("teapot", "cup", "bottle", "jar", "bag", "ring", "watch", "coat") else bright
    )
    return Style(main, printed_accent, second, GOLD if trim_gold else STEEL, label_for(prop.name), text, seed)


def _packed(colour: Rgb) -> Colour:
    r, g, b = (round(255 * c) for c in colour)
    return 0xFF000000 | r << 16 | g << 8 | b


def build_object(prop: Prop, accent: Colour, action: str = "") -> tuple[str, Solid]:
    """The kind and the solid, about 1 in size, that stand for a prop."""
    kind = kind_of(prop.name, prop.description, action)
    builder, _ = OBJECTS[kind]
    return kind, builder(style_for(prop, kind, accent)).sized(1.0)
