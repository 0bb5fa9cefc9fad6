"""Stills of shots: which frame of a take stands for it, and under which key it is made."""

from callsheet.film import Take, digest

VERSION = 1
WIDTH = 480


def still_frame(take: Take, frames: int) -> int:
    """Two thirds into a shot of `frames`: the move has settled and text on screen is in."""
    return min(frames * 2 // 3, take.clip("16:9").frames - 1)


def still_key(take: Take, frames: int) -> str | None:
    """The key under which the still of a take is made; None for one without a clip to take it from."""
    if not take.clips:
        return None
    return digest(["still", VERSION, take.clip("16:9").sha256, still_frame(take, frames), WIDTH])


def still_path(address: str) -> str:
    """Where it lies beside the call sheet."""
    return f"stills/{address.replace(' ', '_')}.jpg"
