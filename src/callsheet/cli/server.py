"""The verbs of scale: moving a production to a server, and helping there."""

from pathlib import Path

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, show, studio


@app.command()
@FOLDER
@AS_JSON
def move(folder: Path, as_json: bool) -> None:
    """Bring the production's memory to where CALLSHEET_DATABASE_URL and CALLSHEET_BLOBS say, and go on there."""
    moved = studio(folder).move()
    where = f"{moved.database or 'the folder'}, files in {moved.blobs or 'the folder'}"
    facts = {
        "rows": moved.rows,
        "files": moved.files,
        "missing": list(moved.missing),
        "database": moved.database,
        "blobs": moved.blobs,
    }

    def render() -> None:
        click.echo(f"moved {moved.rows} rows and {moved.files} files: it lives in {where}")
        for missing in moved.missing:
            click.secho(f"! {missing} was gone already", fg="yellow")

    show(as_json, facts, render, f"callsheet make {folder}")


@app.command()
@AS_JSON
def worker(as_json: bool) -> None:
    """Help on every production of the server that CALLSHEET_DATABASE_URL and CALLSHEET_BLOBS name, until it is stopped."""
    from callsheet.studio import Studio

    Studio.worker()
    show(as_json, {"stopped": True}, lambda: click.echo("stopped; what was under way went back to the others"))
