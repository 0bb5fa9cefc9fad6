# ruff: noqa: E501
"""The explainer's treatments and picture sentences in both languages, and what marks places, people and sentences that lean back."""

import re

WORDS = {
    "en": {
        "question": ("One question, answered", "Ask what the title asks, and answer it part by part.", "question > part > part > answer", "clear, curious, plain",
                     "about {n} shots; a voice leads, every part opens with its title"),
        "numbers": ("By the numbers", "Let every part stand on its hardest number.", "number > number > number > the whole", "graphic, brisk, exact",
                    "about {n} quick shots; numbers on screen, a short line each"),
        "journey": ("A walk through it", "Go to where it happens, and stay long enough to see it.", "far > near > inside > far again", "calm, wide, patient",
                    "about {n} long shots; the camera rises and travels; one voice, few words on screen"),
    },
    "zh": {
        "question": ("一个问题，一步步回答", "先提出标题里的问题，再一部分一部分回答。", "提问 > 一部分 > 又一部分 > 回答", "清楚、好奇、不绕弯", "约{n}个镜头；旁白带路，每部分先亮标题"),
        "numbers": ("用数字说话", "每一部分都站在最硬的数字上。", "数字 > 数字 > 数字 > 全貌", "平面感、利落、准确", "约{n}个快镜头；数字上屏，每个配一句短话"),
        "journey": ("走进去看", "到它发生的地方，停得够久，看清楚。", "远 > 近 > 里面 > 再远", "平静、开阔、耐心", "约{n}个长镜头；镜头升降与游走；一个声音，屏幕少字"),
    },
}  # fmt: skip

PICTURE = {
    "en": {"open": "A wide view: {s}.", "model": "A simple paper model on a table, one lamp beside it: {s}", "end": "The last wide view, small and calm, the light fading slowly: {s}.",
           "card": "A plain wall in the film's deep colour, one soft beam of light drifting across it.", "what": "What is {t}?"},
    "zh": {"open": "远景：{s}。", "model": "桌上一件简单的纸模型，旁边一盏灯：{s}", "end": "最后的远景，渺小而平静，光慢慢暗下去：{s}。",
           "card": "一面素净的墙，铺着影片的深色，一束柔光缓缓流过。", "what": "{t}是什么？"},
}  # fmt: skip

OUTSIDE = re.compile(
    r"\b(?:sea|ocean|coast|beach|river|lake|mountain|forest|field|sky|street|city|harbou?r|island|desert|moon|sun|star|bay|shore|road|garden|valley|lighthouse|ship|bridge|tower|train|station|village|house|building|cliff|rock|storm|cloud|planet|earth|boat|farm|pond|cave|glacier|volcano)s?\b|海|江|河|湖|山|林|田|天空|街|城市|岛|沙漠|月|太阳|星|湾|岸|路|园|船|桥|塔|站|村|屋|楼|云|地球|洞|冰川|火山",
    re.IGNORECASE,
)

PEOPLE = re.compile(r"\b(?:people|person|man|men|woman|women|child|children|worker|workers|sailor|sailors|farmer|farmers|scientist|scientists|engineer|engineers|family|crew|captain|doctor|teacher)s?\b|"
                   r"人们|工人|农民|船员|渔民|科学家|工程师|孩子|老人|医生|老师|女人|男人", re.IGNORECASE)  # fmt: skip

BACKWARD = re.compile(
    r"^(?:this|that|these|those|it|its|they|their|he|she|such|however|therefore|moreover|then|also|but|and|so|for example|for instance|in other words)\b|^(?:这|那|它|他|她|因此|所以|但|而且|然而|例如|比如|也就是说|另外)",
    re.IGNORECASE,
)
