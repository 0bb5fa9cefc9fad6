"""Which format suits a brief that names none."""

import re

from callsheet.script import fountain
from callsheet.script.brief import Brief
from callsheet.script.words import units

_DRAMA = re.compile(
    r"\b(?:short drama|drama|episode|scene|story|screenplay|series|characters?|dialogue)\b|短剧|剧情|一集|剧本|故事|角色|微电影|对白",
    re.IGNORECASE,
)
_LOOKS = re.compile(
    r"\b(?:lookbook|outfits?|looks|collection|capsule|wardrobe|skus?|range|line-up)\b|穿搭|造型|系列|单品|款式|搭配|上新|画册",
    re.IGNORECASE,
)
_EXPLAIN = re.compile(
    r"\b(?:explain\w*|explainer|how (?:it|they|does|do|a|the)|why (?:it|they|does|do|is|are|the)|"
    r"what (?:is|are)|guide|lesson|history of|science)\b|科普|讲解|为什么|原理|是什么|说明|怎么回事|知识",
    re.IGNORECASE,
)
_SELL = re.compile(
    r"\b(?:ad|advert|commercial|spot|product|buy|order|launch|offer|sale|promo\w*|customers?|brand)\b|"
    r"广告|产品|品牌|上市|优惠|购买|下单|种草|推广|带货",
    re.IGNORECASE,
)


def best_format(brief: Brief) -> tuple[str, str]:
    """The name of the format that suits a brief best, and why in one sentence."""
    text = brief.text
    if fountain.looks_like(text, brief.name):
        return "drama-episode", "the text is a screenplay"
    headings = [s for s in brief.sections if s.heading]
    quotes = len(re.findall(r"[“「][^”」]{2,80}[”」]|\"[^\"\n]{2,80}\"", text))
    scores = {"product-ad": 1.0, "lookbook": 0.0, "drama-episode": 0.0, "explainer": 0.0}
    why = {
        "product-ad": "it sells one thing",
        "lookbook": f"it lists {len(brief.items)} pieces",
        "drama-episode": "it tells a story with people and talk",
        "explainer": "it explains a subject in parts",
    }
    scores["product-ad"] += (
        1.5 * bool(brief.offer)
        + 1.0 * bool(brief.call)
        + 0.7 * min(3, len(_SELL.findall(text)))
        + 0.5 * bool(brief.stills)
    )
    if len(brief.items) >= 2:
        scores["lookbook"] += 0.6 * min(5, len(brief.items)) + 1.5 * min(2, len(_LOOKS.findall(text)))
    scores["drama-episode"] += (
        1.2 * min(3, len(_DRAMA.findall(text))) + 0.5 * min(4, len(brief.people)) + 0.3 * min(5, quotes)
    )
    scores["explainer"] += 1.2 * min(2, len(_EXPLAIN.findall(text))) + 0.6 * min(5, max(0, len(headings) - 1))
    if not brief.offer and not brief.call:
        scores["explainer"] += 1.0 + 0.5 * (units(text, brief.language) > 400)
    if brief.name.casefold().endswith("document.md"):
        scores["explainer"] += 4.0
        why["explainer"] = "a document is to be explained"
    best = max(scores, key=lambda k: scores[k])
    return best, why[best]
