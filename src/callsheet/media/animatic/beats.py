"""Beats: a shot of several pictures, taken apart into one drawing each, with a cut between them."""

from collections.abc import Iterator

from callsheet.film.take import Order, Recipe, Reference

_AT_START = ("first-frame", "extends", "extend")


def parts(recipe: Recipe) -> Iterator[tuple[int, Recipe]]:
    """First frame and recipe of every picture of the shot; the recipe itself when it has one. What binds an end goes to the picture there."""
    order = recipe.order
    if not order.beats:
        yield 0, recipe
        return
    for beat, end in zip(order.beats, [*(later.at for later in order.beats[1:]), order.frames], strict=True):
        alone = order.model_copy(
            update={
                "action": beat.action,
                "camera": beat.camera,
                "frames": end - beat.at,
                "beats": (),
                "references": tuple(_bound(order, beat.at, end)),
            }
        )
        yield beat.at, recipe.model_copy(update={"order": alone})


def _bound(order: Order, start: int, end: int) -> Iterator[Reference]:
    for reference in order.references:
        kind, _, place = reference.role.partition(":")
        if kind == "keyframe":
            if start <= int(place) < end:
                yield Reference(role=f"keyframe:{int(place) - start}", sha256=reference.sha256)
        elif (start == 0 or kind not in _AT_START) and (end == order.frames or kind != "last-frame"):
            yield reference
