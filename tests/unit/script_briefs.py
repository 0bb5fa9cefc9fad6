"""Briefs that no code was written for, and texts made to length."""

TEAPOT = """# Kettlewick

A 20-second vertical ad for Kettlewick, a cast-iron teapot that keeps tea hot for two hours.

It is aimed at people who work from home and forget their tea. Kettlewick weighs 1.2 kg and pours without a drip, like a swan bowing.
The handle stays cool, so a child can carry it. Hand-cast in Sheffield by Marta Voss since 1987.
Tone: warm, quiet, a little funny. $49 until Sunday, with a 5-year guarantee.

Order yours at kettlewick.com today.
"""

SHORT = "Meet Pebble, a night light for children. It glows for 9 hours and costs €24. Order it at pebble.example."

LABELLED = """---
product: Lumen Six
kind: folding e-bike
brand: Arden
audience: commuters who carry their bike upstairs
length: 15 s
aspects: [9:16]
offer: €1,890 with 0% financing until 30 June
call to action: Book a test ride at arden.example
tone: bold, energetic
colours: [black, orange]
never say: [cheapest, number one]
must say: [Made in Porto]
---
- Folds in 4 seconds, with one hand.
- Weighs 11.9 kg, less than a big suitcase.
- 70 km on one charge.
- The belt never needs oil.
- Lights that see you before you see them, like a cat in the dark.
"""

APP = """We need a 30 second film for Tally, the bookkeeping app for freelancers who hate bookkeeping.

Tally reads a receipt in two seconds and files it where your accountant wants it. It has learned 340 kinds of receipts. 41,000 freelancers in
Spain and Portugal already use it. One of them told us: "I did my taxes on the toilet." Please keep that line, it is the joke of the film.

It costs 9 euros a month, and the first 3 months are free. Tone: playful and witty. End on the call to action: Download Tally today.
"""

WINE = """# Brief: Quinta da Ribeira

## Product
Quinta da Ribeira 2021, a red wine from the Douro.

## Claims
- Grown on slate terraces 400 metres above the river.
- Trodden by foot by 22 people, to music.
- Aged for 18 months in oak that had already seen ten harvests.

## Audience
People who drink less, but better.

## Tone
Elegant, unhurried.

## Offer
A case of six for $210, with free delivery.

## Call to action
Reserve your case at ribeira.example.
"""

ZH_AD = """我们想为“山雾”做一条20秒的竖屏广告。山雾是一款手冲咖啡壶，容量600毫升，保温两小时。出水像山泉一样细。壶身只有420克，女孩子单手也能拿稳。
目标人群是25到35岁的城市上班族。首发价199元，包邮，两年质保。调性：温暖、安静。立即到天猫旗舰店搜索“山雾”。"""

ZH_LABELLED = """产品：小满护手霜
卖点：
- 一支60克，够用三个月
- 3秒吸收，不粘键盘
- 乳木果油来自加纳，浓度20%
- 像给手套上一层看不见的手套
受众：冬天也要打字的人
价格：59元两支
优惠：第二支半价，满99元包邮
时长：15秒
调性：俏皮、轻松
行动号召：点击下方链接，现在下单
禁用：最好、第一
"""

LOOKBOOK = """---
product: Halden linen
items:
  - name: Sand overshirt
    words: undyed linen, horn buttons
  - name: Ink trousers
    words: garment-washed twice, 180 g cloth
  - name: Clay dress
    words: cut from one piece, no side seam
  - name: Fog coat
    words: unlined, 420 g, packs into its pocket
---
A lookbook for the Halden linen summer capsule. Every piece is woven in Biella from 100% European flax. It wrinkles like a well-read letter.
Tone: calm, elegant. The four pieces start at €90. See the capsule at halden.example.
"""

ZH_LOOKBOOK = """# 春溪 2026 秋冬系列

为春溪拍一条40秒的穿搭短片，调性优雅、松弛。

## 款式
- 驼色大衣：双面羊毛，手工缝制，980克
- 墨绿毛衣：羊绒含量70%
- 黑色阔腿裤：垂感，不起皱
- 米白衬衫：真丝，19姆米
- 酒红围巾：两米长，像一团暖火

全系列1299元起。到春溪小程序预约试穿。
"""

DOCUMENT = """# How a lighthouse lens works

A single lamp once reached ships 30 kilometres away. The trick was never the lamp. It was the glass around it.

## The problem of light
A bare flame throws its light in every direction, and most of it goes into the sky or the ground. In 1820 the best French lighthouses
could be seen for 9 kilometres on a clear night. Sailors died on rocks they could not see.

## Fresnel's idea
Augustin Fresnel cut the curve of a huge lens into rings, like a staircase of glass. Each ring bends the light a little more. The lens
needed 90% less glass than a solid one. In 1823 the first one was lit at the Cordouan lighthouse at the mouth of the Gironde.

## What the sailor sees
The lens turns slowly on a bath of mercury, so lightly that a child can push two tonnes with one finger. Every flash is a beam sweeping
past the ship. Each lighthouse has its own rhythm, so a captain can read its name in the dark.
"""

