"""The product ad: hook, demo, proof, offer; three ways to tell it."""

from dataclasses import replace
from fractions import Fraction

from callsheet.errors import BriefError
from callsheet.script.assemble import RATE, Assets, finish
from callsheet.script.brief import Brief
from callsheet.script.dressing import Dressing
from callsheet.script.formats.ad import Ad
from callsheet.script.formats.ad_beats import brief_film, unechoed
from callsheet.script.formats.ad_treatments import APPROACHES, ad_treatments
from callsheet.script.hanging import direct
from callsheet.script.look import look_for, music_for
from callsheet.script.writer import Draft, Three, pick_treatment

LENGTH = Fraction(20)
"""Seconds of an ad whose brief gives no length."""
SHORTEST = Fraction(5)
_BRIEF = Fraction(9)
"""Below this many seconds there is room for a hook and the offer only."""


class ProductAd:
    """Writes product ads offline, from the brief's own sentences."""

    name = "product-ad"

    def treatments(self, brief: Brief) -> Three:
        """Proof first, one person's day, and a film of type and objects; best fit first."""
        return ad_treatments(brief, brief.seconds or LENGTH)

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The board of one treatment, exactly as long as the brief asks (20 seconds when it does not say)."""
        seconds = brief.seconds or LENGTH
        if seconds < SHORTEST:
            raise BriefError(
                f"{float(seconds):g} seconds are too short for an ad",
                where=brief.name,
                remedy=f"Ask for at least {SHORTEST} seconds.",
            )
        three = self.treatments(brief)
        treatment = pick_treatment(three, treatment_id, brief.name)
        approach = APPROACHES[treatment.id]
        total = RATE.frames(seconds)
        dressing = Dressing(brief)
        hand = approach.hand(brief)
        if seconds < _BRIEF:
            hand = replace(hand, shortest=min(hand.shortest, Fraction(1)))
        ad = Ad(brief, dressing, total, hand)
        beats = brief_film(ad, treatment.id) if seconds < _BRIEF else approach.beats(ad)
        beats = unechoed(direct(beats, dressing.wishes(), brief.language))
        beats = dressing.settled(beats)
        used = {name for beat in beats for picture in beat.pictures for name in picture.cast}
        assets = Assets(
            cast=dressing.cast(used),
            locations=dressing.locations(),
            props=dressing.props(),
            voices=dressing.voices(),
            look=look_for(brief, brief.brand or brief.product),
            music=music_for(brief, brief.title, approach.pace),
            beds=dressing.beds(),
        )
        flags = [] if brief.call else ["the brief has no call to action: the film ends on the name"]
        return finish(
            brief,
            beats,
            total,
            ad.hand,
            assets,
            treatment,
            three,
            format=self.name,
            writer=self.name,
            allowed=ad.own_words,
            flags=flags,
        )
