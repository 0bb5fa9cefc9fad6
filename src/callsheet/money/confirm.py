"""Unknown prices: a person says what one take may cost at most, and puts a name to it. Without that nothing of unknown price is bought."""

from datetime import datetime

from sqlalchemy import insert, select

from callsheet.errors import BudgetError, InputError
from callsheet.film.price import Money, Price
from callsheet.store import tables as t
from callsheet.store.database import Database


def confirm(database: Database, production: str, offer: str, worst: Money, by: str, at: datetime) -> Price:
    """Keep that one take of `offer` may cost up to `worst` in a production. The latest of an offer counts; the earlier ones stay on record.

    Raises BudgetError for an amount that no price can be, InputError without a name.
    """
    if worst.micros <= 0:
        raise BudgetError(
            f"a price of {worst} cannot be confirmed", where=offer, remedy="State the most one take may cost."
        )
    if not by.strip():
        raise InputError("nobody confirms this price", where=offer, remedy="Say who does.")
    row = {"worst_micros": worst.micros, "currency": worst.currency, "confirmed_by": by.strip(), "confirmed_at": at}
    with database.writing() as db:
        db.execute(insert(t.price_confirmation).values(production=production, offer=offer, **row))
    return _price(worst, by.strip(), at)


def confirmed(database: Database, production: str) -> dict[str, Price]:
    """The prices that people have confirmed in a production, by offer."""
    query = select(t.price_confirmation).where(t.price_confirmation.c.production == production)
    with database.reading() as db:
        return {
            row.offer: _price(Money(row.worst_micros, row.currency), row.confirmed_by, row.confirmed_at)
            for row in db.execute(query.order_by(t.price_confirmation.c.id))
        }


def _price(worst: Money, by: str, at: datetime) -> Price:
    return Price.exact(worst, f"confirmed by {by}", at.date())
