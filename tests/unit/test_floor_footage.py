"""What a take brings besides its picture: footage before the new frames of an extension, and sound of its own."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from callsheet.edit.cut import Cut, assemble
from callsheet.film import Clip, Document, Rate, Recipe, Reference, Take
from callsheet.floor.footage import entered, sounding
from callsheet.media.mixdown import mixdown
from callsheet.media.probe import probe
from callsheet.rehearsal.clips import Plain
from callsheet.store import FolderBlobs, Memo
from callsheet.testing.stage import order

BOARD = """\
title: Street
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {code: SH010, action: A street., duration: 48, sound: SOUND, footage: {video: v.mp4, work: extend}}
"""


@dataclass
class Store:
    blobs: FolderBlobs


@pytest.fixture
def store(tmp_path: Path) -> Any:
    return Store(FolderBlobs(tmp_path / "blobs", Memo(tmp_path / "checked")))


def made(store: Any, frames: int) -> str:
    recipe = {"order": {"frames": frames, "rate": "24"}, "size": [64, 36]}
    return str(store.blobs.put_bytes(Plain(height=36)(recipe, "16:9")))


def cut(sha256: str, frames: int, given: str, sound: str = "laid") -> Cut:
    production = Document.parse(BOARD.replace("SOUND", sound)).production
    recipe = Recipe(
        offer="x@y", engine="1", seed=1, order=order(frames=48, references=(Reference(role="extend", sha256=given),))
    )
    clip = Clip(framing="16:9", sha256=sha256, width=64, height=36, frames=frames, rate=Rate(24))
    fields: dict[str, Any] = {
        "number": 1,
        "shot": "EP01 SQ010 SH010",
        "recipe": recipe,
        "clips": (clip,),
        "cost_micros": 0,
        "currency": "USD",
    }
    take = Take(**fields, made_at="2026-11-21T00:00:00Z")
    return assemble(production, production.episodes[0], {take.shot: take})


@pytest.mark.parametrize(("frames", "begins"), [(48, 0), (60, 0), (120, 72), (116, 68), (140, 72), (100, 0)])
def test_of_an_extension_only_the_new_frames_are_cut(store: Any, frames: int, begins: int) -> None:
    given = made(store, 72)
    assert entered(store, cut("0" * 64, frames, given)).events[0].source_in == begins


def test_a_take_of_nothing_given_begins_at_its_beginning(store: Any) -> None:
    assert entered(store, cut("0" * 64, 300, "1" * 64)).events[0].source_in == 0, (
        "footage that is not here says nothing"
    )


def test_the_sound_of_a_take_is_heard_in_the_mix(store: Any, tmp_path: Path) -> None:
    silent = made(store, 48)
    loud = tmp_path / "loud.mp4"
    with av.open(str(loud), "w") as out, av.open(str(store.blobs.path(silent))) as source:
        video = out.add_stream_from_template(source.streams.video[0])
        audio = out.add_stream("aac", rate=48_000)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = video
                out.mux(packet)
        tone = (np.sin(np.arange(96_000) * 2 * np.pi * 440 / 48_000) * 0.3).astype(np.float32)
        for start in range(0, len(tone), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.stack([tone[start : start + 1024]] * 2), format="fltp", layout="stereo"
            )
            frame.rate = 48_000
            frame.pts = start
            out.mux(audio.encode(frame))
        out.mux(audio.encode(None))
    sounded = store.blobs.put_file(loud)
    assert probe(store.blobs.path(sounded)).has_audio
    assert sounding(store, cut(silent, 48, silent, "native")) == {}
    assert sounding(store, cut(sounded, 48, silent)) == {}, "only where the board wants it"
    assert sounding(store, cut(sounded, 48, silent, "native")) == {0: sounded}
    take = {"clip": sounded, "start": 24_000, "from": 0, "samples": 48_000}
    sheet = {"samples": 96_000, "voices": [], "music": None, "effects": [], "ambience": [], "takes": [take]}
    path, facts = mixdown(sheet, {}, -16.0, -1.0, tmp_path / "mix.m4a", {sounded: store.blobs.path(sounded)})
    assert facts["lufs"] == pytest.approx(-16.0, abs=1.5)
    from callsheet.media.gates.hearing import listen

    heard = np.abs(listen(path)).mean(axis=1)
    assert heard[2_000:20_000].max() < 0.01 < heard[30_000:60_000].mean()
    assert heard[80_000:].max() < 0.01
    assert Fraction(len(heard), 48_000) >= Fraction(19, 10)
