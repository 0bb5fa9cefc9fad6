"""Everything a film sounds like: voices that speak its lines, a score and effects synthesised to its cuts, the mix, and
the master at the loudness platforms ask for. One continuous stereo float32 bus at 48 kHz. Speech models load on the first
line spoken, never on import.
"""

from .bus import SAMPLE_RATE, Samples, sample_at
from .effects import AMBIENCES, EFFECTS, effect
from .loudness import Loudness, master, measure
from .mix import Cue, mix
from .music import STYLES, ScoreSpec, score
from .timing import Word
from .voice import Speaker, Speech, Voice, fit, speakers, voice_for

__all__ = [
    "AMBIENCES",
    "EFFECTS",
    "SAMPLE_RATE",
    "STYLES",
    "Cue",
    "Loudness",
    "Samples",
    "ScoreSpec",
    "Speaker",
    "Speech",
    "Voice",
    "Word",
    "effect",
    "fit",
    "master",
    "measure",
    "mix",
    "sample_at",
    "score",
    "speakers",
    "voice_for",
]
