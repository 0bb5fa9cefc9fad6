"""The verbs of rights: what may be used and why not, and recording that somebody withdrew a consent."""

import sys
from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, rows, show, studio
from callsheet.errors import RightsError

_COLOURS = {"blocked": "red", "required": "yellow", "warned": "yellow", "cleared": "green"}


@app.command()
@FOLDER
@click.option("--all", "everything", is_flag=True, help="Notes and warnings too, and what the rules said before.")
@AS_JSON
def rights(folder: Path, everything: bool, as_json: bool) -> None:
    """Show what may be used and what not, with rules, remedies and sources. Exits with 7 when anything is forbidden."""
    found = studio(folder).rights()
    show(as_json, found.facts(), lambda: _print_standing(found, everything))
    if found.blocked:
        sys.exit(RightsError.exit_code)


@app.command()
@FOLDER
@click.argument("who")
@click.option("--why", required=True, help="How and why it was withdrawn; it stays on record.")
@click.option("--by", help="Who records it; you when absent.")
@AS_JSON
def revoke(folder: Path, who: str, why: str, by: str | None, as_json: bool) -> None:
    """Record that WHO withdrew a consent: an asset (cast.anna), a person, or a file. It cannot be taken back."""
    found = studio(folder).revoke(who, why=why, by=by)

    def render() -> None:
        click.echo(f"{found.revocation.of} is withdrawn from {found.revocation.on} on")
        _print_reached(found.reached)

    show(as_json, found.facts(), render, f"callsheet rights {folder}")


def _print_standing(found: Any, everything: bool) -> None:
    rows([(line.state, line.name, line.by) for line in found.lines])
    told = {"block", "require"} | ({"warn", "note"} if everything else set())
    seen: dict[Any, list[str]] = {}
    for line in found.lines:
        for finding in line.findings:
            if finding.outcome in told:
                seen.setdefault(finding, []).append(line.name)
    for finding, names in seen.items():
        where = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        state = {"block": "blocked", "require": "required"}.get(finding.outcome, "warned")
        click.secho(str(finding) if [finding.subject] == names else f"{where}: {finding}", fg=_COLOURS[state])
    _print_reached(found.reached)
    if everything:
        for ruling in found.record:
            did = "refused" if ruling.refused else "went on"
            by = ", ".join(ruling.rules) or "no rule spoke"
            click.secho(f"{ruling.at:%Y-%m-%d %H:%M} UTC: {ruling.verb} {ruling.what} {did} ({by})", dim=True)


def _print_reached(reached: Any) -> None:
    for one in reached:
        click.secho(f"may not be used: {one}", fg="red")
    if not reached:
        click.echo("No paper that ended or was withdrawn reaches anything.")
