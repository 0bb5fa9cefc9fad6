"""What is written, as it is said: web addresses, handles, slashes, multiplications, number words, in English and Chinese."""

import re

_TLD = r"(?:com|org|net|io|ai|co|app|dev|shop|store|example|cn|uk|eu|de|fr|jp|us|tv|me|info|biz|tech|art|film|studio)"
_URL = re.compile(rf"(?:https?://)?((?:[A-Za-z0-9-]+\.)+{_TLD})\b(:\d+)?((?:/[\w\-./~%]*)?)(?:[?#]\S*)?", re.IGNORECASE)
_MAIL = re.compile(r"\b([\w.+-]+)@((?:[\w-]+\.)+[A-Za-z]{2,})\b")
_HANDLE = re.compile(r"(?<![\w.])@(\w+)")
_TAG = re.compile(r"(?<![\w&])#([A-Za-z]\w*)")
_TIMES = re.compile(r"\b(\d+(?:\.\d+)?)\s?[x×](?=\s|$|[.,;:!?)-])", re.IGNORECASE)
_BY = re.compile(r"\b(\d+)\s?[x×]\s?(\d+)\b", re.IGNORECASE)
_ROUND_THE_CLOCK = re.compile(r"\b24/7\b")
_SPLIT = re.compile(r"\b(\d{2})/(\d{2})\b(?!/)")
_THOUSANDS = re.compile(r"(?<![\w.$€£¥])(\d+(?:\.\d+)?)([kK])(\+?)(?!\w)")
_MILLIONS = re.compile(r"(?<![\w.$€£¥])(\d+(?:\.\d+)?)M(\+?)(?!\w)")
_PLUS = re.compile(r"(\d)\+")
_NUMBER_ABBREVIATION = re.compile(r"\b[Nn]o\.\s*(?=\d)")
_PER = re.compile(r"(?<=[A-Za-z0-9])\s?/\s?(month|mo|year|yr|day|week|hour|hr|min|person|unit|piece)\b")
_PER_LONG = {"mo": "month", "yr": "year", "hr": "hour", "min": "minute"}
_SPELT = re.compile(r"\b([A-Z]{2,})(?=\d)")
_MINUS = re.compile(r"(?<![\w)])[-−](?=\d)")
_EMOJI = re.compile("[\U0001f000-\U0001faff☀-➿️‍⃣]+")


def english(text: str) -> str:
    """`text` with what an English speech model misreads written out; money, dates and plain numbers are left to it."""
    text = _EMOJI.sub(" ", text).replace("™", "").replace("®", "").replace("©", " copyright ")
    text = _MAIL.sub(lambda m: f"{_dotted(m[1])} at {_dotted(m[2])}", text)
    text = _URL.sub(_address, text)
    text = _HANDLE.sub(r"at \1", text)
    text = _TAG.sub(r"hashtag \1", text)
    text = _ROUND_THE_CLOCK.sub("twenty-four seven", text)
    text = _SPLIT.sub(r"\1 \2", text)
    text = _BY.sub(r"\1 by \2", text)
    text = _TIMES.sub(r"\1 times", text)
    text = _THOUSANDS.sub(lambda m: f"{m[1]} thousand{' plus' if m[3] else ''}" if _is_count(m) else f"{m[1]} K", text)
    text = _MILLIONS.sub(lambda m: f"{m[1]} million{' plus' if m[2] else ''}", text)
    text = _PLUS.sub(r"\1 plus", text)
    text = _PER.sub(lambda m: f" per {_PER_LONG.get(m[1], m[1])}", text)
    text = _NUMBER_ABBREVIATION.sub("number ", text)
    text = _MINUS.sub("minus ", text)
    text = _SPELT.sub(r"\1 ", text)
    return re.sub(r"\s+", " ", text).strip()


def _is_count(match: re.Match[str]) -> bool:
    """Whether a figure with a k means thousands: 10k and 3k do, 4K (a picture) and 5K (a race) do not."""
    return match[2] == "k" or len(match[1]) > 1 or bool(match[3])


