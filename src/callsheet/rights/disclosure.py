"""Rules about deliverables: marks a machine reads, labels people see, and what is declared to a channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from callsheet.catalog.known import UNKNOWN, Flag, Unknown
from callsheet.rights import territory
from callsheet.rights.facts import DeliverableFacts, Facts, Label
from callsheet.rights.likeness import READ
from callsheet.rights.rule import Hit, Rule, When

MARKS = frozenset({"c2pa", "aigc", "watermark", "xmp"})
"""Marks a machine reads."""
_DISCLOSING = frozenset({"ai-generated", "ai-modified", "ai"})
_GRACE = date(2026, 12, 2)
_MARKET = date(2026, 8, 2)
CHINA_TAGS = frozenset({"fiction", "ai-content", "marketing", "repost", "opinion", "none"})


@dataclass(frozen=True)
class LabelSize:
    """The least a label must be: its letters as a share of the shorter side, and how many seconds it stays."""

    height: Fraction = Fraction(1, 20)
    seconds: Fraction = Fraction(2)


@dataclass(frozen=True)
class Duty:
    """What a channel asks to be declared; `values` when only some are accepted, `always` when also for what is not generated."""

    what: str
    values: frozenset[str] = frozenset()
    always: bool = False
    remedy: str = ""


_TAG = Duty("one of the six mandatory tags", CHINA_TAGS, always=True)
CHANNELS = {
    "youtube": Duty("`containsSyntheticMedia`"),
    "google-ads": Duty(
        "`generative_content_disclosure`", remedy="Declare it at the upload: it cannot be changed after."
    ),
    "dv360": Duty("the disclosure of generated content"),
    "tiktok": Duty("that it is AI-generated"),
    "douyin": _TAG,
    "kuaishou": _TAG,
    "wechat-channels": _TAG,
    "xiaohongshu": _TAG,
}
"""What channels ask, by channel."""


def _may(fact: Flag) -> bool:
    """Whether it is, or may be: unknown is not a no."""
    return fact is not False


def _perhaps(fact: Flag, words: str) -> str:
    return words if fact is True else f"nobody says that it is not so: {words}"


def eu_mark(facts: Facts, on: date) -> Iterator[Hit]:
    """Generated pictures or voices without a mark that a machine reads."""
    item = facts.deliverable
    if item is None or not _may(item.generated) or item.marks & MARKS:
        return
    words = _perhaps(item.generated, "it is generated, and the file has no mark that a machine reads")
    released = [offer.released_on for offer in facts.sellers]
    older = bool(released) and all(not isinstance(day, Unknown) and day < _MARKET for day in released)
    if on < _GRACE and older:
        words += f"; what made it was sold before {_MARKET}, which has until {_GRACE}"
        yield Hit(item.name, words, item.generated is UNKNOWN, outcome="warn")
    else:
        yield Hit(item.name, words, item.generated is UNKNOWN)


def eu_deepfake(facts: Facts, on: date) -> Iterator[Hit]:
    """A deepfake that does not say so at its first exposure."""
    item = facts.deliverable
    if item is None or not _may(item.deepfake) or not _may(item.generated):
        return
    if _label(item, _DISCLOSING, at_start=True) is not None:
        return
    words = _perhaps(
        item.deepfake,
        "it shows or lets speak what exists and could be taken for real, and does not say so at its start",
    )
    if facts.use.artistic and item.exempted_by:
        late = _label(item, _DISCLOSING)
        if late is None:
            remedy = "Say so somewhere that does not spoil the work, such as the credits."
            yield Hit(item.name, f"{words}; {item.exempted_by} answers for its being an artistic work", remedy=remedy)
        return
    yield Hit(item.name, words, item.deepfake is UNKNOWN)


def cn_tag(facts: Facts, on: date) -> Iterator[Hit]:
    """A generated file without China's implicit label."""
    item = facts.deliverable
    if item is not None and _may(item.generated) and "aigc" not in item.marks:
        words = _perhaps(
            item.generated, "it is generated, and the file has no `AIGC` tag; other marks do not replace it"
        )
        yield Hit(item.name, words, item.generated is UNKNOWN)


def cn_label(least: LabelSize = LabelSize()) -> When:
    """The rule about China's explicit label; `least` is as third parties state it, the standard itself could not be read."""

    def when(facts: Facts, on: date) -> Iterator[Hit]:
        item = facts.deliverable
        if item is None or not _may(item.generated):
            return
        kinds = _DISCLOSING if item.picture else _DISCLOSING | {"spoken"}
        label = _label(item, kinds, at_start=True)
        if label is None:
            words = _perhaps(item.generated, "it is generated, and no label at its start says so")
            yield Hit(item.name, words, item.generated is UNKNOWN)
        elif item.picture:
            yield from _small(item, label, least)

    return when


