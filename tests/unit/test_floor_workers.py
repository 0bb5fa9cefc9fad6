"""Worker processes: what they return, how they fail, and that none is left behind."""

import asyncio
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from callsheet.errors import CallsheetError, GlyphError, InputError
from callsheet.floor import OnFrame, Workers, cores


def frames(count: int, on_frame: OnFrame) -> int:
    for number in range(count):
        on_frame(number + 1, count)
    return count


def fail_ours() -> None:
    raise GlyphError("no glyph", where="SH010", remedy="Install a font.")


def fail_strangely() -> None:
    raise LookupError("odd", threading.Lock())


def crash(log: Path, times: int) -> str:
    with log.open("a") as file:
        file.write("x")
    if len(log.read_text()) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"


def wait_for_file(log: Path, file: Path) -> str:
    with log.open("a") as line:
        line.write("x")
    while not file.exists():
        threading.Event().wait(0.01)
    return "waited"


def never(pid_file: Path) -> None:
    pid_file.write_text(str(os.getpid()))
    threading.Event().wait()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_work_is_done_elsewhere_and_frames_are_told() -> None:
    async def main() -> None:
        workers = Workers(2)
        told: list[tuple[int, int]] = []
        assert await asyncio.gather(*(workers.run(math.sqrt, n * n) for n in range(5))) == [0, 1, 2, 3, 4]
        assert await workers.run(os.getpid) != os.getpid()
        assert await workers.run(frames, 4, on_frame=lambda done, total: told.append((done, total))) == 4
        await asyncio.sleep(0)
        assert told[0] == (1, 4)
        assert told[-1] == (4, 4)
        workers.close()

    asyncio.run(main())


def test_errors_come_back_as_they_were() -> None:
    async def main() -> None:
        workers = Workers(1)
        with pytest.raises(GlyphError) as ours:
            await workers.run(fail_ours)
        assert (ours.value.where, ours.value.remedy) == ("SH010", "Install a font.")
        with pytest.raises(CallsheetError, match="LookupError"):
            await workers.run(fail_strangely)
        with pytest.raises(ValueError, match="math domain") as plain:
            await workers.run(math.sqrt, -1)
        assert "In the worker process" in plain.value.__notes__[0]
        workers.close()

    asyncio.run(main())


def test_a_process_that_dies_is_replaced_and_its_work_tried_once_more(tmp_path: Path) -> None:
    async def main() -> None:
        workers = Workers(1)
        assert await workers.run(crash, tmp_path / "once", 1) == "survived"
        with pytest.raises(CallsheetError, match=r"killed by SIGKILL.*2 times") as caught:
            await workers.run(crash, tmp_path / "always", 99, where="EP01 SQ010 SH030")
        assert caught.value.where == "EP01 SQ010 SH030"
        assert (tmp_path / "always").read_text() == "xx"
        assert await workers.run(math.sqrt, 9) == 3
        workers.close()

    asyncio.run(main())


def test_a_death_touches_only_its_own_work(tmp_path: Path) -> None:
    async def main() -> None:
        workers = Workers(2)
        other = asyncio.create_task(workers.run(wait_for_file, tmp_path / "other", tmp_path / "go"))
        with pytest.raises(CallsheetError):
            await workers.run(crash, tmp_path / "log", 99)
        (tmp_path / "go").touch()
        assert await other == "waited"
        assert (tmp_path / "other").read_text() == "x"
        workers.close()

    asyncio.run(main())


def test_cancelled_work_is_stopped_and_the_place_is_free_again(tmp_path: Path) -> None:
    async def main() -> int:
        workers = Workers(1)
        task = asyncio.create_task(workers.run(never, tmp_path / "pid"))
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            await asyncio.sleep(0.01)
        pid = int((tmp_path / "pid").read_text())
        assert alive(pid)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not alive(pid)
        assert await workers.run(math.sqrt, 4) == 2
        other = await workers.run(os.getpid)
        workers.close()
        return int(other)

    assert not alive(asyncio.run(main()))


def test_work_cancelled_while_its_process_starts_is_stopped(tmp_path: Path) -> None:
    async def main() -> None:
        workers = Workers(1)
        task = asyncio.create_task(workers.run(never, tmp_path / "pid"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 30)
        assert await workers.run(math.sqrt, 4) == 2
        workers.close()

    asyncio.run(main())


def test_a_function_of_the_main_script_is_refused() -> None:
    def fake() -> None: ...

    fake.__module__, fake.__qualname__ = "__main__", "fake"
    main = sys.modules["__main__"]
    main.fake = fake  # type: ignore[attr-defined]
    try:
        with pytest.raises(InputError, match="main script"):
            asyncio.run(Workers(1).run(fake))
    finally:
        del main.fake  # type: ignore[attr-defined]


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, math\n"
        "from callsheet.floor import Workers\n"
        "print('started')\n"
        "workers = Workers(1)\n"
        "print(asyncio.run(workers.run(math.sqrt, 16)))\n"
        "workers.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["started", "4.0"], done.stderr


def test_busy_workers_die_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    code = (
        f"import sys, asyncio; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import pathlib, callsheet.floor, test_floor_workers as t\n"
        f"asyncio.run(callsheet.floor.Workers(1).run(t.never, pathlib.Path({str(tmp_path / 'pid')!r})))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert parent.poll() is None
        threading.Event().wait(0.01)
    pid = int((tmp_path / "pid").read_text())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while alive(pid):
        assert time.monotonic() < deadline, "the worker outlived its parent"
        threading.Event().wait(0.02)


def test_there_is_at_least_one_core() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
