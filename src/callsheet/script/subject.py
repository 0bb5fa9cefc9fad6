"""The subject of a brief: the product that its prose names, and what kind of thing that is."""

import re
from collections.abc import Iterable, Sequence

from callsheet.script.concrete import quotes
from callsheet.script.prose import BULLET, label
from callsheet.script.words import CJK, Tongue, sentences, units

_NAME = r"((?:[A-Z][\w'’-]*)(?:\s(?:[A-Z0-9][\w'’-]*))*)"
_NAMES = r"((?:[A-Z][\w'’-]*)(?:\s(?:[A-Z0-9][\w'’-]*))+)"
_FILM = r"\b(?:ad|advert|film|video|spot|commercial|teaser|lookbook|trailer|explainer|clip|reel|piece)\s+(?:for|about|on|introducing)\s+"
_VERBS = (
    r"(?:is|are|was|makes|keeps|closes|opens|turns|lets|helps|brings|gives|holds|cuts|reads|learns|folds|cleans|grows|lasts|"
    r"costs|weighs|works|runs|has|can|will|brews|tells|saves|finds|plays|fits|sells|bakes|takes|does)"
)
_PRODUCT_EN = (
    re.compile(
        r"\b(?:[Mm]eet|[Ii]ntroducing|[Ii]ntroduce|[Ll]aunch(?:ing)?(?: of)?|[Pp]romot(?:e|ing)|[Aa]dvertis(?:e|ing))\s+"
        rf"(?:the\s+|our\s+new\s+|our\s+)?{_NAME}"
    ),
    re.compile(rf"{_FILM}(?:the\s+|our\s+(?:new\s+)?|a\s+new\s+)?{_NAME}"),
    re.compile(rf"^(?:The\s+)?{_NAMES}\s+(?:is|are|was|will|can|has|[a-z]{{2,}}s)\s"),
    re.compile(rf"^(?:The\s+)?{_NAME}\s+{_VERBS}\s"),
    re.compile(
        rf"{_FILM}(?:the\s+|our\s+(?:new\s+)?|an?\s+(?:new\s+)?)?"
        r"([a-z][a-z'-]*(?:\s[a-z'-]+){0,3}?)(?=[.,;:!?]|\s+(?:that|which|who|with|for|in|at|by|made|called|from|to|and)\b|$)"
    ),
    re.compile(
        r"\b(?:[Oo]ur|[Tt]his)\s+(?:new\s+)?([a-z][a-z'-]*(?:\s[a-z'-]+){0,2}?)\s+(?:is|are|keeps|makes|lets|holds|has|was|will|can|opens)\b"
    ),
)
_PRODUCT_ZH = (
    re.compile(r"(?:为|给|介绍|推广|宣传)[“「《]([^”」》]{1,20})[”」》]"),
    re.compile(r"^[“「《]?([^，。“”「」《》\s]{2,12})[”」》]?是(?:一|我们|由|来自|专)"),
    re.compile(
        rf"(?:推广|宣传|介绍|推出|上新)(?:新品|我们的|一款|新的|一家|全新)*([{CJK}A-Za-z0-9]{{2,12}}?)(?=做|拍|，|。|的|$)"
    ),
    re.compile(rf"为(?:新品|我们的|一款|新的|一家|全新)*([{CJK}A-Za-z0-9]{{2,12}}?)(?=做|拍|制作|写|设计)"),
    re.compile(
        rf"(?:这款|这台|这只|这家|这瓶|我们的|这把|这双)([{CJK}A-Za-z0-9]{{2,10}}?)(?=是|让|能|采用|可以|，|只|在|有)"
    ),
    re.compile(rf"^(?!我|你|他|她|它|这|那|每|当|如果|因为|深夜|清晨|早上|晚上|今天|明天)([{CJK}A-Za-z0-9]{{2,8}})，"),
)
_NO_NAME = re.compile(
    r"(?:It|This|That|There|We|They|He|She|You|Our|Here|What|Who|Why|How|Most|Every|Nobody|Everybody|"
    r"Everyone|People|Some|Each|One|Today|Please|A|An|The)"
)


def product(message: Sequence[str], heading: str, body: str, language: Tongue) -> str:
    """The product or subject that prose names; empty when it names none."""
    patterns = _PRODUCT_ZH if language == "zh" else _PRODUCT_EN
    lines = [s for p in body.splitlines() if not p.lstrip().startswith("#") for s in sentences(BULLET.sub("", p))]
    for pattern in patterns:
        for line in lines[:1] if pattern is _PRODUCT_ZH[-1] else lines[:40]:
            match = pattern.search(line)
            if match and label(match[1]) is None and not _NO_NAME.fullmatch(match[1]):
                return match[1].strip(" .'’")
    counts: dict[str, int] = {}
    for line in message:
        for quote in quotes(line)[:1]:
            if units(quote, language) <= (8 if language == "zh" else 4) and not re.search(r"[,.!?，。！？]", quote):
                counts[quote] = counts.get(quote, 0) + 1
    return max(counts, key=lambda k: counts[k]) if counts and not heading else ""


def kind(name: str, lines: Iterable[str], language: Tongue) -> str:
    """What the product is, in the brief's words: the noun after "NAME is a" or "NAME, a"; empty when it isn't said."""
    for sentence in lines:
        if language == "zh":
            match = re.search(
                rf"{re.escape(name)}[”」》]?(?:(?:，|是)+一[款种家个台只把双瓶条部间门]|，?是(?:我们的)?)([^，。；！？]{{2,24}})",
                sentence,
            )
            if match:
                return match[1].split("的")[-1].strip() or match[1].strip()
        else:
            match = re.search(
                rf"{re.escape(name)}(?:,| is| are|:|\s[—–-])\s+(?:an?|the|our)\s+([^.;!?]{{3,80}})", sentence
            )
            if match:
                words = re.split(
                    r",|\s(?:that|which|who|with|for|in|at|by|made|called|from|to|and|of|built|where|on|you|we|so|"
                    r"designed|cast|carved|woven|born|run)\b",
                    match[1],
                )[0]
                return " ".join(words.split()[-4:]).strip()
    return ""
