"""The board's words for keyframes, footage, beats and native sound: read, checked by line, ordered, and drawn."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callsheet.edit.cut import assemble
from callsheet.edit.soundtrack import cue_sheet, lines, place
from callsheet.errors import DocumentError
from callsheet.film import Beat, Clip, Document, Order, Rate, Recipe, Reference, Take, order
from callsheet.media.animatic.draw import frame
from callsheet.media.gates.finding import Wanted
from callsheet.media.stills import load_still, png
from callsheet.providers.animatic import Animatic
from callsheet.testing.stage import order as plain

BEFORE = """\
title: Tea
cast:
  mira: {name: Mira, wardrobe: a grey coat}
props:
  pot: {name: Teapot, references: [assets/pot.png]}
episodes:
  - sequences:
      - code: SQ010
        shots:
          - code: SH010
            action: Steam rises.
            duration: 48
            camera: {size: close, move: push}
            props: [pot]
            continuity: {first_frame: assets/a.png}
            references: {images: [assets/b.png], videos: [assets/c.mp4]}
          - code: SH020
            action: She drinks.
            duration: 60
            cast: [mira]
            continuity: {last_frame: assets/d.png}
"""
DIGESTS = [
    "cae0069c6925823199eb74abb96c768781fc72b50dd65c3fe65a8bd399bc4e42",
    "03e4742dd9d09434c29bf7ff9ffac0924f16b29f8ff1f6dfbd1a86f812a6c83c",
]
"""Of the recipes of this board, from before a board had words for beats, footage and sound."""


def board(*shots: str) -> str:
    head = "title: Tea\ncast:\n  mira: {name: Mira}\nepisodes:\n  - sequences:\n      - code: SQ010\n        shots:\n"
    return head + "".join(
        f"          - code: SH0{n}0\n            action: Steam.\n            duration: 120\n"
        + "".join(f"            {line}\n" for line in shot.splitlines())
        for n, shot in enumerate(shots, 1)
    )


def name(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


def ordered(text: str, parent: Take | None = None) -> Order:
    production = Document.parse(text).production
    return order(production, list(production.board())[-1], name, parent)


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DocumentError) as caught:
        Document.parse(text)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_recipes_of_boards_without_the_new_words_have_the_digests_they_always_had() -> None:
    production = Document.parse(BEFORE).production
    orders = [order(production, placed, name, None) for placed in production.board()]
    assert [Recipe(offer="animatic", engine="1", seed=7, order=one).digest for one in orders] == DIGESTS
    assert "beats" not in orders[0].model_dump()


def test_every_word_reaches_the_order_and_changes_its_digest() -> None:
    plainly = ordered(board("cast: [mira]"))
    for words in (
        "continuity: {keyframes: [{frame: 40, image: k.png}]}", "footage: {video: v.mp4, work: restyle}", "sound: native",
        "beats: [{at: 0, action: One.}, {at: 48, action: Two.}]",
    ):  # fmt: skip
        told = ordered(board(f"cast: [mira]\n{words}"))
        assert (
            Recipe(offer="a", engine="1", seed=1, order=told).digest
            != Recipe(offer="a", engine="1", seed=1, order=plainly).digest
        )
        assert Order.model_validate_json(told.model_dump_json()) == told
    full = ordered(
        board(
            "continuity: {keyframes: [{frame: 40, image: k.png}]}\nfootage: {video: v.mp4, work: upscale}\nsound: native\n"
            "dialogue: [{who: mira, line: Tea?, manner: softly}, {line: She waits.}]"
        )
    )
    assert {r.role: r.sha256 for r in full.references} == {"upscale": name("v.mp4"), "keyframe:40": name("k.png")}
    assert full.sound is not None
    assert [(line.who, line.line, line.manner) for line in full.sound.lines] == [
        ("Mira", "Tea?", "softly"),
        ("narrator", "She waits.", ""),
    ]


def test_footage_may_be_the_take_of_another_shot() -> None:
    clips = [
        Clip(framing=shape, sha256=shape, width=2, height=2, frames=1, rate=Rate(24)) for shape in ("9:16", "16:9")
    ]
    recipe = Recipe(offer="a", engine="1", seed=1, order=plain())
    made: Any = {
        "number": 1,
        "shot": "EP01 SQ010 SH010",
        "recipe": recipe,
        "clips": tuple(clips),
        "cost_micros": 0,
        "currency": "USD",
    }
    parent = Take(**made, made_at="2026-11-21T00:00:00Z")
    told = ordered(board("", "footage: {shot: SH010, work: extend}"), parent)
    assert [(r.role, r.sha256) for r in told.references] == [("extend:9:16", "9:16"), ("extend:16:9", "16:9")]


@pytest.mark.parametrize(
    ("shot", "message"),
    [
        ("continuity: {keyframes: [{frame: 119, image: k.png}]}", "a keyframe stands inside the shot"),
        ("continuity:\n  keyframes:\n    - {frame: 50, image: k.png}\n    - {frame: 50, image: l.png}", "in the order of their frames"),
        ("beats: [{at: 0, action: One.}]", "one beat is the shot itself"),
        ("beats:\n  - {at: 12, action: One.}\n  - {at: 48, action: Two.}", "the first beat begins with the shot"),
        ("beats:\n  - {at: 0, action: One.}\n  - {at: 120, action: Two.}", "beats follow one another inside the shot"),
        ("beats:\n  - {at: 0, action: One.}\n  - {at: 0, action: Two.}", "beats follow one another inside the shot"),
        ("footage: {work: edit}", "either a video or another shot's take"),
        ("footage: {video: v.mp4, shot: SH010}", "either a video or another shot's take"),
        ("footage: {shot: SH090}", "there is no shot in this episode 'SH090'"),
        ("footage: {shot: SH010}", "SH010 is made from SH010"),
        ("footage: {video: v.mp4}\ncontinuity: {extends: SH010}", "not both"),
        ("footage: {video: v.mp4}\nbeats: [{at: 0, action: One.}, {at: 48, action: Two.}]", "that footage's cuts"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_with_its_line(shot: str, message: str) -> None:
    found = faults(board(shot))
    assert any(message in said for _, said in found), found
    assert all(line >= 11 for line, _ in found), found


def drawn(wanted: Order, index: int, references: dict[str, Path]) -> Any:
    return frame(Recipe(offer="animatic", engine="1", seed=3, order=wanted), "16:9", references, index, 48).copy()


def test_the_animatic_draws_each_beat_and_cuts_between_them(tmp_path: Path) -> None:
    (tmp_path / "key.png").write_bytes(png(np.full((48, 86, 3), (250, 20, 20), np.uint8)))
    key = Reference(role="keyframe:20", sha256="k")
    beats = (Beat(at=0, action="A city street at night."), Beat(at=12, action="A teapot on a table."))
    both = plain(frames=36, beats=beats, references=(key,))
    held = drawn(both, 20, {"k": tmp_path / "key.png"})
    assert np.abs(held[..., :3].astype(int) - load_still(tmp_path / "key.png")[0, 0, 2::-1]).max() <= 2, (
        "the keyframe, and nothing else"
    )
    before, after, later = (drawn(both, index, {}).astype(int)[..., :3] for index in (11, 12, 13))
    assert np.abs(before - after).mean() > 5 * np.abs(after - later).mean()
    alone = drawn(plain("A teapot on a table.", frames=24), 0, {})
    assert (alone == drawn(both, 12, {})).all(), "a beat is drawn as the shot that it could be"


def test_the_animatic_goes_on_where_footage_ends_and_turns_other_work_down() -> None:
    for work, why in (
        ("edit", "edits no footage"),
        ("upscale", "enlarges"),
        ("restyle", "restyles"),
        ("reframe", "reframes"),
    ):
        told = plain(references=(Reference(role=work, sha256="v"),))
        assert why in Animatic().refuses("animatic", told)
    assert Animatic().refuses("animatic", plain(references=(Reference(role="extend:16:9", sha256="v"),))) == ""


def test_a_cut_that_was_ordered_is_none_that_a_gate_finds() -> None:
    beats = (Beat(at=0, action="One."), Beat(at=48, action="Two."))
    assert Wanted.by(plain(beats=beats), "16:9").cuts == (48,)
    assert Wanted.by(plain(), "16:9").cuts == ()


def test_a_shot_with_native_sound_is_heard_and_its_laid_sound_is_not() -> None:
    shots = ["dialogue: [{who: mira, line: Tea?}]\neffects: [{effect: click, at: 2}]\nambience: rain"] * 2
    production = Document.parse(board(shots[0], shots[1] + "\nsound: native")).production
    recipe = Recipe(offer="a", engine="1", seed=1, order=plain())
    clip = Clip(framing="16:9", sha256="c", width=2, height=2, frames=120, rate=Rate(24))
    made: Any = {
        "number": 1,
        "recipe": recipe,
        "clips": (clip,),
        "cost_micros": 0,
        "currency": "USD",
        "made_at": "2026-11-21T00:00:00Z",
    }
    picks = {placed.address: Take(shot=placed.address, **made) for placed in production.board()}
    cut = assemble(production, production.episodes[0], picks)
    spoken = lines(cut)
    placed = place(cut, spoken, [{"samples": 9600, "words": []}] * 2, 1.25)
    sheet = cue_sheet(cut, placed, ["one", "two"], {1: "c"})
    assert sheet["takes"] == [{"clip": "c", "start": 240_000, "from": 0, "samples": 240_000}]
    assert [voice["speech"] for voice in sheet["voices"]] == ["one"]
    assert len(sheet["effects"]) == len(sheet["ambience"]) == 1
    assert sheet["ambience"][0]["end"] == 240_000
    assert "takes" not in cue_sheet(cut, placed, ["one", "two"]), "films without it keep their mixes"
