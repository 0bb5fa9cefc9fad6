"""The verbs of rights: what may be used and why not, and recording that somebody withdrew a consent."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, count, rows, show, studio
from callsheet.errors import RightsError

_HEADS = {
    "block": ("Forbidden", "red"),
    "require": ("To be done first", "yellow"),
    "warn": ("Warning", "yellow"),
    "note": ("Note", None),
}


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
        _print_elsewhere(found, folder)

    show(as_json, found.facts(), render, f"callsheet rights {folder}")


def _print_elsewhere(found: Any, folder: Path) -> None:
    """How far it reaches over the database, where other productions are in it."""
    if not found.others:
        return
    if not found.files:
        click.echo(
            "No paper of it is here, so it holds in this production alone: other productions know it by no digest."
        )
    else:
        known = "1 other is" if found.also == 1 else f"{found.also or 'no'} others are"
        click.echo(f"It holds in every production of this database that has the same paper or file: {known} known.")
    if found.near:
        uses = count(found.near, "other production") + (" uses" if found.near == 1 else " use")
        click.secho(f"! {uses} a file of it under another paper, or none, and may go on.", fg="yellow")
        click.echo(f"callsheet revoke {folder} FILE --why ... withdraws a file everywhere.")


def _print_standing(found: Any, everything: bool) -> None:
    rows([(line.state, line.name, line.by) for line in found.lines])
    told = {"block", "require"} | ({"warn", "note"} if everything else set())
    said = [(line.name, finding) for line in found.lines for finding in line.findings if finding.outcome in told]
    _print_said(said)
    _print_reached(found.reached)
    if everything:
        for ruling in found.record:
            did = "refused" if ruling.refused else "went on"
            by = ", ".join(ruling.rules) or "no rule spoke"
            click.secho(f"{ruling.at:%Y-%m-%d %H:%M} UTC: {ruling.verb} {ruling.what} {did} ({by})", dim=True)


def _print_said(said: list[tuple[str, Any]]) -> None:
    """What rules say, what they say alike of several shots or files once."""
    from callsheet.rights.telling import together

    for (outcome, names), findings in together(said).items():
        word, colour = _HEADS[outcome]
        click.secho(f"\n{word}: {_few(names)}", fg=colour)
        for finding in findings:
            about = ", ".join(part for part in (finding.where, finding.subject) if part)
            click.echo(f"  {finding.rule}: {about + ': ' if about else ''}{finding.words}")
            click.echo(f"    {finding.task}")
            click.secho(f"    Source: {finding.source}, read {finding.checked_at}", dim=True)
    if any(finding.placeless for _, finding in said):
        click.echo("\nNobody says where it will be shown, so the rules of every place are listed.")
        click.echo("State rights.territories and rights.channels in production.yaml.")
    if said:
        click.echo()


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _print_reached(reached: Any) -> None:
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in reached:
        by = f" (through {_few(one.through)})" if one.through else ""
        why = tuple(f"{finding.words} [{finding.rule}]" for finding in one.findings)
        alike.setdefault(why, []).append(f"{one.kind} {one.name}{by}")
    for why, things in alike.items():
        click.secho(f"May not be used: {'; '.join(why)}", fg="red")
        for thing in things:
            click.echo(f"  {thing}")
    if not reached:
        click.echo("No paper that ended or was withdrawn reaches anything.")
