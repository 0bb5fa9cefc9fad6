"""The cut and the soundtrack's plan."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsheet.edit.cut import Cut, assemble
from callsheet.edit.soundtrack import cue_sheet, lines, place
from callsheet.edit.titles import caption_languages, captions, supers
from callsheet.errors import NotFoundError
from callsheet.film import (
    Clip,
    Dialogue,
    Document,
    Episode,
    Production,
    Rate,
    Recipe,
    Sequence,
    Shot,
    Super,
    Take,
    Transition,
    order,
)


def film(*shots: Shot, language: str = "en", rate: str = "24") -> Cut:
    numbered = [s.model_copy(update={"code": f"SH{10 * (i + 1):03}"}) for i, s in enumerate(shots)]
    production = Production(
        title="t",
        language=language,
        rate=Rate.parse(rate),
        episodes=[Episode(sequences=[Sequence(code="SQ010", shots=numbered)])],
    )
    Document.of(production)
    picks = {}
    for placed in production.board():
        recipe = Recipe(offer="o", engine="1", seed=0, order=order(production, placed, lambda path: path, None))
        clip = Clip(
            framing="16:9", sha256="0" * 64, width=16, height=9, frames=placed.shot.duration, rate=production.rate
        )
        picks[placed.address] = Take(
            number=1,
            shot=placed.address,
            recipe=recipe,
            clips=(clip,),
            cost_micros=0,
            currency="USD",
            made_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    return assemble(production, production.episodes[0], picks)


def shot(frames: int = 48, *said: str, dissolve: int = 0, **more: object) -> Shot:
    transition = Transition(kind="dissolve", frames=dissolve) if dissolve else Transition()
    return Shot(
        code="SH010",
        action="a",
        duration=frames,
        dialogue=[Dialogue(line=s) for s in said],
        transition=transition,
        **more,
    )


def spoken(cut: Cut, *seconds: float) -> list[dict[str, object]]:
    return [{"samples": int(s * 48_000), "words": [["word", 0, int(s * 48_000)]]} for s in seconds]


def test_a_dissolve_overlaps_the_shot_before() -> None:
    cut = film(shot(48), shot(40, dissolve=12), shot(30))
    assert [(e.record_in, e.record_out) for e in cut.events] == [(0, 48), (36, 76), (76, 106)]
    assert cut.frames == 106


def test_a_shot_without_a_pick_is_named() -> None:
    production = film(shot()).production
    with pytest.raises(NotFoundError, match="EP01 SQ010 SH010"):
        assemble(production, production.episodes[0], {})


def test_lines_start_with_their_shot_and_after_one_another() -> None:
    cut = film(shot(96, "one", "two"), shot(96, "three"))
    placed = place(cut, lines(cut), spoken(cut, 1.0, 1.0, 1.0), 1.25)
    starts = [p.start / 48_000 for p in placed]
    assert starts[0] == pytest.approx(0.15)
    assert starts[1] == pytest.approx(1.35)
    assert starts[2] == pytest.approx(4.15)
    assert all(p.over == 0 for p in placed)


def test_a_long_line_runs_on_where_nobody_speaks() -> None:
    cut = film(shot(24, "long"), shot(72), shot(48, "next"))
    placed = place(cut, lines(cut), spoken(cut, 3.0, 1.0), 1.25)
    assert [p.samples for p in placed] == [144_000, 48_000]


def test_a_line_that_does_not_fit_is_hurried_then_pushes_the_next() -> None:
    cut = film(shot(24, "long"), shot(96, "next"))
    placed = place(cut, lines(cut), spoken(cut, 2.0, 1.0), 1.25)
    assert placed[0].samples == 76_800
    assert placed[1].start == placed[0].start + 76_800 + 9_600


def test_a_line_past_the_end_is_reported() -> None:
    cut = film(shot(24, "far too long"))
    assert place(cut, lines(cut), spoken(cut, 3.0), 1.25)[0].over > 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(12, 120), st.lists(st.floats(0.2, 5), max_size=3)), min_size=1, max_size=6))
def test_lines_never_overlap_and_are_never_hurried_too_much(board: list[tuple[int, list[float]]]) -> None:
    cut = film(*(shot(frames, *("x" for _ in said)) for frames, said in board))
    speeches = spoken(cut, *(s for _, said in board for s in said))
    placed = place(cut, lines(cut), speeches, 1.25)
    for one, two in itertools.pairwise(placed):
        assert two.start >= one.start + one.samples
    for p, s in zip(placed, speeches, strict=True):
        assert int(s["samples"]) / 1.25 - 1 <= p.samples <= int(s["samples"])
        assert all(p.start <= a <= b <= p.start + p.samples for _, a, b in p.words)


def test_the_same_character_always_sounds_the_same() -> None:
    one, two = film(shot(48, "a")), film(shot(48, "b"), shot(24, "c"))
    voice = {(x.pitch, x.timbre, x.pace) for cut in (one, two) for x in lines(cut)}
    assert len(voice) == 1
    assert lines(one)[0].key("v1") != lines(two)[0].key("v1")
    assert lines(one)[0].key("v1") != lines(one)[0].key("v2")


def test_captions_follow_the_words() -> None:
    cut = film(shot(96, "Two pots, one kettle."))
    placed = place(
        cut,
        lines(cut),
        [
            {
                "samples": 96_000,
                "words": [
                    ["Two", 0, 24_000],
                    ["pots,", 24_000, 48_000],
                    ["one", 48_000, 72_000],
                    ["kettle.", 72_000, 96_000],
                ],
            }
        ],
        1.25,
    )
    found = captions(cut, placed, "en")
    assert " ".join(c.text for c in found) == "Two pots, one kettle."
    assert found[0].start == 3
    assert found[-1].end <= cut.frames


def test_translations_make_caption_languages_only_when_whole() -> None:
    both = Shot(code="SH010", action="a", duration=48, dialogue=[Dialogue(line="one", translations={"zh": "一"})])
    half = Shot(code="SH010", action="a", duration=48, dialogue=[Dialogue(line="two")])
    assert caption_languages(film(both)) == ["en", "zh"]
    assert caption_languages(film(both, half)) == ["en"]
    assert caption_languages(film(shot())) == []


def test_supers_leave_before_the_next_shot_dissolves_in() -> None:
    cut = film(
        shot(48, supers=[Super(text="Hello")]), shot(48, dissolve=12, supers=[Super(text="World", start=4, frames=20)])
    )
    assert [(s.start, s.end) for s in supers(cut, "16:9")] == [(0, 36), (48, 68)]


def test_the_cue_sheet_is_plain_and_whole() -> None:
    cut = film(shot(48, "x", ambience="rain"), shot(48, ambience="rain"), shot(24))
    placed = place(cut, lines(cut), spoken(cut, 1.0), 1.25)
    sheet = cue_sheet(cut, placed, ["k"])
    assert sheet["samples"] == 240_000
    assert sheet["music"] is None
    assert [(b["start"], b["end"]) for b in sheet["ambience"]] == [(0, 192_000)]
    assert sheet["voices"] == [{"speech": "k", "start": 7_200, "samples": 48_000}]
