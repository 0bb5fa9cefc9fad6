"""The verbs of a film, from brief to delivery. Each calls one method of Studio."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, count, progress, rows, show, studio


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
    written = studio(folder).new(brief, format_name=format_name, treatment=treatment)
    show(
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
    written = studio(folder).write(
        treatment=treatment, format_name=format_name, writer=writer, source=source, force=force
    )
    show(as_json, written.facts(), lambda: _print_written(written), f"callsheet board {folder}")


@app.command()
@FOLDER
@AS_JSON
def board(folder: Path, as_json: bool) -> None:
    """Show the board: every shot in film order."""
    document = studio(folder).board()
    show(
        as_json,
        document.production.model_dump(mode="json"),
        lambda: _print_board(document.production),
        f"callsheet bid {folder}",
    )


@app.command()
@FOLDER
@click.argument("shots", nargs=-1)
@click.option("--retake", is_flag=True, help="Shoot the named shots again with a new seed.")
@AS_JSON
def shoot(folder: Path, shots: tuple[str, ...], retake: bool, as_json: bool) -> None:
    """Shoot every shot that has no take for its board yet, or only SHOTS."""
    with progress(as_json) as on_event:
        shooting = studio(folder).shoot(shots, retake=retake, on_event=on_event)

    def render() -> None:
        click.echo(str(shooting))
        for warning in shooting.warnings:
            click.secho(f"! {warning}", fg="yellow")

    show(as_json, shooting.facts(), render, f"callsheet conform {folder}")


@app.command()
@FOLDER
@click.argument("shot")
@AS_JSON
def takes(folder: Path, shot: str, as_json: bool) -> None:
    """List the takes of SHOT; the pick is marked."""
    listing = studio(folder).takes(shot)
    found, picked = listing
    blocked = studio(folder).rights().takes() if found else {}

    def render() -> None:
        rows([
            ("*" if take.number == picked else " ", f"take {take.number}", take.recipe.offer, f"seed {take.recipe.seed}",
             f"{take.made_at:%Y-%m-%d %H:%M} UTC", take.recipe.digest[:12],
             "; ".join([*_unlike(take), *(f"may not be used: {why}" for why in blocked.get(_named(take), ()))]))
            for take in found
        ])  # fmt: skip
        for take in found:
            click.secho(f"take {take.number}: {_gates(listing, take)}", fg="yellow" if take.rejected else None)
        for line in listing.told:
            click.secho(line, dim=True)

    fitted = listing.calibration
    facts = {
        "shot": shot,
        "picked": picked,
        "takes": [
            {
                **take.model_dump(mode="json"),
                "unlike_order": _unlike(take),
                "rejected": take.rejected,
                "gates": take.gates_said,
                "p_accept": listing.chance(take),
                "blocked": list(blocked.get(_named(take), ())),
            }
            for take in found
        ],
        "calibration": {
            name: getattr(fitted, name) for name in ("verdicts", "accepted", "brier", "brier_of_share", "ece", "useful")
        }
        if fitted
        else None,
    }
    show(as_json, facts, render, f"callsheet pick {folder} {shot} NUMBER")


def _named(take: Any) -> str:
    return f"{take.shot} take {take.number}"


def _gates(listing: Any, take: Any) -> str:
    """What gates said of a take, that a person picked it all the same, and how likely it is to be accepted."""
    overruled = ("a person picked it all the same",) if take.rejected and take.number == listing[1] else ()
    chance = listing.chance(take)
    likely = (f"P(accept) {chance:.0%}",) if chance is not None else ()
    return "; ".join((take.gates_said, *overruled, *likely))


def _unlike(take: Any) -> list[str]:
    """How a take differs from what was ordered."""
    return [f"{clip.framing}: {word}" for clip in take.clips for word in clip.unlike(take.recipe.order)]


@app.command()
@FOLDER
@click.argument("shot")
@click.argument("number", type=int)
@AS_JSON
def pick(folder: Path, shot: str, number: int, as_json: bool) -> None:
    """Put take NUMBER of SHOT in the cut."""
    take = studio(folder).pick(shot, number)
    show(
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
    with progress(as_json) as on_event:
        conformed = studio(folder).conform(on_event=on_event)
    show(as_json, conformed.facts(), lambda: _print_masters(conformed), f"callsheet deliver {folder}")


@app.command()
@FOLDER
@AS_JSON
def deliver(folder: Path, as_json: bool) -> None:
    """Pack masters, captions, poster, contact sheet, OTIO, call sheet and manifest into FOLDER/deliver."""
    with progress(as_json) as on_event:
        made = studio(folder).deliver(on_event=on_event)
    show(as_json, made.facts(), lambda: _print_made(made))


@app.command()
@FOLDER
@click.option("--treatment", help="The treatment to take when the board is written.")
@click.option(
    "--rehearse", is_flag=True, help="Shoot with stand-ins for providers, at no cost and beside the real takes."
)
@click.option(
    "--faults", help="In a rehearsal: a number for a storm of faults of its own, or a JSON file that says which."
)
@click.option(
    "--on", multiple=True, help="In a rehearsal: a route of the catalogue to stand in for; may be given again."
)
@AS_JSON
def make(
    folder: Path, treatment: str | None, rehearse: bool, faults: str | None, on: tuple[str, ...], as_json: bool
) -> None:
    """From brief to delivered film: do whatever is not done yet."""
    if (faults or on) and not rehearse:
        raise click.UsageError("--faults and --on belong to --rehearse.")
    with progress(as_json) as on_event:
        if rehearse:
            rehearsed = studio(folder).rehearse(_schedule(faults), on=on, on_event=on_event)
        else:
            made = studio(folder).make(treatment=treatment, on_event=on_event)
    if not rehearse:
        show(as_json, made.facts(), lambda: _print_made(made))
        return
    show(as_json, rehearsed.facts(), lambda: _print_rehearsed(rehearsed))
    if rehearsed.error is not None:
        sys.exit(rehearsed.error.exit_code)


def _schedule(faults: str | None) -> Any:
    """The faults of a rehearsal: a storm by its number, or what a file says."""
    if faults is None:
        return None
    from callsheet.errors import InputError
    from callsheet.rehearsal import read_schedule, storm

    if faults.isdecimal():
        return storm(int(faults))
    try:
        return read_schedule(json.loads(Path(faults).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(
            f"the faults cannot be read: {error}", where=faults, remedy="Give a number, or a JSON file."
        ) from error


@app.command()
@FOLDER
@AS_JSON
def versions(folder: Path, as_json: bool) -> None:
    """List the versions of the board."""
    found = studio(folder).versions()
    facts = [{"number": v.number, "made_at": v.made_at.isoformat(), "why": v.why, "digest": v.digest} for v in found]

    def render() -> None:
        rows([(str(v.number), f"{v.made_at:%Y-%m-%d %H:%M:%S} UTC", v.why, v.digest[:12]) for v in found])

    show(as_json, facts, render, f"callsheet restore {folder} NUMBER")


@app.command()
@FOLDER
@click.argument("number", type=int)
@AS_JSON
def restore(folder: Path, number: int, as_json: bool) -> None:
    """Bring board and picks of version NUMBER back, at no cost."""
    version = studio(folder).restore(number)
    show(
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
    checks = studio(folder).doctor()

    def render() -> None:
        rows(
            [
                ("ok" if c.ok else "MISSING" if c.needed else "absent", c.part, c.found, "" if c.ok else c.remedy)
                for c in checks
            ]
        )

    show(as_json, [c.facts() for c in checks], render)
    if any(c.needed and not c.ok for c in checks):
        sys.exit(10)


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
    rows([
        (p.address, f"{p.shot.duration} f", f"{p.shot.camera.size}, {p.shot.camera.move}", p.shot.action)
        for p in production.board()
    ])  # fmt: skip


def _print_masters(conformed: Any) -> None:
    rows([
        (m.preset, f"{m.width}x{m.height}", f"{m.frames} frames at {m.rate}", f"{m.lufs:.1f} LUFS" if m.lufs is not None else "silent", m.sha256[:12])
        for m in conformed.masters
    ])  # fmt: skip
    for warning in conformed.warnings:
        click.secho(f"! {warning}", fg="yellow")


def _print_made(made: Any) -> None:
    takes, segments = made.takes, made.segments
    click.echo(
        f"{made.production}, version {made.version}: {count(takes['made'], 'take')} made, {takes['reused']} reused; "
        f"{count(segments['made'], 'segment')} made, {segments['reused']} reused; spent {made.spent}"
    )
    for item in made.deliverables:
        click.echo(f"  {item['path']}")
    for warning in made.warnings:
        click.secho(f"! {warning}", fg="yellow")
    if made.to_do:
        things = count(made.to_do, "thing")
        click.secho(f"! {things} to do before it goes out: callsheet rights {Path(made.folder).parent}", fg="yellow")
    if made.unstated:
        state = " and ".join(made.unstated)
        click.echo(f"Where will it be shown? State {state} in production.yaml to know which labels it needs.")
    click.secho(f"Watch {made.deliverables[0]['path']}; the call sheet is {made.folder}/callsheet.html", dim=True)


def _length(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def _print_rehearsed(rehearsed: Any) -> None:
    if rehearsed.made:
        _print_made(rehearsed.made)
    click.echo("Rehearsed, nothing was spent. A real run would have billed:")
    for meter in rehearsed.meters:
        billed = meter["billed"]
        click.echo(
            f"  {meter['provider']}: {count(meter['charges'], 'charge')}, {billed['micros'] / 1_000_000:.2f} {billed['currency']}"
        )
    for wait in rehearsed.waits:
        told = f"about {_length(wait['each_s'])} a clip, {_length(wait['all_s'])} for {count(wait['clips'], 'clip')}"
        click.echo(f"It would take {wait['provider']} {told} ({'; '.join(wait['sources'])})")
    click.echo("Attempts: " + ", ".join(f"{number} {state}" for state, number in rehearsed.attempts.items()))
    for trouble in rehearsed.troubles:
        click.secho(f"! {trouble}", fg="yellow")
    if rehearsed.error is not None:
        click.secho(str(rehearsed.error), fg="red", err=True)
