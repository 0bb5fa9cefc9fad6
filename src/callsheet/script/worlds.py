"""Worlds: where films about a kind of product play, and what is done there. Chosen by the brief's own words."""

import re
from dataclasses import dataclass

from callsheet.film.shot import Ambience, TimeOfDay
from callsheet.script.words import Tongue


@dataclass(frozen=True)
class Place:
    """A location of a world."""

    name: str
    words: str
    interior: bool = True
    sound: Ambience | None = None


@dataclass(frozen=True)
class World:
    """Picture sentences of one kind of product. `{p}` stands for the product, `{who}` for the person."""

    key: str
    home: Place
    away: Place
    hour: TimeOfDay
    trouble: tuple[str, ...]
    """Before the product: what is missing."""
    product: tuple[str, ...]
    detail: tuple[str, ...]
    hands: tuple[str, ...]
    use: tuple[str, ...]
    life: tuple[str, ...]


_MATCH: dict[str, tuple[str, str]] = {
    "drink": (
        r"soy\s?milk|milk|teapots?|teas?|coffee|espresso|kettles?|mugs?|brew\w*|cups?|thermos|cocoa",
        r"茶|咖啡|壶|杯|保温杯|冲泡|豆浆|牛奶|奶茶|可可",
    ),
    "bottle": (
        r"wines?|beers?|ciders?|juices?|cocktails?|drinks?|bottles?|lemonade|water|whisk(?:e)?y|gin|rum|soda|kombucha|sake",
        r"酒|果汁|饮料|饮品|汽水|气泡水|矿泉水|水瓶|瓶",
    ),
    "food": (
        r"foods?|bread|bak\w+|noodles?|soups?|ramen|sauces?|honey|chocolate|cheese|snacks?|cook\w*|kitchen|"
r"knife|knives|pans?|pots?|meals?|rice|restaurants?|dumplings?|jam|granola|oil|bean\w*|spice\w*|"
r"recipes?",
        r"面馆|面条|食|吃|烘焙|面包|蜂蜜|巧克力|零食|锅|刀|厨|饭|米|酱|汤|饺|菜|糕|月饼|水果|牛肉|餐",
    ),
    "wear": (
        r"coats?|dress\w*|shirts?|jackets?|linen|wool\w*|outfits?|shoes?|sneakers?|boots?|scar(?:f|ves)|"
r"sweaters?|jeans|trousers|knit\w*|fashion|wardrobe|bags?|backpacks?|watch(?:es)?|jewel\w*|rings?|"
r"necklaces?|hats?|socks?|garments?|tailor\w*",
        r"衣|裙|衫|外套|大衣|鞋|靴|包包|背包|围巾|毛衣|裤|穿搭|时装|帽|戒指|项链|手表|旗袍|汉服|亚麻|羊毛|真丝",
    ),
    "beauty": (
        r"skin\w*|serums?|creams?|soaps?|shampoos?|perfumes?|fragrances?|lipsticks?|make-?up|cosmetic\w*|lotions?|face|sunscreen|hair",
        r"护肤|精华|面霜|手霜|护手|身体乳|洗面|香皂|洗发|香水|口红|彩妆|美妆|乳液|面膜|防晒|肌肤|皮肤|头发",
    ),
    "home": (
        r"lamps?|lights?|chairs?|sofas?|desks?|tables?|beds?|mattress\w*|pillows?|blankets?|candles?|rugs?|"
r"vases?|furniture|curtains?|shel(?:f|ves)|vacuum\w*|clean\w*|wash\w*|towels?|fans?|heaters?|"
r"purifiers?|plants?|home|house",
        r"灯|椅|沙发|书桌|床|枕|被子|毯|蜡烛|地毯|花瓶|家具|窗帘|吸尘|清洁|洗衣|毛巾|风扇|净化器|绿植|家居|收纳",
    ),
    "tech": (
        r"phones?|headphones?|earbuds?|speakers?|cameras?|laptops?|tablets?|chargers?|batter(?:y|ies)|"
r"keyboards?|drones?|robots?|sensors?|chips?|monitors?|gadgets?|devices?|bluetooth|microphones?|"
r"printers?|projectors?",
        r"手机|耳机|音箱|相机|电脑|平板|充电|电池|键盘|无人机|机器人|传感器|芯片|显示器|蓝牙|麦克风|打印机|投影|智能",
    ),
    "screen": (
        r"apps?|software|platform|saas|websites?|online|banks?|banking|insurance|invoices?|accounting|"
r"payments?|subscriptions?|dashboards?|cloud|api|booking|service|bookkeeping|calendar|newsletter|demo|"
r"finance|entries|spreadsheets?|files?|data|automat\w*|login|log in|dashboard|workflow|ai|analytics",
        r"应用|软件|平台|小程序|网站|银行|保险|发票|支付|会员|云|订阅|服务|记账|系统|APP|App",
    ),
    "place": (
        r"hotels?|caf[eé]s?|guesthouses?|hostels?|museums?|galler(?:y|ies)|festivals?|markets?|towns?|"
r"villages?|islands?|cit(?:y|ies)|tours?|trips?|resorts?|cabins?|parks?|theatres?|theaters?|concerts?|"
r"exhibitions?|library|libraries|shops?|bookshops?|inn|clubs?|pools?|lidos?|saunas?|baths?|baker(?:y|"
r"ies)|bars?|farms?|gyms?|cinemas?|salons?|barbers?|studios?|laundromats?|schools?",
        r"酒店|民宿|咖啡馆|博物馆|展览|音乐节|集市|小镇|古镇|村|岛|城市|旅行|度假|公园|剧院|演唱会|图书馆|"
r"书店|客栈|店|俱乐部|泳池|澡堂|浴场|农场|影院|理发|球馆",
    ),
    "ride": (
        r"bikes?|bicycles?|e-?bikes?|cycl\w+|scooters?|cars?|vans?|tents?|hik\w+|camp\w*|outdoors?|trail\w*|"
r"surf\w*|ski\w*|climb\w*|kayaks?|helmets?|boats?|motorbikes?|tyres?|tires?|commut\w+",
        r"自行车|单车|骑行|电动车|滑板|汽车|轿车|帐篷|徒步|露营|户外|冲浪|滑雪|攀岩|皮划艇|头盔|船|摩托|通勤",
    ),
    "family": (
        r"bab(?:y|ies)|child(?:ren)?|kids?|toddlers?|toys?|parents?|nursery|prams?|strollers?|dogs?|cats?|"
r"pets?|pupp(?:y|ies)|kittens?|games?|puzzles?",
        r"宝宝|孩子|儿童|婴儿|玩具|父母|亲子|推车|狗|猫|宠物|积木|拼图|桌游",
    ),
    "learn": (
        r"books?|notebooks?|courses?|lessons?|school|stud(?:y|ent|ents|ying)|learn\w*|teach\w*|languages?|"
r"pens?|pencils?|reading|universit\w+|tutor\w*|journal|novel|workshop|class(?:es)?",
        r"书|笔记|课程|课|学校|学习|学生|老师|语言|笔|阅读|大学|辅导|小说|培训",
    ),
    "body": (
        r"fitness|gyms?|yoga|run(?:ning|ners?)?|sports?|workouts?|muscle\w*|health\w*|vitamins?|sleep\w*|"
r"massage\w*|dentist\w*|toothbrush\w*|clinic\w*|therap\w+|stretch\w*|protein|swim\w*",
        r"健身|瑜伽|跑步|运动|锻炼|肌肉|健康|维生素|睡眠|按摩|牙|诊所|理疗|蛋白|游泳",
    ),
}  # fmt: skip
_PATTERNS = {
    key: {"en": re.compile(rf"\b(?:{en})\b", re.IGNORECASE), "zh": re.compile(zh)} for key, (en, zh) in _MATCH.items()
}


def world_for(product: str, text: str, language: Tongue) -> World:
    """The world a film about `product` plays in. The product's own name and kind count far more than the rest of the brief."""
    from callsheet.script import worlds_en, worlds_zh

    table = worlds_zh.WORLDS if language == "zh" else worlds_en.WORLDS
    scores: dict[str, float] = {}
    for key, patterns in _PATTERNS.items():
        last = [m.end() for m in patterns[language].finditer(product)]
        # The last word of a name says what the thing is: a tea towel is no tea.
        score = 40.0 * len(last) + (0.5 * max(last) if last else 0.0)
        score += min(12, len(patterns[language].findall(text)))
        scores[key] = score
    best = max(scores, key=lambda k: scores[k])
    return table[best] if scores[best] >= 2 else table["studio"]