ZH_DOCUMENT = """# 为什么候鸟不会迷路

每年有500亿只候鸟在天上赶路。一只斑尾塍鹬可以连续飞11天，不吃也不睡。

## 太阳是指南针
鸟会根据太阳的高度校正方向。体内的生物钟告诉它现在几点，误差不到15分钟。阴天的时候，它们还能看见偏振光。

## 夜里看星星
1957年，科学家把莺放进天文馆。屋顶上的星星转到哪里，鸟就朝哪里跳。幼鸟要花两周记住北极星周围的那一圈天空，像背一张地图。

## 眼睛里的磁场
鸟的视网膜里有一种叫隐花色素的蛋白质。它在蓝光下对地磁场有反应。对鸟来说，北方也许是一片淡淡的影子。
"""

STORY = """A short drama, 40 seconds, vertical. Tender.

Rosa closes the old bakery for the last time. She is 71 and her hands are white with flour. Rain runs down the window of the bakery.

A boy knocks on the glass. Rosa opens the door. "We are closed," she says. "Forever?" asks the boy.

Rosa gives him the last warm roll. The boy holds out three coins. Rosa says, "Keep them. Come back tomorrow and I will teach you."
"""

ZH_STORY = """短剧，一集45秒，竖屏，悬疑。

深夜的便利店只亮着一盏灯。店员周岚（26岁）在数零钱。门铃响了，没有人进来。

周岚抬头看监控。屏幕上，货架后面站着一个男人。周岚说：“我们打烊了。”男人说：“我来取三年前寄存的伞。”

周岚打开柜子，里面真的有一把红伞。她的手停住了。周岚问：“你是谁？”男人笑着说：“你忘了，那天下雨，你把它借给了我。”
"""

SCREENPLAY = """Title: The Last Bus
Author: A. Person
Length: 60 s

FADE IN:

EXT. BUS STOP - NIGHT

Rain on an empty road. MEI (28), a tired nurse in a blue coat, checks her phone.

MEI
(under her breath)
Come on, come on.

An old man sits down beside her. He holds a paper bag.

OLD JOE
You missed it. So did I.

MEI (V.O.)
I knew that voice.

INT. DINER - LATER

Two cups of coffee between them. Joe pushes a photograph across the table.

OLD JOE
You were four. You cried the whole way.

MEI
I thought you were dead!

DISSOLVE TO:

EXT. THE BRIDGE - DAWN

They walk side by side. Mei laughs for the first time.
"""

ZH_SCREENPLAY = """标题：夜市
作者：某人

内. 面馆 - 夜

热气升起。林夏（28岁）坐在角落，手里攥着一张车票。

@林夏
（低声）
老板，来一碗面。

老陈：要几两？

外景 小巷 日

林夏走过。

老陈
等一下！你的伞。

叠化：

.旧仓库 - 清晨

空无一人。
"""

ADS = {
    "teapot": TEAPOT,
    "short": SHORT,
    "labelled": LABELLED,
    "app": APP,
    "wine": WINE,
    "zh_ad": ZH_AD,
    "zh_labelled": ZH_LABELLED,
}
LOOKBOOKS = {"lookbook": LOOKBOOK, "zh_lookbook": ZH_LOOKBOOK}
EXPLAINERS = {"document": DOCUMENT, "zh_document": ZH_DOCUMENT}
DRAMAS = {"story": STORY, "zh_story": ZH_STORY, "screenplay": SCREENPLAY, "zh_screenplay": ZH_SCREENPLAY}


def long_brief(words: int) -> str:
    """An English brief of about `words` words with its message in the middle of much else."""
    parts = [
        "# Aldwyn wool blanket\n\nA 30 second film for the Aldwyn wool blanket, a blanket that weighs 900 g and warms like a sleeping dog.\n"
    ]
    towns = ("Hawick", "Galashiels", "Selkirk", "Peebles", "Melrose", "Kelso", "Jedburgh", "Langholm")
    verbs = ("carded", "spun", "woven", "washed", "brushed", "pressed", "folded", "checked")
    number = 0
    while sum(len(p.split()) for p in parts) < words - 80:
        number += 1
        town, verb = towns[number % 8], verbs[(number * 3) % 8]
        parts.append(
            f"\n## Note {number}\n\nIn {town} the yarn is {verb} by hand on a loom from 19{number % 90 + 10}. The weaver looks at every metre twice. "
            f"A mill in {town} keeps {number * 7 + 11} sheep on the hill above the river. The blanket stays warm when it is wet. "
            f"We would like the film to feel honest. The wool needs no dye, because the sheep of {town} are already grey.\n"
        )
    parts.append(
        "\nIt costs $180 with a 30-year guarantee. Tone: warm. Order it at aldwyn.example before the first frost.\n"
    )
    return "".join(parts)
