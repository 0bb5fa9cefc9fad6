"""A worker process's own side: it waits for work on a pipe, does it, answers, and never outlives its parent."""

import multiprocessing
import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait

from callsheet.errors import CallsheetError

_EVERY_S = 0.1
"""How often, at most, progress is told; people do not read faster."""


def serve(pipe: Connection) -> None:
    """Do what comes through `pipe` until it is closed: (function, arguments, whether it tells frames) in, (word, value) out."""
    # Ctrl-C reaches the whole terminal: the parent decides what stops, so that it can say what is kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # One process a core is enough; threads inside would fight over them, and could add numbers in another order.
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            message = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            answer = _do(pipe, message)
        except BrokenPipeError:
            return
        pipe.send_bytes(answer)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _do(pipe: Connection, message: bytes) -> bytes:
    try:
        function, arguments, tells = pickle.loads(message)
        more = {"on_frame": _teller(pipe)} if tells else {}
        return pickle.dumps(("made", function(*arguments, **more)))
    except BrokenPipeError:
        raise
    # Whatever a maker raises has to reach the parent, which raises it again; there is nobody else to handle it here.
    except Exception as error:  # noqa: BLE001
        return pickle.dumps(("failed", _portable(error)))


def _portable(error: Exception) -> Exception:
    """The error itself if it survives a pipe, else its words."""
    trace = "".join(traceback.format_exception(error))
    if not isinstance(error, CallsheetError):
        error.add_note(f"In the worker process:\n{trace}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - an error's own pickling may raise anything
        return CallsheetError(f"{type(error).__name__}: {error}", remedy=trace)
    return error


def _teller(pipe: Connection) -> Callable[[int, int], None]:
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_S or done == total:
            last = now
            pipe.send_bytes(pickle.dumps(("frame", (done, total))))

    return tell
