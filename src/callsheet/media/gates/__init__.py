"""Gates: automatic checks of a take that reject it or rank it behind others, and never approve it.

`inspection.inspect` asks them about a clip; it loads a codec, so only the plain values are imported here. `calibration` learns from
people's verdicts what the scores are worth.
"""

from callsheet.media.gates.finding import ALL, CHEAP, LEAST_VERDICTS, VERSION, Finding, Gate, Outcome, Report, Wanted

__all__ = ["ALL", "CHEAP", "LEAST_VERDICTS", "VERSION", "Finding", "Gate", "Outcome", "Report", "Wanted"]
