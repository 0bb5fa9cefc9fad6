"""What the kill tests run in a process of its own, apart from them so that it and its workers load little."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from callsheet.film import Camera, Money, Mood, Order, Rate, Recipe
from callsheet.floor import Floor, Job, OnFrame, ShootRequest
from callsheet.providers import Made

FRAMES = 16
SHOTS = 6


def encode(out: Path, seed: int, on_frame: OnFrame) -> None:
    """A small clip of seeded noise; long enough to make that a kill often lands in it."""
    rng = np.random.default_rng(seed)
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24), options={"threads": "1", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(rng.integers(0, 255, (108, 192, 3), dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
            on_frame(number + 1, FRAMES)
        container.mux(stream.encode(None))


def note(log: Path, word: str) -> None:
    with log.open("a") as file:
        file.write(f"{word} {os.getpid()}\n")


@dataclass(frozen=True)
class Drawer:
    """A maker that writes down every take it begins."""

    log: Path

    def __call__(
        self, recipe: Recipe, references: Mapping[str, Path], folder: Path, on_frame: OnFrame
    ) -> tuple[Made, ...]:
        note(self.log, recipe.order.code)
        while self.log.with_suffix(".hold").exists():  # a test wants to meet this take half-way
            time.sleep(0.01)
        encode(folder / "take.mp4", recipe.seed, on_frame)
        return (Made("16:9", folder / "take.mp4"),)


def segment(log: Path, seed: int, *, folder: Path, on_frame: OnFrame) -> tuple[Path, Mapping[str, int]]:
    note(log, f"segment-{seed}")
    encode(folder / "segment.mp4", seed, on_frame)
    return folder / "segment.mp4", {"seed": seed}


def request(number: int) -> ShootRequest:
    order = Order(
        code=f"EP01 SQ010 SH{number:03}", action="noise", camera=Camera(), frames=FRAMES, rate=Rate(24), framings=("16:9",), mood=Mood(),
        creativity=0.0, time_of_day=None, weather=None, use_case=None, location=None, location_id=None, cast=(), props=(), look=None,
        language="en", text_room="none", references=(),
    )  # fmt: skip
    return ShootRequest(Recipe(offer="noise", engine="1", seed=number, order=order), Money(0, "USD"))


async def work(folder: Path, log: Path) -> None:
    from callsheet.store import ProductionStore

    with ProductionStore.open(folder) as store:
        async with Floor(store, jobs=2) as floor:
            await floor.shoot([request(n * 10) for n in range(1, SHOTS + 1)], Drawer(log))
            await floor.build(
                [Job(f"{n:064}", "segment", segment, (log, n), name=f"segment-{n}") for n in range(SHOTS)]
            )


def child(folder: str, log: str) -> None:
    # A test run that was started in the background hands down that interrupts are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(work(Path(folder), Path(log)))
    except KeyboardInterrupt:
        sys.exit(130)
