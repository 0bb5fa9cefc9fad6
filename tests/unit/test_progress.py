"""Progress: from the floor's events to what people see."""

from callsheet.film import Money
from callsheet.floor.event import Progress as Event
from callsheet.floor.meter import Meter
from callsheet.progress import Progress


def told(*events: Event) -> list[Progress]:
    seen: list[Progress] = []
    meter = Meter(seen.append, Money(1_500_000, "USD"))
    for event in events:
        meter(event)
    return seen


def test_the_whole_counts_pieces_made_and_reused() -> None:
    seen = told(
        Event("take", "SH010", "reused"),
        Event("take", "SH020", "waiting"),
        Event("take", "SH020", "making"),
        Event("take", "SH020", "making", 12, 48),
        Event("take", "SH020", "made"),
    )
    whole = [(p.done, p.total, p.spent) for p in seen if p.subject == Progress.WHOLE]
    assert whole[0] == (1, 1, "spent 1.50 USD")
    assert whole[-1] == (2, 2, "spent 1.50 USD")
    assert all(done <= total for done, total, _ in whole)


def test_a_shot_tells_its_step_and_frames() -> None:
    seen = told(Event("take", "SH010", "waiting"), Event("take", "SH010", "making", 12, 48))
    shot = next(p for p in seen if p.subject == "SH010")
    assert (shot.step, shot.done, shot.total) == ("shooting", 12, 48)


def test_pieces_of_one_name_are_counted_each() -> None:
    seen = told(
        Event("segment", "EP01 master", "waiting"),
        Event("segment", "EP01 master", "waiting"),
        Event("segment", "EP01 master", "made"),
        Event("segment", "EP01 master", "made"),
    )
    assert [(p.done, p.total) for p in seen] == [(0, 1), (0, 2), (1, 2), (2, 2)]
