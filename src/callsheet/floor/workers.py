"""Worker processes: as many as there are cores, each started when there is work for it, none left behind."""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from callsheet.errors import CallsheetError, InputError
from callsheet.floor.desk import serve

OnFrame = Callable[[int, int], None]
"""Told how many frames are done, and of how many."""

_TRIES = 2
_CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
_starting = threading.Lock()


def cores() -> int:
    """How many processors this process may use: those it is bound to, or the share a container gives it."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = _CPU_LIMIT.read_text().split()
        count = min(count, max(1, int(quota) // int(period)))
    return count


class _Died(Exception):
    """The worker process ended without an answer; says how."""


class _Slot:
    """One worker process, started when first needed and again after it died. Used by one thread at a time."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._pipe: multiprocessing.connection.Connection | None = None
        self._stopped = False

    def exchange(self, message: bytes, on_frame: OnFrame | None) -> Any:
        """Send work and wait for its answer. Raises what the work raised, or _Died."""
        process, pipe = self._running()
        try:
            pipe.send_bytes(message)
            while True:
                word, value = pickle.loads(pipe.recv_bytes())
                if word == "made":
                    return value
                if word == "failed":
                    raise value
                if on_frame is not None:
                    on_frame(*value)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            process.join()
            self._drop()
            raise _Died(_how(process.exitcode)) from None

    def arm(self) -> None:
        """Forget an earlier stop, before the next exchange."""
        self._stopped = False

    def stop(self) -> None:
        """Kill the process, from any thread; the exchange that waits for it raises _Died."""
        self._stopped = True
        process = self._process
        if process is not None and process.is_alive():
            process.kill()

    def close(self) -> None:
        """Kill the process and wait until it is gone. Not while an exchange is under way."""
        self.stop()
        if self._process is not None:
            self._process.join()
            self._drop()

    def _running(self) -> tuple[BaseProcess, "multiprocessing.connection.Connection"]:
        if self._process is None or self._pipe is None:
            spawn = multiprocessing.get_context("spawn")
            self._pipe, theirs = spawn.Pipe()
            self._process = spawn.Process(target=serve, args=(theirs,), daemon=True)
            with _starting, _no_main():
                self._process.start()
            theirs.close()
            if self._stopped:  # asked for while the process was starting
                self._process.kill()
        return self._process, self._pipe

    def _drop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


@contextlib.contextmanager
def _no_main() -> Iterator[None]:
    """Keep a new process from running the user's script again, which a script without a `__main__` guard would not survive."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _how(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        return f"was killed by {name}" + (", perhaps because memory ran out" if name == "SIGKILL" else "")
    return f"ended with exit code {exitcode}"


class Workers:
    """A bounded set of worker processes, for anything that is busy with the processor.

    Processes are spawned, not forked, so they share no lock or thread with this one. They die with it, even when it is killed.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or cores()
        self._slots = [_Slot() for _ in range(self.count)]
        self._idle: asyncio.Queue[_Slot] = asyncio.Queue()
        for slot in self._slots:
            self._idle.put_nowait(slot)
        self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="callsheet-worker")

    async def run(
        self, function: Callable[..., Any], *arguments: Any, on_frame: OnFrame | None = None, where: str = ""
    ) -> Any:
        """Call `function(*arguments)` in a worker process and return what it returns; both must be importable and picklable.

        With `on_frame` the function is also given a keyword argument `on_frame`, through which it tells frames done, and these come
        out here, in the event loop. Raises what the function raised. A process that dies is replaced and the call made once more;
        dying again is a CallsheetError naming `where`. When the waiting task is cancelled, the process is killed.
        """
        message = pickle.dumps((function, arguments, on_frame is not None))
        if b"__main__" in pickle.dumps(function):
            raise InputError("a worker process cannot run a function of the main script", where=where,
                             remedy="Move it to a module of its own, so that it can be imported.")  # fmt: skip
        loop = asyncio.get_running_loop()
        tell = None if on_frame is None else lambda done, total: _post(loop, on_frame, done, total)
        slot = await self._idle.get()
        try:
            for left in reversed(range(_TRIES)):
                try:
                    return await self._exchange(slot, message, tell)
                except _Died as died:
                    if not left:
                        raise CallsheetError(
                            f"the worker process {died}, {_TRIES} times",
                            where=where,
                            remedy="Run again: what is finished is kept. If it happens again, free some memory.",
                        ) from None
        finally:
            self._idle.put_nowait(slot)

    async def _exchange(self, slot: _Slot, message: bytes, on_frame: OnFrame | None) -> Any:
        slot.arm()
        answer = asyncio.get_running_loop().run_in_executor(self._threads, slot.exchange, message, on_frame)
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            slot.stop()
            await asyncio.wait({answer})
            answer.exception()
            raise

    def close(self) -> None:
        """Kill every process; what they were doing is lost. Call it when nothing is waiting any more."""
        for slot in self._slots:
            slot.stop()
        self._threads.shutdown(wait=True)
        for slot in self._slots:
            slot.close()


def _post(loop: asyncio.AbstractEventLoop, on_frame: OnFrame, done: int, total: int) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody watches any more
        loop.call_soon_threadsafe(on_frame, done, total)