def _dotted(name: str) -> str:
    return name.replace(".", " dot ").replace("-", " dash ").replace("_", " underscore ").replace("+", " plus ")


def _address(match: re.Match[str]) -> str:
    host, path = match[1], match[3].strip("/").rstrip(".")
    if host.lower().startswith("www."):
        host = host[4:]
    stop = "." if match[0].endswith(".") else ""
    said = _dotted(host)
    if path:
        said += "".join(f" slash {_dotted(part)}" for part in path.split("/") if part)
    return said + stop


_DIGITS = "零一二三四五六七八九"
_ZH_NUMBER = re.compile(r"(?<![\d.A-Za-z])(\d+(?:,\d{3})*|\d+)(\.\d+)?(?![\d.]*[A-Za-z])")
_ZH_MONEY = (
    (re.compile(r"[¥￥]\s?(\d+(?:,\d{3})*(?:\.\d+)?)(万|亿)?"), r"\1\2元"),
    (re.compile(r"[$＄]\s?(\d+(?:,\d{3})*(?:\.\d+)?)(万|亿)?"), r"\1\2美元"),
    (re.compile(r"€\s?(\d+(?:,\d{3})*(?:\.\d+)?)(万|亿)?"), r"\1\2欧元"),
    (re.compile(r"£\s?(\d+(?:,\d{3})*(?:\.\d+)?)(万|亿)?"), r"\1\2英镑"),
)
_ZH_UNITS = {
    "km": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "kg": "公斤",
    "ml": "毫升",
    "g": "克",
    "m": "米",
    "L": "升",
    "℃": "度",
    "°C": "度",
}
_ZH_UNIT = re.compile(rf"(?<=\d)\s?({'|'.join(sorted(map(re.escape, _ZH_UNITS), key=len, reverse=True))})(?![A-Za-z])")


def chinese(text: str) -> str:
    """`text` with figures, money, percentages, times and units written in Chinese characters."""
    text = _EMOJI.sub(" ", text)
    for pattern, said in _ZH_MONEY:
        text = pattern.sub(said, text)
    text = re.sub(r"(\d+(?:\.\d+)?)\s?[%％]", r"百分之\1", text)
    text = re.sub(
        r"(\d{1,2})[:：](\d{2})(?!\d)",
        lambda m: f"{_count(m[1])}点" + ("" if m[2] == "00" else f"{_count(m[2])}分"),
        text,
    )
    text = re.sub(r"(\d{4})(?=年)|(?<!\d)(1\d{10})(?!\d)", lambda m: "".join(_DIGITS[int(d)] for d in m[0]), text)
    text = re.sub(r"(?<=\d)\s?[-–—~～至]\s?(?=\d)", "到", text)
    text = _ZH_UNIT.sub(lambda m: _ZH_UNITS[m[1]], text)
    text = re.sub(r"(?<!\d)2(?=[个只条本张次位名台件杯块家天年种元])", "两", text)
    return _ZH_NUMBER.sub(lambda m: _count(m[1]) + _fraction(m[2]), text)


def _fraction(digits: str | None) -> str:
    return "点" + "".join(_DIGITS[int(d)] for d in digits[1:]) if digits else ""


def _count(number: str) -> str:
    """A whole number in Chinese: 10500 is 一万零五百; more than sixteen digits are read one by one."""
    plain = number.replace(",", "")
    if len(plain) > 16:
        return "".join(_DIGITS[int(d)] for d in plain)
    value = int(plain)
    if value == 0:
        return "零"
    groups: list[int] = []
    while value:
        groups.append(value % 10000)
        value //= 10000
    said = ""
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group:
            gap = bool(said) and (group < 1000 or groups[place + 1] == 0)
            said += ("零" if gap else "") + _below_ten_thousand(group) + ("", "万", "亿", "兆")[place]
    return said[1:] if said.startswith("一十") else said


def _below_ten_thousand(group: int) -> str:
    said, pending = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = group // unit % 10
        if digit:
            said += ("零" if pending and said else "") + _DIGITS[digit] + name
            pending = False
        else:
            pending = bool(said)
    return said
