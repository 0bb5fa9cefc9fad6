# ruff: noqa: E501
"""The treatments of a drama episode in both languages: title, angle, structure, tone, pacing."""

from callsheet.script.coverage import Style

WORDS: dict[str, dict[Style, tuple[str, str, str, str, str]]] = {
    "en": {
        "coverage": ("Classic coverage", "Let the two sides of every talk be seen; come close only at the turn.", "establish > two-shot > over-shoulder pairs > close on the turn > reaction",
                     "clear, patient, character first", "{n} shots; cuts on the line; mostly still frames and slow pushes"),
        "long-take": ("In one breath", "Leave people together in the frame and let the talk run.", "establish > long two-shots > the last look", "observed, theatrical, tense in its calm",
                      "{n} long shots; two or three lines a shot; the camera travels instead of cutting"),
        "close-up": ("Close and quick", "Start in the middle, on hands and faces, and show the place second.", "detail > place > face against face > question, reaction", "urgent, intimate, made for a phone",
                     "{n} quick shots; handheld close-ups; a reaction after every question"),
    },
    "zh": {
        "coverage": ("经典覆盖", "让对话双方都被看见，只在转折处推近。", "定场 > 双人 > 过肩正反打 > 转折特写 > 反应", "清楚、耐心、以人物为先", "{n}个镜头；随台词切；多为固定与缓推"),
        "long-take": ("一口气", "让人物留在同一画面里，把话说完。", "定场 > 长双人镜头 > 最后一眼", "旁观、舞台感、平静里有张力", "{n}个长镜头；一镜两三句；用走位和移动代替剪切"),
        "close-up": ("贴脸快切", "从手和脸的中间开始，地点放在第二个镜头。", "细节 > 地点 > 脸对脸 > 提问与反应", "急促、贴近、为手机而拍", "{n}个快镜头；手持近景；每个问题后面都有反应"),
    },
}  # fmt: skip
