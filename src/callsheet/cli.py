"""The command line: one verb a command, each calls one method of Studio. `--json` prints one JSON object on standard output."""

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


def _show(as_json: bool, facts: Any, render: Callable[[], None], after: str = "") -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    render()
    if after:
        click.secho(f"Next: {after}", dim=True)


def _rows(rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in rows[0] if rows else ():
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=False, highlight=False).print(table)


def _studio(folder: Path) -> Any:
    from callsheet.studio import Studio

    return Studio(folder)


@app.command()
@FOLDER
@click.option(
    "--brief",
    "brief",
    type=click.Path(path_type=Path),
    required=True,
    help="A brief (.md, .txt), a screenplay (.fountain) or a document.",
)
@click.option(
    "--format", "format_name", help="product-ad, lookbook, drama-episode or explainer; the best fit when absent."
)
@click.option("--treatment", help="The treatment to take; the best fit when absent.")
@AS_JSON
def new(folder: Path, brief: Path, format_name: str | None, treatment: str | None, as_json: bool) -> None:
    """Start a production in FOLDER from a brief."""
    written = _studio(folder).new(brief, format_name=format_name, treatment=treatment)
    _show(
        as_json,
        written.facts(),
        lambda: _print_written(written),
        f"callsheet board {folder}, or callsheet make {folder}",
    )


