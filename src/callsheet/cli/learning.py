"""The verbs of learning: ask what another policy of choosing would have brought."""

from pathlib import Path

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, show, studio


@app.command()
@FOLDER
@click.option("--policy", type=click.Path(path_type=Path), help="A YAML file with review_cost, worth, explore, close.")
@click.option("--review-cost", type=float, help="What one review counts as, in the production's currency.")
@click.option("--worth", type=float, help="What an approved shot counts as.")
@click.option("--explore", type=float, help="The largest chance that a runner-up gets, 0 to 1.")
@click.option("--close", type=float, help="How near the best a runner-up must be to be tried, 0 to 1.")
@AS_JSON
def whatif(
    folder: Path,
    policy: Path | None,
    review_cost: float | None,
    worth: float | None,
    explore: float | None,
    close: float | None,
    as_json: bool,
) -> None:
    """Estimate what another way of choosing would have brought, from the decisions that were made and reviewed."""
    found = studio(folder).whatif(policy=policy, review_cost=review_cost, worth=worth, explore=explore, close=close)
    show(as_json, found.facts(), lambda: click.echo("\n".join(found.told())))
