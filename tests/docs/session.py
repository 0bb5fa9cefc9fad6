"""One reader who works through a page: writes its files, makes its edits, runs its commands, in one folder."""

import contextlib
import io
import os
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from pages import Block

BIN = Path(sys.executable).parent
_SECONDS = 200


class Session:
    """Runs the blocks of one page in order; later blocks build on earlier ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "page"}
        self.output = ""
        self.paths: list[Path] = [folder]

    def take(self, block: Block) -> None:
        """Do what the block is for."""
        if block.directive == "file":
            self._write(block)
        elif block.directive == "edit":
            self._edit(block)
        elif block.directive == "output":
            self._compare(block)
        elif block.kind == "sh" and "no-run" not in block.options:
            self._shell(block)
        elif block.kind == "python" and "no-run" not in block.options:
            self._python(block)

    def _write(self, block: Block) -> None:
        path = self.folder / block.argument
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
        if path.name == "pyproject.toml":
            self._install(path)
        if block.kind == "python":
            with self._inside():
                runpy.run_path(str(path), run_name=path.stem)

    def _install(self, project: Path) -> None:
        """What `pip install` of a package with one module comes down to: its metadata, and its folder on the path."""
        facts = tomllib.loads(project.read_text("utf-8"))["project"]
        info = project.parent / f"{facts['name'].replace('-', '_')}-{facts['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {facts['name']}\nVersion: {facts['version']}\n")
        groups = facts.get("entry-points", {})
        rows = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups.items()]
        (info / "entry_points.txt").write_text("\n".join(rows))
        self.paths.append(project.parent)

    def _edit(self, block: Block) -> None:
        """Replace each run of `-` lines by the `+` lines that follow it."""
        path = self.folder / block.argument
        text = path.read_text("utf-8")
        for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", block.text, re.MULTILINE):
            before, after = (re.sub(r"^[-+]", "", lines, flags=re.MULTILINE) for lines in (old, new))
            count = f"\n{text}".count(f"\n{before}")
            assert count == 1, f"{block.where}: {before!r} stands {count} times in {path.name}"
            text = f"\n{text}".replace(f"\n{before}", f"\n{after}")[1:]
        path.write_text(text, "utf-8")

    def _shell(self, block: Block) -> None:
        wanted = next((int(o.removeprefix("exit=")) for o in block.options if o.startswith("exit=")), 0)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CALLSHEET_", "COLUMNS", "PYTEST_"))}
        places = os.pathsep.join(map(str, self.paths))
        env = kept | {"PATH": f"{BIN}{os.pathsep}{kept['PATH']}", "COLUMNS": "100", "PYTHONPATH": places}
        script = f"set -eu\n{block.text}"
        done = subprocess.run(
            ["sh", "-c", script], cwd=self.folder, env=env, capture_output=True, text=True, timeout=_SECONDS
        )
        told = f"{block.where}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == wanted, told
        self.output = done.stdout if wanted == 0 else done.stdout + done.stderr

    def _python(self, block: Block) -> None:
        said = io.StringIO()
        with self._inside(), contextlib.redirect_stdout(said):
            exec(compile("\n" * block.line + block.text, str(block.page), "exec"), self.names)
        self.output = said.getvalue()

    @contextlib.contextmanager
    def _inside(self) -> Any:
        before = sys.path[:]
        sys.path[:0] = map(str, self.paths)
        try:
            with contextlib.chdir(self.folder):
                yield
        finally:
            sys.path[:] = before

    def _compare(self, block: Block) -> None:
        wanted, found = _lines(block.text), _lines(self.output)
        pattern = ".*?".join(re.escape(part) for part in wanted.split("..."))
        assert re.fullmatch(pattern, found, re.DOTALL), (
            f"{block.where}: the page says\n{wanted}\nbut it printed\n{found}"
        )


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
