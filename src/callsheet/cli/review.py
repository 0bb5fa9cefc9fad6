"""The verbs of a reviewer: what a take is worth, and why a shot goes where it goes."""

from pathlib import Path

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, show, studio

_REASONS = ("prompt", "look", "motion", "identity", "artefact", "text", "sound", "other")


@app.command()
@FOLDER
@click.argument("shot")
@click.argument("number", type=int)
@click.argument("verdict", type=click.Choice(["accept", "reject"]))
@click.option("--reason", type=click.Choice(_REASONS), help="Why it is rejected; it decides who makes the next take.")
@click.option("--note", default="", help="What else is to be said.")
@click.option("--by", help="Who says it; you when absent.")
@AS_JSON
def review(
    folder: Path, shot: str, number: int, verdict: str, reason: str | None, note: str, by: str | None, as_json: bool
) -> None:
    """Accept or reject take NUMBER of SHOT; the routes of shots like it learn from it."""
    said = studio(folder).review(shot, number, verdict, reason=reason, note=note, by=by)
    after = f"callsheet bid {folder}" if said.final_due else f"callsheet why {folder} {shot}"
    if verdict == "reject":
        after = f"callsheet shoot {folder} {shot} --retake"
    show(as_json, said.facts(), lambda: click.echo(str(said)), after)


@app.command()
@FOLDER
@click.argument("shot")
@AS_JSON
def why(folder: Path, shot: str, as_json: bool) -> None:
    """Explain the route of SHOT: what was weighed, excluded and believed, and what would change it."""
    found = studio(folder).why(shot)
    show(as_json, found.facts(), lambda: click.echo(str(found)))