@app.command()
@FOLDER
@click.option("--treatment", help="The treatment to take; the best fit when absent.")
@click.option("--format", "format_name", help="product-ad, lookbook, drama-episode or explainer.")
@click.option("--writer", help="An installed writer, such as `endpoint` for an OpenAI-compatible model.")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), help="Another brief, screenplay or document in the folder."
)
@click.option("--force", is_flag=True, help="Replace a board that was edited by hand; the old one stays as a version.")
@AS_JSON
def write(
    folder: Path,
    treatment: str | None,
    format_name: str | None,
    writer: str | None,
    source: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write the board from the brief: three treatments, one taken."""
    written = _studio(folder).write(
        treatment=treatment, format_name=format_name, writer=writer, source=source, force=force
    )
    _show(as_json, written.facts(), lambda: _print_written(written), f"callsheet board {folder}")


@app.command()
@FOLDER
@AS_JSON
def board(folder: Path, as_json: bool) -> None:
    """Show the board: every shot in film order."""
    document = _studio(folder).board()
    _show(
        as_json,
        document.production.model_dump(mode="json"),
        lambda: _print_board(document.production),
        f"callsheet bid {folder}",
    )


@app.command()
@FOLDER
@AS_JSON
def bid(folder: Path, as_json: bool) -> None:
    """Show which offer shoots which shot, why, and for how much."""
    quoted = _studio(folder).bid()

    def render() -> None:
        _rows(
            [
                (
                    line.shot,
                    line.offer,
                    "take is there" if line.reused else str(line.price or "price unknown"),
                    "; ".join(line.reasons),
                )
                for line in quoted.lines
            ]
        )
        click.echo(f"To shoot: {quoted.total or 'not known until every price is'}")

    _show(as_json, quoted.facts(), render, f"callsheet shoot {folder}")


@app.command()
@FOLDER
@click.argument("shots", nargs=-1)
@click.option("--retake", is_flag=True, help="Shoot the named shots again with a new seed.")
@AS_JSON
def shoot(folder: Path, shots: tuple[str, ...], retake: bool, as_json: bool) -> None:
    """Shoot every shot that has no take for its board yet, or only SHOTS."""
    with _progress(as_json) as on_event:
        shooting = _studio(folder).shoot(shots, retake=retake, on_event=on_event)
    _show(as_json, shooting.facts(), lambda: click.echo(str(shooting)), f"callsheet conform {folder}")


@app.command()
@FOLDER
@click.argument("shot")
@AS_JSON
def takes(folder: Path, shot: str, as_json: bool) -> None:
    """List the takes of SHOT; the pick is marked."""
    found, picked = _studio(folder).takes(shot)

    def render() -> None:
        _rows([
            ("*" if take.number == picked else " ", f"take {take.number}", take.recipe.offer, f"seed {take.recipe.seed}",
             f"{take.made_at:%Y-%m-%d %H:%M} UTC", take.recipe.digest[:12])
            for take in found
        ])  # fmt: skip

    facts = {"shot": shot, "picked": picked, "takes": [take.model_dump(mode="json") for take in found]}
    _show(as_json, facts, render, f"callsheet pick {folder} {shot} NUMBER")


@app.command()
@FOLDER
@click.argument("shot")
@click.argument("number", type=int)
@AS_JSON
def pick(folder: Path, shot: str, number: int, as_json: bool) -> None:
    """Put take NUMBER of SHOT in the cut."""
    take = _studio(folder).pick(shot, number)
    _show(
        as_json,
        {"shot": take.shot, "picked": take.number},
        lambda: click.echo(f"{take.shot}: take {take.number} picked"),
        f"callsheet conform {folder}",
    )


@app.command()
@FOLDER
@AS_JSON
def conform(folder: Path, as_json: bool) -> None:
    """Rebuild the masters from the picks."""
    with _progress(as_json) as on_event:
        conformed = _studio(folder).conform(on_event=on_event)
    _show(as_json, conformed.facts(), lambda: _print_masters(conformed), f"callsheet deliver {folder}")


@app.command()
@FOLDER
@AS_JSON
def deliver(folder: Path, as_json: bool) -> None:
    """Pack masters, captions, poster, contact sheet, OTIO, call sheet and manifest into FOLDER/deliver."""
    with _progress(as_json) as on_event:
        made = _studio(folder).deliver(on_event=on_event)
    _show(as_json, made.facts(), lambda: _print_made(made))


@app.command()
@FOLDER
@click.option("--treatment", help="The treatment to take when the board is written.")
@AS_JSON
def make(folder: Path, treatment: str | None, as_json: bool) -> None:
    """From brief to delivered film: do whatever is not done yet."""
    with _progress(as_json) as on_event:
        made = _studio(folder).make(treatment=treatment, on_event=on_event)
    _show(as_json, made.facts(), lambda: _print_made(made))


@app.command()
@FOLDER
@AS_JSON
def versions(folder: Path, as_json: bool) -> None:
    """List the versions of the board."""
    found = _studio(folder).versions()
    facts = [{"number": v.number, "made_at": v.made_at.isoformat(), "why": v.why, "digest": v.digest} for v in found]

    def render() -> None:
        _rows([(str(v.number), f"{v.made_at:%Y-%m-%d %H:%M:%S} UTC", v.why, v.digest[:12]) for v in found])

    _show(as_json, facts, render, f"callsheet restore {folder} NUMBER")


@app.command()
@FOLDER
@click.argument("number", type=int)
@AS_JSON
def restore(folder: Path, number: int, as_json: bool) -> None:
    """Bring board and picks of version NUMBER back, at no cost."""
    version = _studio(folder).restore(number)
    _show(
        as_json,
        {"restored": number, "version": version.number},
        lambda: click.echo(f"version {number} is back, as version {version.number}"),
        f"callsheet make {folder}",
    )


@app.command()
@FOLDER
@AS_JSON
def doctor(folder: Path, as_json: bool) -> None:
    """Check this machine and this folder: what works, what is missing, what to do."""
    checks = _studio(folder).doctor()

    def render() -> None:
        _rows(
            [
                ("ok" if c.ok else "MISSING" if c.needed else "absent", c.part, c.found, "" if c.ok else c.remedy)
                for c in checks
            ]
        )

    _show(as_json, [c.facts() for c in checks], render)
    if any(c.needed and not c.ok for c in checks):
        sys.exit(10)


def _progress(as_json: bool) -> Any:
    from callsheet.terminal import Live

    return Live(quiet=as_json)


def _print_written(written: Any) -> None:
    source = written.source
    click.echo(
        f"{'Kept' if written.reused else 'Wrote'} the board of {written.title!r}: {written.shots} shots, {written.length}, from {source.file}"
    )
    for treatment in written.treatments:
        taken = treatment.id == source.treatment
        click.secho(f"{'*' if taken else ' '} {treatment.id}: {treatment.title}", bold=taken)
        click.echo(f"    {treatment.angle}")
        for reason in treatment.reasons:
            click.secho(f"    - {reason}", dim=True)
    for flag in source.flags:
        click.secho(f"! {flag}", fg="yellow")


def _print_board(production: Any) -> None:
    _rows([
        (p.address, f"{p.shot.duration} f", f"{p.shot.camera.size}, {p.shot.camera.move}", p.shot.action)
        for p in production.board()
    ])  # fmt: skip


def _print_masters(conformed: Any) -> None:
    _rows([
        (m.preset, f"{m.width}x{m.height}", f"{m.frames} frames at {m.rate}", f"{m.lufs:.1f} LUFS" if m.lufs is not None else "silent", m.sha256[:12])
        for m in conformed.masters
    ])  # fmt: skip
    for warning in conformed.warnings:
        click.secho(f"! {warning}", fg="yellow")


def _print_made(made: Any) -> None:
    takes, segments = made.takes, made.segments
    click.echo(
        f"{made.production}, version {made.version}: {_count(takes['made'], 'take')} made, {takes['reused']} reused; "
        f"{_count(segments['made'], 'segment')} made, {segments['reused']} reused; spent {made.spent}"
    )
    for item in made.deliverables:
        click.echo(f"  {item['path']}")
    for warning in made.warnings:
        click.secho(f"! {warning}", fg="yellow")
    click.secho(f"Watch {made.deliverables[0]['path']}; the call sheet is {made.folder}/callsheet.html", dim=True)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
