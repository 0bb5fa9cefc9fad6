"""The verbs of learning: test new models blind, and ask what another policy of choosing would have brought."""

from pathlib import Path

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, count, progress, rows, show, studio
from callsheet.film import Money


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


@app.command()
@FOLDER
@click.option("--use-cases", required=True, help="Use cases, with commas between: product,human-action.")
@click.option("--prompts", default=5, show_default=True, help="Test shots for each model in each use case.")
@click.option("--cap", required=True, help="What all of it may cost at worst, such as `40 USD`.")
@click.option("--models", default="", help="Models or offers; those with few verdicts when left out.")
@click.option("--rehearse", is_flag=True, help="Let stand-ins shoot it, at no cost; name the --models.")
@AS_JSON
def calibrate(folder: Path, use_cases: str, prompts: int, cap: str, models: str, rehearse: bool, as_json: bool) -> None:
    """Buy a small blind test of new models on Callsheet's own test shots; your ratings of it teach the routes."""
    cases, named = ([name.strip() for name in text.split(",") if name.strip()] for text in (use_cases, models))
    most = Money.parse(cap)
    with progress(as_json) as on_event:
        found = studio(folder).calibrate(
            cases, prompts=prompts, cap=most, models=named, rehearse=rehearse, on_event=on_event
        )
    shown = [entry for entry in found.entries if entry.clip]

    def render() -> None:
        rows(
            [
                (
                    case,
                    count(sum(entry.use_case == case for entry in shown), "clip"),
                    "to rate without knowing who made it",
                )
                for case in found.use_cases
            ]
        )
        for entry in found.entries:
            if not entry.clip:
                click.echo(f"one clip of {entry.use_case} is missing: {entry.end}")
        for one in found.left_out:
            click.echo(f"Left out by the cap: {one}")
        for name, why in found.out:
            click.echo(f"{name} is not tested: {why}")
        click.echo(f"{'Would have cost' if found.rehearsal else 'Spent'}: {found.spent}")
        click.echo(str(found.page))

    labels = [f"{entry.label}=…" for entry in shown]
    told = " ".join(labels if len(labels) <= 8 else [*labels[:3], "…", labels[-1]])
    show(as_json, found.facts(), render, f"callsheet rate {found.page.parent.parent} {told}")
