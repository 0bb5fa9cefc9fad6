"""The verbs of money: what is held, what was spent and wasted, what people decide, what an invoice says."""

import sys
from pathlib import Path
from typing import Any

import click

from callsheet.cli.frame import AS_JSON, FOLDER, app, count, rows, show, studio


def _money(text: str | None) -> Any:
    from callsheet.film import Money

    return Money.parse(text) if text else None


@app.group()
def ledger() -> None:
    """The ledger: whether it is in order, what was spent and wasted, what an invoice says."""


@ledger.command()
@FOLDER
@AS_JSON
def verify(folder: Path, as_json: bool) -> None:
    """Check that ledger, attempts, caps and takes tell the same story. Exits with 1 when anything is off."""
    audit = studio(folder).verify()

    def render() -> None:
        found = "in order" if audit.balanced else f"{count(len(audit.findings), 'fault')} found"
        click.echo(
            f"{count(audit.entries, 'entry').replace('entrys', 'entries')}, {count(audit.open_holds, 'open hold')}: {found}"
        )
        for finding in audit.findings:
            click.secho(f"! {finding}", fg="red")
        for note in audit.notes:
            click.secho(f"  {note}", dim=True)

    show(as_json, audit.facts(), render)
    if not audit.balanced:
        sys.exit(1)


@ledger.command()
@FOLDER
@AS_JSON
def statement(folder: Path, as_json: bool) -> None:
    """What was held, charged and refunded; cost per approved second; waste by cause."""
    found = studio(folder).statement()

    def render() -> None:
        for currency, totals in sorted(found.totals.items()):
            told = {k: v for k, v in vars(totals).items() if isinstance(v, int) and v}
            rows([(name.replace("_", " "), _amount(micros, currency)) for name, micros in told.items()])
        for currency, rate in sorted(found.per_second.items()):
            click.echo(f"per approved second: {rate}" + ("" if rate.known else f" (some {currency} is still held)"))
        for waste in found.waste:
            click.secho(
                f"wasted, {waste.cause}: {_amount(waste.micros, waste.currency)} in {count(waste.times, 'attempt')}",
                fg="yellow",
            )

    show(as_json, found.facts(), render)


@ledger.command()
@FOLDER
@click.argument("provider")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--book", is_flag=True, help="Correct the ledger by the invoice; without it, only show what differs.")
@click.option(
    "--complete", is_flag=True, help="The invoice holds every charge of its days: what it lacks was not charged."
)
@click.option("--currency", default="", help="The currency of amounts that do not say theirs.")
@AS_JSON
def invoice(folder: Path, provider: str, file: Path, book: bool, complete: bool, currency: str, as_json: bool) -> None:
    """Lay PROVIDER's invoice, a CSV FILE, beside what was booked, line by line."""
    reconciled, booked = studio(folder).invoice(file, provider, book=book, complete=complete, currency=currency)

    def render() -> None:
        rows(
            [
                (
                    m.result,
                    m.shot,
                    (m.attempt or "")[:12],
                    f"theirs {m.theirs}" if m.theirs else "",
                    f"ours {m.ours}" if m.ours else "",
                )
                for m in reconciled.matches
            ]
        )
        for match, done in booked.done if booked else ():
            click.echo(f"{match.shot or 'not ours'}: {done}")

    facts = reconciled.facts()
    if booked is not None:
        facts["booked"] = [{"attempt": m.attempt, "done": done} for m, done in booked.done]
    show(as_json, facts, render, "" if book else "the same with --book, to correct the ledger")


