"""Formats: reusable shapes of a film, each a writer that works offline and uses the brief's own words."""

__all__: list[str] = []
