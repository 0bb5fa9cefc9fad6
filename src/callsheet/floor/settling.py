"""What people decide about money: how an unknown attempt is booked, what is stopped, what is capped, what an invoice corrects."""

from pathlib import Path
from typing import Literal

from callsheet.errors import ConflictError
from callsheet.film import Document, Money, Price
from callsheet.floor.crew import person
from callsheet.money import billing, caps
from callsheet.money.attempts import OPEN, Attempt, Attempts, CostKind
from callsheet.money.billing import Booked, Reconciled
from callsheet.money.caps import Cap, Room, Scope, dated_in
from callsheet.money.confirm import confirm
from callsheet.money.invoice import read
from callsheet.store import ProductionStore

Outcome = Literal["charged", "not-charged", "resend"]
"""It was billed and there is no clip; it was not billed; or another is to be sent while this one's money stays held."""


def attempts_of(store: ProductionStore) -> Attempts:
    """The production's attempts."""
    return Attempts(store.database, store.id, store.clock, dated_in(store.folder))


def attempts(store: ProductionStore, everything: bool) -> list[Attempt]:
    """The attempts for which money is held, or every one."""
    return attempts_of(store).all(None if everything else OPEN)


def resolve(store: ProductionStore, id: str, outcome: Outcome, cost: Money | None = None) -> Attempt:
    """Decide an attempt whose outcome is unknown; `cost` is what it was billed, all that is held when that is not said.

    Raises NotFoundError, ConflictError for an attempt that is not unknown.
    """
    found = attempts_of(store)
    attempt = found.get(id)
    if attempt.state != "unknown":
        raise ConflictError(
            f"the attempt is {attempt.state}, not unknown",
            where=attempt.shot,
            remedy="`callsheet attempts DIR` lists what can be decided.",
        )
    if outcome == "charged":
        verdict = attempt.verdict if attempt.verdict in ("failed", "moderated", "cancelled") else "undelivered"
        kind: CostKind = "computed" if cost is None else "reported"
        return found.settle(attempt.id, cost or attempt.held, kind, verdict, f"decided by {person()}: it was charged")
    if outcome == "not-charged":
        return found.release(attempt.id, attempt.verdict or "nojob", f"decided by {person()}: it was not charged")
    return found.resend(attempt.id, person())


def cancel(store: ProductionStore, id: str) -> Attempt:
    """Stop an attempt: at once when nothing was sent, else at the provider, by whoever is shooting."""
    found = attempts_of(store)
    return found.ask_cancel(found.get(id).id)


def invoice(
    store: ProductionStore, file: Path, provider: str, book: bool, complete: bool, currency: str
) -> tuple[Reconciled, Booked | None]:
    """Lay an invoice beside the ledger, and with `book` correct the ledger by it."""
    reconciled = billing.reconcile(store.database, read(file, currency=currency), provider)
    if not book:
        return reconciled, None
    convert = dated_in(store.folder)
    return reconciled, billing.book(
        store.database, reconciled, person(), store.clock, complete=complete, convert=convert
    )


def rooms(store: ProductionStore) -> list[Room]:
    """How far every cap is used: those that are set, and the production's own budget."""
    budget = Document.parse(store.read().text).production.budget
    extra = [Cap("production", Money.parse(budget.amount), store.id)] if budget else []
    with store.database.reading() as db:
        return caps.rooms(db, extra, dated_in(store.folder), store.clock().date())


def cap(store: ProductionStore, scope: Scope, limit: Money | None, name: str) -> None:
    """Set a cap, or take it away."""
    at = f"{store.id} {name}" if scope == "shot" and name else store.id if scope == "production" else name
    with store.database.writing() as db:
        if limit is None:
            caps.remove_cap(db, scope, at)
        else:
            caps.set_cap(db, Cap(scope, limit, at), person(), store.clock())


def confirm_price(store: ProductionStore, offer: str, worst: Money) -> Price:
    """Answer for the most that a take may cost whose price is unknown."""
    return confirm(store.database, store.id, offer, worst, person(), store.clock())