@app.command()
@FOLDER
@click.option("--all", "everything", is_flag=True, help="Also those that have ended.")
@AS_JSON
def attempts(folder: Path, everything: bool, as_json: bool) -> None:
    """List the attempts for which money is held, and what can be decided."""
    found = studio(folder).attempts(everything=everything)

    def render() -> None:
        rows(
            [
                (a.id[:12], a.shot, a.offer, a.state, a.verdict or "", str(a.cost or f"{a.held} held"), a.reason)
                for a in found
            ]
        )
        if not found:
            click.echo("no money is held")

    unknown = any(a.state == "unknown" for a in found)
    facts = [
        {
            "id": a.id, "shot": a.shot, "number": a.number, "provider": a.provider, "offer": a.offer, "state": a.state, "verdict": a.verdict,
            "job": a.job, "cancel": a.cancel, "reason": a.reason, "held": {"currency": a.held.currency, "micros": a.held.micros},
            "cost": {"currency": a.cost.currency, "micros": a.cost.micros} if a.cost else None, "made_at": a.made_at.isoformat(),
        }
        for a in found
    ]  # fmt: skip
    show(as_json, facts, render, f"callsheet resolve {folder} ATTEMPT charged|not-charged|resend" if unknown else "")


@app.command()
@FOLDER
@click.argument("attempt")
@click.argument("outcome", type=click.Choice(["charged", "not-charged", "resend"]))
@click.option("--cost", help="What was billed, such as '0.35 USD'; all that is held when it is not said.")
@AS_JSON
def resolve(folder: Path, attempt: str, outcome: str, cost: str | None, as_json: bool) -> None:
    """Decide ATTEMPT, whose outcome is unknown: it was charged, it was not, or another is to be sent."""
    done = studio(folder).resolve(attempt, outcome, cost=_money(cost))
    text = f"{done.shot}: {done.state}" + (f", {done.verdict}" if done.verdict else "")
    show(
        as_json,
        {"id": done.id, "state": done.state, "verdict": done.verdict},
        lambda: click.echo(text),
        f"callsheet make {folder}",
    )


@app.command()
@FOLDER
@click.argument("attempt")
@AS_JSON
def cancel(folder: Path, attempt: str, as_json: bool) -> None:
    """Stop ATTEMPT, also at its provider; what that then charges is booked."""
    done = studio(folder).cancel(attempt)
    text = f"{done.shot}: {done.state}" + ("; its provider is told by whoever is shooting" if done.open else "")
    show(as_json, {"id": done.id, "state": done.state, "cancel": done.cancel}, lambda: click.echo(text))


@app.command()
@FOLDER
@click.argument("scope", required=False, type=click.Choice(["workspace", "production", "shot", "person", "day"]))
@click.argument("limit", required=False)
@click.option("--name", default="", help="One shot, person or day; every one when absent.")
@click.option("--none", "remove", is_flag=True, help="Take the cap away.")
@AS_JSON
def budget(folder: Path, scope: str | None, limit: str | None, name: str, remove: bool, as_json: bool) -> None:
    """Show how far the caps are used, or set the cap of SCOPE to LIMIT, such as '20 USD'."""
    if scope is not None and (limit is None) != remove:
        raise click.UsageError("Say the limit, such as '20 USD', or --none.")
    found = studio(folder).budget(scope, _money(limit), name)

    def render() -> None:
        rows([(room.scope, room.name, f"{room.used} of {room.limit}") for room in found])
        if not found:
            click.echo("no cap is set")

    facts = [
        {"scope": r.scope, "name": r.name, "used": {"currency": r.used.currency, "micros": r.used.micros},
         "limit": {"currency": r.limit.currency, "micros": r.limit.micros}}
        for r in found
    ]  # fmt: skip
    show(as_json, facts, render)


@app.command()
@FOLDER
@click.argument("offer")
@click.argument("worst")
@AS_JSON
def confirm(folder: Path, offer: str, worst: str, as_json: bool) -> None:
    """Answer for the most that one take of OFFER may cost, whose price is unknown, such as '0.50 USD'."""
    price = studio(folder).confirm(offer, _money(worst))
    facts = {
        "offer": offer,
        "worst": {"currency": price.worst.currency, "micros": price.worst.micros},
        "source": price.source,
    }
    show(
        as_json,
        facts,
        lambda: click.echo(f"{offer}: at most {price.worst} a take, {price.source}"),
        f"callsheet bid {folder}",
    )


def _amount(micros: int, currency: str) -> str:
    from callsheet.film import Money

    return str(Money(micros, currency))
