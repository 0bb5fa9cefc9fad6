"""The verbs of the catalogue: which models there are, what they cost and allow today, what has changed."""

import sys
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, app, rows, show, studio

IN_FOLDER = click.option(
    "--folder", type=click.Path(path_type=Path), default=Path(), help="A production whose own catalog.yaml counts too."
)


@app.group(invoke_without_command=True)
@IN_FOLDER
@click.option("--find", "text", default="", help="Part of an id, a family, a maker or a seller.")
@click.option("--maker", multiple=True, help="Who makes the model; may be given again.")
@click.option("--route", multiple=True, help="By which route, or who sells it.")
@click.option("--region", multiple=True, help="Where it runs.")
@click.option("--status", multiple=True, help="active, preview, announced, retired or unknown.")
@click.option("--mode", multiple=True, help="What it must be able to do, such as text, first-frame or extend.")
@click.option(
    "--seconds", help="The length of a clip: its price is shown, and offers that cannot make it are left out."
)
@click.option("--resolution", help="The size of that clip, such as 720p.")
@click.option("--aspect", default="16:9", show_default=True, help="Its shape.")
@click.option("--audio", is_flag=True, help="With sound made by the model.")
@click.option("--at-most", help="What that clip may cost, such as '0.50 USD'.")
@click.option("--currency", help="Show prices in one currency, at a dated rate.")
@click.option(
    "--where",
    "fields",
    multiple=True,
    help="A field and what it must say, such as legal.indemnity=enterprise; ! turns it round.",
)
@click.option(
    "--sort", type=click.Choice(["price", "id", "maker", "lines", "longest"]), default="id", show_default=True
)
@click.option("--diff", help="Instead: what has happened since a day, such as 2026-10-01.")
@AS_JSON
@click.pass_context
def models(context: click.Context, /, folder: Path, as_json: bool, diff: str | None, **asked: Any) -> None:
    """List the models: by which route, at which price, as of when and says who."""
    if context.invoked_subcommand is not None:
        return
    from callsheet.catalog import facts, find, since
    from callsheet.catalog.query import table

    catalogue, today = studio(folder).models(), _today()
    if diff:
        happened = since(catalogue, _day(diff), today)
        told = [
            {"on": h.on.isoformat(), "offer": h.offer, "kind": h.kind, "text": h.text, "source": h.where}
            for h in happened
        ]
        show(as_json, told, lambda: click.echo("\n".join(map(str, happened)) or f"nothing has changed since {diff}"))
        return
    found = find(catalogue, _query(**asked), today)
    show(as_json, [facts(row) for row in found], lambda: click.echo(table(found) if found else "no offer is like that"))


@models.command(name="show")
@click.argument("offer")
@IN_FOLDER
@AS_JSON
def show_offer(offer: str, folder: Path, as_json: bool) -> None:
    """Everything that is known about one OFFER, with source and day, and for a retired one what is nearest to it."""
    from callsheet.catalog import card, nearest

    catalogue, today = studio(folder).models(), _today()
    found = catalogue.offer(offer)
    told = card(found, today)
    others = () if found.live_on(today) else nearest(catalogue, found, today)
    overridden = catalogue.overridden(offer)

    def render() -> None:
        rows(
            [
                (name, said["value"], said["verified_on"], said["doubt"] and f"doubt: {said['doubt']}")
                for name, said in told.items()
            ]
        )
        for override in overridden:
            click.secho(f"yours: {override}", fg="yellow")
        for other in others:
            click.echo(f"instead: {other}")

    facts = {
        "offer": offer,
        "fields": told,
        "overrides": [str(o) for o in overridden],
        "instead": [o.offer.id for o in others],
    }
    show(as_json, facts, render)


@models.command()
@IN_FOLDER
@click.option(
    "--pull", multiple=True, help="Also ask a route what it sells now, such as openrouter; may be given again."
)
@AS_JSON
def check(folder: Path, pull: tuple[str, ...], as_json: bool) -> None:
    """Check the catalogue: what is past its end, unverified for long, or names no successor. Exits with 1 for an error."""
    from callsheet.catalog import check as findings_of
    from callsheet.catalog.check import table

    findings = findings_of(studio(folder).models(), _today())
    for route in pull:
        findings += studio(folder).published(route)
    show(as_json, [vars(f) for f in findings], lambda: click.echo(table(findings)))
    if any(f.level == "error" for f in findings):
        sys.exit(1)


def _query(
    text: str, maker: tuple[str, ...], route: tuple[str, ...], region: tuple[str, ...], status: tuple[str, ...], mode: tuple[Any, ...],
    seconds: str | None, resolution: str | None, aspect: str, audio: bool, at_most: str | None, currency: str | None,
    fields: tuple[str, ...], sort: Any,
) -> Any:  # fmt: skip
    from callsheet.catalog import UNKNOWN, Query, Wanted
    from callsheet.film import Money

    length = _seconds(seconds) if seconds else None
    wanted = Wanted(length, resolution, aspect, audio, mode[0] if mode else "text") if length else None
    statuses: frozenset[Any] = frozenset(UNKNOWN if s == "unknown" else s for s in status)
    where = {name: value for name, _, value in (f.partition("=") for f in fields)}
    return Query(
        text, frozenset(maker), frozenset(route), frozenset(region), statuses, frozenset(mode), True if audio else None, length, 0, None,
        where, Money.parse(at_most) if at_most else None, wanted, currency, sort,
    )  # fmt: skip


def _seconds(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f"{text!r} is not a number of seconds.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"{text!r} is not a day, such as 2026-10-01.") from None


def _today() -> date:
    return datetime.now(UTC).date()
