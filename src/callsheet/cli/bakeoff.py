"""The verbs of the bake-off: shoot one brief with many models, and rate what came without knowing who made it."""

import re
from pathlib import Path
from typing import Any, cast

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, progress, rows, show, studio
from callsheet.errors import InputError
from callsheet.film import Money

_SCORE = re.compile(r"([A-Z]{1,2})=([1-5])(?::([a-z]+))?")


@app.command()
@click.argument("brief", type=click.Path(path_type=Path))
@click.option(
    "--models", required=True, help="Models or offers, with commas between: kling-4.0,wan-3.0,seedance-2.5@runway:720p."
)
@click.option("--takes", default=1, show_default=True, help="How often each of them shoots it.")
@click.option("--cap", default="5 USD", show_default=True, help="What all of it may cost at worst.")
@click.option("--shot", help="Which shot of the board; the first when left out.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for a brief's bake-off; beside the brief when left out."
)
@click.option("--rehearse", is_flag=True, help="Let stand-ins shoot it, at no cost.")
@AS_JSON
def bakeoff(
    brief: Path, models: str, takes: int, cap: str, shot: str | None, out: Path | None, rehearse: bool, as_json: bool
) -> None:
    """Shoot BRIEF, a file or a production's folder, with many models, and lay the clips out for blind rating."""
    named = [name.strip() for name in models.split(",") if name.strip()]
    folder = brief if brief.is_dir() else out or brief.with_name(f"{brief.stem}-bakeoff")
    if brief.is_file() and not (folder / "production.yaml").exists():
        studio(folder).new(brief)
    most = Money.parse(cap)
    with progress(as_json) as on_event:
        found = studio(folder).bakeoff(named, takes=takes, cap=most, shot=shot, rehearse=rehearse, on_event=on_event)

    def render() -> None:
        rows([("clip" if e.clip else e.end, e.label if e.clip else "", e.reason) for e in found.entries])
        for name, why in found.out:
            click.echo(f"{name} does not take part: {why}")
        click.echo(f"{'Would have cost' if rehearse else 'Spent'}: {found.spent}")
        for meter in found.meters:
            click.echo(
                f"  {meter['provider']}: {meter['charges']} charges, {meter['billed']['micros'] / 1e6:.4f} {meter['billed']['currency']}"
            )
        click.echo(str(found.page))

    at = found.page.parent.parent
    labels = " ".join(f"{entry.label}=…" for entry in found.entries if entry.clip)
    show(as_json, found.facts(), render, f"callsheet rate {at} {labels}")


@app.command()
@FOLDER
@click.argument("scores", nargs=-1, required=True)
@click.option("--by", help="Who says so; you when left out.")
@AS_JSON
def rate(folder: Path, scores: tuple[str, ...], by: str | None, as_json: bool) -> None:
    """Score clips of a bake-off: A=4 B=2:identity. From 1 to 5, with a reason where one falls short."""
    read: dict[str, tuple[int, Any]] = {}
    for score in scores:
        found = _SCORE.fullmatch(score)
        if found is None:
            raise InputError(f"{score!r} is no score", remedy="Write A=4, or B=2:identity with a reason.")
        read[found[1]] = (int(found[2]), cast(Any, found[3]))
    rated = studio(folder).rate(read, by=by)
    facts = {
        "scores": dict(rated.scores),
        "left": list(rated.left),
        "revealed": dict(rated.revealed),
        "page": str(rated.page),
        "kept": str(rated.kept) if rated.kept else None,
    }

    def render() -> None:
        if rated.left:
            click.echo(f"Still to rate: {', '.join(rated.left)}")
        else:
            rows([(label, str(rated.scores[label]), offer) for label, offer in sorted(rated.revealed.items())])
        if rated.kept:
            click.echo(f"Routing learns from it in every production of yours: {rated.kept}")
        click.echo(str(rated.page))

    show(as_json, facts, render)
