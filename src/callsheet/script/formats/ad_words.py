# ruff: noqa: E501
"""The treatments of a product ad in both languages: title, angle, structure, tone, pacing."""

WORDS = {
    "en": {
        "proof": ("Proof first", "Open on the strongest fact and show it being true.", "hook > meet > demo > proof > offer > call", "clear, sure, tactile",
                  "{n} shots of about {s:.1f} s; close product work, pushes and orbits; voice-over carries the claims"),
        "day": ("One person's day", "Follow one of the audience through a day that the product changes.", "before > meet > use > life > offer > call", "warm, observed, unhurried",
                "{n} long shots of about {s:.1f} s; people first, handheld and pans; voice-over speaks to one person"),
        "type": ("Words on the wall", "Let the numbers and names be the picture.", "number > name > fact after fact > offer > call", "graphic, quick, confident",
                 "{n} quick shots of about {s:.1f} s; locked-off frames and hard cuts; text on screen, almost no voice"),
    },
    "zh": {
        "proof": ("先给证据", "用最硬的一个事实开场，然后证明给人看。", "钩子 > 亮相 > 演示 > 佐证 > 优惠 > 行动", "清楚、笃定、有触感", "{n}个镜头，平均{s:.1f}秒；产品近景，推与环绕；卖点由旁白说出"),
        "day": ("一个人的一天", "跟着一位目标用户，看产品怎样改变这一天。", "从前 > 遇见 > 使用 > 生活 > 优惠 > 行动", "温暖、旁观、不赶", "{n}个长镜头，平均{s:.1f}秒；以人为主，手持与摇；旁白只对一个人说"),
        "type": ("字就是画面", "让数字和名字自己成为画面。", "数字 > 名字 > 一个接一个的事实 > 优惠 > 行动", "平面感、利落、自信", "{n}个快镜头，平均{s:.1f}秒；固定机位、硬切；以屏幕文字为主，几乎没有旁白"),
    },
}  # fmt: skip
