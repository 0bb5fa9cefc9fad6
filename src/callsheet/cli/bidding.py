"""The verbs of a producer: see the price of the whole shoot, and sign it."""

from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, rows, show, studio


@app.command()
@FOLDER
@click.option(
    "--budget", "budgets", multiple=True, help="Say what this would buy, such as '20 USD'; may be given again."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where page and data are written; FOLDER/callsheet when absent."
)
@AS_JSON
def bid(folder: Path, budgets: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Show which offer shoots which shot, why, and for how much; write it as a page to sign."""
    from callsheet.film import Money

    wanted = [Money.parse(amount) for amount in budgets]
    quoted = studio(folder).bid(budgets=wanted, out=out or folder / "callsheet")
    after = f"callsheet shoot {folder}"
    if _paid(quoted) and (quoted.approval is None or quoted.approval.void):
        after = f"callsheet approve {folder} {quoted.digest[:12]}, or {after}"
    show(as_json, quoted.facts(), lambda: _print(quoted), after)


@app.command()
@FOLDER
@click.argument("digest", default="")
@click.option("--by", help="Who signs; you when absent.")
@click.option("--withdraw", is_flag=True, help="Take the signature back.")
@AS_JSON
def approve(folder: Path, digest: str, by: str | None, withdraw: bool, as_json: bool) -> None:
    """Sign the bid whose terms are DIGEST, as `callsheet bid` shows it: what is bought from then on is bound to it."""
    if withdraw and digest:
        raise click.UsageError("--withdraw takes back what is in force; it needs no DIGEST.")
    found = studio(folder).approve(digest, by=by, withdraw=withdraw)
    facts = {"digest": found.digest, "state": found.kind, "by": found.by, "at": found.at.isoformat()}
    after = f"callsheet bid {folder}" if withdraw else f"callsheet shoot {folder}"
    show(as_json, facts, lambda: click.echo(f"{found.short}: {found.kind} by {found.by}"), after)


def _paid(quoted: Any) -> bool:
    """Whether anything is to be paid for."""
    return any(not s.line.reused and (s.line.price is None or s.line.price.worst.micros) for s in quoted.shots)


def _print(quoted: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    paid = _paid(quoted)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    amounts = ("Takes", "P50", "P90", "Worst", "Wait") if paid else ()
    for name in ("Shot", "Offer", "A take", *amounts, *(() if paid else ("Why",))):
        table.add_column(name, justify="right" if name in amounts else "left", overflow="fold")
    for shot in quoted.shots:
        table.add_row(*_row(shot, paid))
    Console(highlight=False).print(table)
    if paid:
        rows([(shot.line.shot, "; ".join(shot.line.reasons)) for shot in quoted.shots if not shot.line.reused])
    for total in quoted.totals:
        _totals(total)
    if quoted.finals is not None:
        click.echo(str(quoted.finals))
    for said in quoted.waits:
        click.secho(said, dim=True)
    if quoted.due is not None:
        click.secho(str(quoted.due), fg="yellow" if quoted.due.pressing else None)
    _others(quoted)


def _row(shot: Any, paid: bool) -> tuple[str, ...]:
    from callsheet.delivery.words import bare, mean, waited

    line, seen = shot.line, shot.outlook
    price = "take is there" if line.reused else str(line.price or "price unknown")
    why = "; ".join(line.reasons)
    if not paid:
        return line.shot, line.offer, price, why
    if line.reused:
        return line.shot, line.offer, price
    takes = "?" if shot.outline.takes is None else mean(shot.outline.takes)
    amounts = (bare(seen.p50), bare(seen.p90), bare(seen.worst)) if seen else ("?", "?", "?")
    return (
        line.shot,
        line.offer,
        price,
        takes,
        *amounts,
        waited(shot.wait, shot.waited.basis if shot.waited else None).partition(",")[0],
    )


def _totals(total: Any) -> None:
    from callsheet.delivery.words import expectation, waited

    if total.outlook is None:
        codes = ", ".join(address.rpartition(" ")[2] for address in total.unknown)
        click.echo(f"To shoot: not known until every price is ({codes})")
        return
    seen = total.outlook
    click.echo(f"To shoot: {seen.expected}")
    if seen.worst.micros:
        click.echo(f"In half of all cases up to {seen.p50}, in nine of ten up to {seen.p90}, at worst {seen.worst}")
        click.echo(
            f"Held for the next tries: {total.hold}; takes: {expectation(total.takes)}; wait: {waited(total.wait, total.basis)}"
        )


def _others(quoted: Any) -> None:
    found = quoted.frontier
    if found is not None:
        named = {amount.micros for amount in (*found.asked, *([found.left] if found.left else []))}
        for point in found.points:
            if point.budget.micros in named:
                what = f", about {point.bought:.1f} approved" if found.measure == "approved shots" else ""
                click.echo(f"{point.budget} buys {point.shots} of {found.of} shots{what}, for an expected {point.cost}")
    for pattern in quoted.waste:
        said = f" ({', '.join(pattern.reasons)})" if pattern.reasons else ""
        click.secho(
            f"Wasted: {pattern.cost}, {pattern.cause}, {pattern.use_case} by {pattern.offer}{said}", fg="yellow"
        )
    for told in quoted.unchecked:
        click.secho(told, fg="yellow")
    signed = quoted.approval
    if signed is None:
        if _paid(quoted):
            click.echo(f"Terms {quoted.digest[:12]}: not approved")
    elif signed.void:
        click.secho(
            f"What {signed.by} approved as {signed.digest[:12]} does not hold any more: {'; '.join(signed.void)}",
            fg="yellow",
        )
    else:
        click.echo(f"Approved by {signed.by} as {signed.digest[:12]}")
    if quoted.page:
        click.secho(f"The call sheet to sign: {quoted.page}", dim=True)
