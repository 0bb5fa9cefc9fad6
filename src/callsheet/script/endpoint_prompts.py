"""What a language model is told: the brief, the job, and what it may not do."""

from fractions import Fraction

from callsheet.film import Treatment
from callsheet.script.brief import Brief

WHOLE = 6000
"""Characters of a brief that are sent whole; of a longer one only what was read from it goes out."""
SYSTEM = (
    "You are a film director who writes boards for short films. You answer with one JSON object and nothing else. "
    "You never invent facts: anything said or shown that makes a claim is copied word for word from the brief. "
    "Pictures are concrete: who or what, where, in which light, what moves."
)


def _given(brief: Brief) -> str:
    """What the model is told about the brief."""
    if len(brief.text) <= WHOLE:
        return f"The brief:\n<<<\n{brief.text.strip()}\n>>>"
    rows = [
        f"Product: {brief.product}",
        f"Kind: {brief.kind}",
        f"Audience: {brief.audience}",
        f"Offer: {brief.offer.text}",
        f"Call to action: {brief.call}",
        *(f"Item: {i.name} - {i.words}" for i in brief.items[:12]),
        *(f"Sentence: {c.text}" for c in brief.claims[:30]),
        *(f"Comparison: {c.text}" for c in brief.comparisons[:6]),
    ]
    return "What the brief says:\n" + "\n".join(r for r in rows if not r.endswith(": "))


def _tongue(brief: Brief) -> str:
    return "Chinese" if brief.language == "zh" else "English"


def treatments_prompt(brief: Brief) -> str:
    """Ask for three treatments."""
    return (
        f"{_given(brief)}\n\n"
        "Propose three treatments for this film that really differ in angle, structure, tone and pacing. For each give a title, "
        "the angle, the structure as the order of parts, the tone, the pacing (slow, steady or quick, and why), one or two reasons "
        f"that quote the brief, and how well it fits from 0 to 1. Write in {_tongue(brief)}."
    )


def board_prompt(brief: Brief, treatment: Treatment, seconds: Fraction) -> str:
    """Ask for the board of one treatment."""
    chinese = brief.language == "zh"
    most = f"{int(seconds * 4)} characters" if chinese else f"{int(seconds * 2)} words"
    must = f" Must be said: {'; '.join(brief.must_say)}." if brief.must_say else ""
    never = f" Never say: {'; '.join(brief.never_say)}." if brief.never_say else ""
    return (
        f"{_given(brief)}\n\n"
        f"Treatment: {treatment.title}. {treatment.angle} Structure: {treatment.structure}. Tone: {treatment.tone}.\n"
        f"Write the board of a {float(seconds):g} second film as 5 to 12 beats. Each beat has: part, picture (what we see, one or two "
        "sentences), sees, say (the voice-over, copied from the brief, may be empty), show (text on screen, few words copied from the "
        f"brief, may be empty). All voice-over together has at most {most}. The first beat is a hook.{must}{never} "
        f"Write in {_tongue(brief)}."
    )
