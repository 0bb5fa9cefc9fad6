"""Typography of the film: fonts and glyph coverage, captions timed to the voice, text on screen, and the painter of both.

Import the modules by name: `captions`, `subtitles` and `supers` are light, `fonts`, `place` and `painter` open fonts.
"""

__all__: list[str] = []
