"""The three ways to tell a product ad, and which of them a brief asks for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from callsheet.film import Treatment
from callsheet.script.brief import Brief
from callsheet.script.formats.ad import Ad
from callsheet.script.formats.ad_beats import day, proof, type_led
from callsheet.script.formats.ad_words import WORDS
from callsheet.script.look import feel
from callsheet.script.phrases import TONE_NAMES
from callsheet.script.plan import Beat, Hand
from callsheet.script.words import cut_to
from callsheet.script.writer import Three


@dataclass(frozen=True)
class Approach:
    """How one treatment is built, shot and cut."""

    beats: Callable[[Ad], list[Beat]]
    base: Hand
    pace: float

    def hand(self, brief: Brief) -> Hand:
        """The treatment's hand with the brief's tone in it."""
        valence, arousal = feel(brief)
        return replace(self.base, valence=self.base.valence + valence, arousal=self.base.arousal + arousal)


APPROACHES: dict[str, Approach] = {
    "proof": Approach(
        proof,
        Hand(
            shortest=Fraction(1),
            usual=Fraction(9, 4),
            longest=Fraction(4),
            moves=("push", "truck-left", "orbit", "tilt-up", "crane-down", "pull"),
            angles=("eye", "low", "overhead", "high"),
            creativity=0.25,
        ),
        1.0,
    ),
    "day": Approach(
        day,
        Hand(
            shortest=Fraction(3, 2),
            usual=Fraction(7, 2),
            longest=Fraction(6),
            moves=("handheld", "pan-right", "static", "truck-right", "crane-up"),
            angles=("eye", "over-shoulder", "point-of-view", "low"),
            valence=0.05,
            arousal=-0.15,
            creativity=0.45,
            stings=False,
            sizes={"person": ("medium", "full", "close"), "product": ("medium", "full", "close")},
        ),
        0.85,
    ),
    "type": Approach(
        type_led,
        Hand(
            shortest=Fraction(3, 4),
            usual=Fraction(3, 2),
            longest=Fraction(3),
            moves=("static", "push", "truck-right", "tilt-down", "truck-left"),
            angles=("eye", "dutch", "overhead", "low"),
            arousal=0.3,
            creativity=0.15,
            sizes={"product": ("extreme-close", "full", "close"), "card": ("wide", "medium")},
        ),
        1.35,
    ),
}


def shot_count(approach: str, seconds: Fraction) -> int:
    """How many shots a treatment plans for a length."""
    return max(3, round(seconds / APPROACHES[approach].base.usual))


def ad_treatments(brief: Brief, seconds: Fraction) -> Three:
    """The three treatments with reasons that quote the brief, best fit first."""
    rows = []
    for key, (fit, reasons) in _fits(brief, seconds).items():
        title, angle, structure, tone, pacing = WORDS[brief.language][key]
        count = shot_count(key, seconds)
        rows.append(
            Treatment(
                id=key,
                title=title,
                angle=angle,
                structure=structure,
                tone=tone,
                reasons=reasons,
                fit=round(fit, 2),
                pacing=pacing.format(n=count, s=float(seconds) / count),
            )
        )
    rows.sort(key=lambda t: (-t.fit, list(APPROACHES).index(t.id)))
    return rows[0], rows[1], rows[2]


def _fits(brief: Brief, seconds: Fraction) -> dict[str, tuple[float, list[str]]]:
    zh = brief.language == "zh"
    numbered = [c for c in brief.claims if c.numbers]
    says = "简报里说：“{}”" if zh else "The brief says: “{}”"

    def quote(text: str) -> str:
        return says.format(cut_to(text, 24 if zh else 14, brief.language) or text[:60])

    proof_fit, why_proof = 0.5, [quote(c.text) for c in numbered[:2]] or [quote(c.text) for c in brief.claims[:1]]
    proof_fit += 0.06 * min(3, len(numbered)) + 0.04 * min(3, len(brief.claims)) + (0.06 if brief.stills else 0)
    if not numbered:
        why_proof.append(
            "没有数字，佐证只能靠画面。" if zh else "There is no number, so the pictures must carry the proof."
        )
    day_fit, why_day = 0.4, []
    if brief.audience:
        day_fit += 0.12
        why_day.append(quote(brief.audience))
    if brief.images:
        day_fit += 0.05 * min(3, len(brief.images))
        why_day.append(quote(brief.images[0]))
    if set(brief.tone) & {"warm", "tender", "calm"}:
        day_fit += 0.12
        why_day.append(_tones(brief))
    if not why_day:
        why_day.append(
            "简报没有写给谁，人物只能从简。" if zh else "The brief names no audience, so the person stays plain."
        )
    if seconds < 12:
        day_fit -= 0.2
        why_day.append(
            f"{float(seconds):g} 秒装不下一天。" if zh else f"{float(seconds):g} seconds are short for a day."
        )
    type_fit, why_type = 0.35, []
    if len(numbered) >= 2:
        type_fit += 0.05 * min(4, len(numbered))
        why_type.append(
            ("数字够多：" if zh else "There are numbers enough: ")
            + ("、" if zh else ", ").join(c.numbers[0] for c in numbered[:4])
        )
    if brief.offer:
        type_fit += 0.06
        why_type.append(quote(brief.offer.text or brief.offer.price))
    if set(brief.tone) & {"bold", "playful"}:
        type_fit += 0.18
        why_type.append(_tones(brief))
    if seconds <= 12:
        type_fit += 0.1
    if not why_type:
        why_type.append("静音也看得懂。" if zh else "It works with the sound off.")
    return {
        "proof": (_share(proof_fit), why_proof),
        "day": (_share(day_fit), why_day),
        "type": (_share(type_fit), why_type),
    }


def _tones(brief: Brief) -> str:
    if brief.language == "zh":
        return "调性是" + "、".join(TONE_NAMES.get(t, t) for t in brief.tone)
    return "The tone asked for: " + ", ".join(brief.tone)


def _share(value: float) -> float:
    return max(0.05, min(0.97, value))
