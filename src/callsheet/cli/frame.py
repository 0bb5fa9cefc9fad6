"""The frame of the command line: how it runs, fails and shows."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from callsheet.errors import CallsheetError

FOLDER = click.argument("folder", type=click.Path(path_type=Path), default=Path())
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="callsheet", prog_name="callsheet")
def app() -> None:
    """Callsheet, the production system for AI video.

    Start with `callsheet new DIR --brief FILE`, then `callsheet make DIR`.
    """


def main() -> None:
    """Run the command line; every error class has its own exit code (see `callsheet.errors`)."""
    as_json = "--json" in sys.argv
    try:
        app.main(standalone_mode=False)
    except CallsheetError as error:
        _fail(str(error), as_json, type(error).__name__, error.exit_code, error)
    except click.exceptions.Abort:
        _fail("stopped; run the same command again to continue", as_json, "Interrupted", 130)
    except KeyboardInterrupt:
        _fail("stopped; run the same command again to continue", as_json, "Interrupted", 130)
    except click.ClickException as error:
        _fail(error.format_message(), as_json, "UsageError", error.exit_code)
    except BrokenPipeError:
        sys.exit(0)


def _fail(text: str, as_json: bool, kind: str, code: int, error: CallsheetError | None = None) -> None:
    if as_json:
        facts = {"error": kind, "message": error.what if error else text, "exit_code": code}
        if error:
            facts |= {"where": error.where, "remedy": error.remedy, "http_status": error.http_status}
        click.echo(json.dumps(facts, ensure_ascii=False))
    click.secho(text, fg=None if as_json else "red", err=True)
    sys.exit(code)


def show(as_json: bool, facts: Any, render: Callable[[], None], after: str = "") -> None:
    """Print the facts as one JSON object, or what `render` prints and what to do next."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    render()
    if after:
        click.secho(f"Next: {after}", dim=True)


def rows(found: list[tuple[str, ...]]) -> None:
    """Print rows in columns."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in found[0] if found else ():
        table.add_column(overflow="fold")
    for row in found:
        table.add_row(*row)
    Console(soft_wrap=False, highlight=False, markup=False).print(table)


def studio(folder: Path) -> Any:
    """The production in `folder`. Whoever runs `app` with an `obj` gives arguments of Studio by it, such as a clock of their own."""
    from callsheet.studio import Studio

    context = click.get_current_context(silent=True)
    return Studio(folder, **(context.find_root().obj or {} if context else {}))


def progress(as_json: bool) -> Any:
    """The live display."""
    from callsheet.terminal import Live

    return Live(quiet=as_json)


def count(number: int, noun: str) -> str:
    """`1 take`, `2 takes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