def _small(item: DeliverableFacts, label: Label, least: LabelSize) -> Iterator[Hit]:
    size = (
        f"third parties say {least.height} of the shorter side and {least.seconds} s; the standard itself was not read"
    )
    if isinstance(label.height, Unknown):
        yield Hit(item.name, f"nobody says how large the label is; {size}", True, outcome="warn")
    elif label.height < least.height:
        yield Hit(item.name, f"the label's letters are {label.height} of the shorter side; {size}", outcome="warn")
    if label.seconds is not None and label.seconds < least.seconds:
        yield Hit(item.name, f"the label stays {label.seconds} s; {size}", outcome="warn")


def in_label(facts: Facts, on: date) -> Iterator[Hit]:
    """Generated content for India without a label in it, or without lasting metadata."""
    item = facts.deliverable
    if item is None or not _may(item.generated):
        return
    kinds = _DISCLOSING if item.picture else frozenset({"spoken"})
    lacks = []
    if _label(item, kinds, at_start=not item.picture) is None:
        lacks.append("no label in the picture" if item.picture else "no spoken words before it")
    if not item.marks & MARKS:
        lacks.append("no lasting metadata")
    if lacks:
        words = _perhaps(item.generated, f"it is generated, and has {' and '.join(lacks)}")
        yield Hit(item.name, words, item.generated is UNKNOWN)


def ny_performer(facts: Facts, on: date) -> Iterator[Hit]:
    """An ad that shows a human who does not exist, and does not say so."""
    item = facts.deliverable
    if item is None or not item.picture or not _may(item.synthetic_performer) or facts.use.artistic:
        return
    if facts.use.ad is False:
        return
    if _label(item, frozenset({"synthetic-performer"}) | _DISCLOSING) is None:
        both = item.synthetic_performer is True and facts.use.ad is True
        words = "it is an ad with a human who does not exist, and does not say so"
        yield Hit(item.name, _perhaps(True if both else UNKNOWN, words), not both)


def channel_declaration(facts: Facts, on: date) -> Iterator[Hit]:
    """A channel that is not told what it asks to be told."""
    item = facts.deliverable
    if item is None or isinstance(facts.use.channels, Unknown):
        return
    for channel in sorted(facts.use.channels & CHANNELS.keys()):
        duty = CHANNELS[channel]
        given = item.declarations.get(channel)
        if given is None and (duty.always or _may(item.generated)):
            unknown = item.generated is UNKNOWN and not duty.always
            yield Hit(item.name, f"{channel} asks for {duty.what}", unknown, remedy=duty.remedy)
        elif given is not None and duty.values and given not in duty.values:
            known = ", ".join(sorted(duty.values))
            yield Hit(item.name, f"{channel} does not know {given!r}", remedy=f"Declare one of: {known}.")


def _label(item: DeliverableFacts, kinds: frozenset[str], at_start: bool = False) -> Label | None:
    return next((one for one in item.labels if one.kind in kinds and (not at_start or one.start == 0)), None)


_ACT = "Regulation (EU) 2024/1689, article 50"
_LUX = "summary: https://luxgap.com/articles/ai-act-transparence-2-aout-marquage-2-decembre-2026/"
_CN = "summary: https://comparativeai.org/en/rules/china/gb-45438-2025-ai-content-labeling-standard/"

RULES = (
    Rule("eu-mark", "deliver", "require", _MARKET, None, "EU",
         f"{_ACT}, paragraph 2, and Regulation (EU) 2026/1744 ({_LUX})",
         READ, eu_mark, "Sign the file with content credentials, or give it another mark that a machine reads.", (_GRACE,)),
    Rule("eu-deepfake-label", "deliver", "require", _MARKET, None, "EU", f"{_ACT}, paragraph 4 ({_LUX})", READ, eu_deepfake,
         "Show a label from the first frame on, or state `deepfake: false` if nothing in it could be taken for real."),
    Rule("cn-aigc-tag", "deliver", "require", date(2025, 9, 1), None, "CN", f"GB 45438-2025, implicit label ({_CN})", READ, cn_tag,
         "Write the `AIGC` tag into the file."),
    Rule("cn-explicit-label", "deliver", "require", date(2025, 9, 1), None, "CN",
         f"Measures for labelling generated content and GB 45438-2025, explicit label ({_CN})", READ, cn_label(),
         "Show a label from the first frame on."),
    Rule("in-label", "deliver", "require", date(2026, 2, 20), None, "IN",
         "India, amendment of the IT Rules, in force 2026-02-20 (reported by newindianexpress.com)", READ, in_label,
         "Show a label in the picture, and write lasting metadata."),
    Rule("us-ny-performer", "deliver", "require", date(2026, 6, 9), None, "US-NY",
         "New York S.8420-A (summary: https://springboardlegal.com/new-yorks-new-ai-law)", READ, ny_performer,
         "Say conspicuously that the performer is synthetic, or state that there is none."),
    Rule("channel-declaration", "deliver", "require", None, None, territory.WORLD,
         "the channels' own rules (developers.google.com, 2026-10; TikTok content sharing guidelines; CAC 2026, reported by 36kr)", READ,
         channel_declaration, "Declare it before the upload."),
)  # fmt: skip
