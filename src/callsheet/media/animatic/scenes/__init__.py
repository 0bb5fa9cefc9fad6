"""The scenes: each module builds one kind of place or picture from a stage; `choose` reads the board and names one, `scene_for` builds it."""

from callsheet.media.animatic.scenes.choice import choose, scene_for

__all__ = ["choose", "scene_for"]
