"""How long `callsheet make` takes, against the film's own running time and against its own first run.

    python -m bench.make_film [--json] [FOLDER]

Copies a production (default examples/teapot) to a temporary folder, makes it, makes it again unchanged, changes one shot's action and
makes it a third time; then draws one second of every shot at 720 lines in this process. Every command is a fresh process.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def timed(folder: Path) -> tuple[float, dict[str, Any]]:
    start = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "callsheet", "make", str(folder), "--json"], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, json.loads(run.stdout)


def bare_interpreter() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - start


def change_one_shot(folder: Path) -> None:
    from callsheet.film import Document

    path = folder / "production.yaml"
    document = Document.parse(path.read_text("utf-8"))
    shot = list(document.production.board())[1].shot
    shot.action += " A single leaf drifts past."
    path.write_text(document.dump(), "utf-8")


def drawing_fps(folder: Path) -> dict[str, float]:
    from callsheet.film import Document, Recipe, order
    from callsheet.media.animatic.draw import ENGINE, pictures

    production = Document.parse((folder / "production.yaml").read_text("utf-8")).production
    fps = {}
    for placed in production.board():
        wanted = order(production, placed, lambda path: path, None)
        recipe = Recipe(offer="animatic", engine=ENGINE, seed=1, order=wanted)
        files = {r.sha256: folder / r.sha256 for r in wanted.references}
        drawn = pictures(recipe, "16:9", files)
        next(drawn)
        start, count = time.perf_counter(), min(24, placed.shot.duration - 1)
        for _ in range(count):
            next(drawn)
        fps[placed.shot.code] = round(count / (time.perf_counter() - start), 1)
    return fps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "examples" / "teapot")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "film"
        shutil.copytree(
            arguments.folder, folder, ignore=shutil.ignore_patterns(".callsheet", "deliver", "production.yaml")
        )
        first, made = timed(folder)
        again, kept = timed(folder)
        change_one_shot(folder)
        changed, redone = timed(folder)
        fps = drawing_fps(folder)
    start_up = bare_interpreter()
    master = made["deliverables"][0]
    running = (
        master["frames"] * int(str(master["rate"]).partition("/")[2] or 1) / int(str(master["rate"]).partition("/")[0])
    )
    result = {
        "film_seconds": running,
        "first_seconds": round(first, 2),
        "first_vs_running_time": round(first / running, 2),
        "again_seconds": round(again, 2),
        "again_less_interpreter_seconds": round(again - start_up, 2),
        "again_vs_first": round(again / first, 4),
        "one_shot_seconds": round(changed, 2),
        "one_shot_vs_first": round(changed / first, 3),
        "takes": {"first": made["takes"], "again": kept["takes"], "one_shot": redone["takes"]},
        "drawing_fps_720": fps,
    }
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
