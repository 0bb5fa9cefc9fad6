"""Money of several currencies as one amount, for budgets and for people: at the rates that catalogue files state, never without one."""

from collections.abc import Callable, Sequence
from datetime import UTC

from callsheet.errors import BudgetError
from callsheet.film import Money, Production
from callsheet.floor.plan import NO_SPEND
from callsheet.money.caps import dated_in
from callsheet.routing.exchange import stated_in
from callsheet.store import ProductionStore

_ALL_DAYS = 36_500


def spent(store: ProductionStore, production: Production) -> Money:
    """What was spent, in the budget's currency, or in that of the first amount while no budget is stated.

    What is spent cannot be helped, so other currencies count at the newest rate that is stated, however old it is. Raises BudgetError
    where there is none.
    """
    amounts = store.spent()
    currency = _currency(production, amounts)
    if all(money.currency == currency or not money.micros for money in amounts):
        return Money(sum(money.micros for money in amounts), currency)
    rates, on = stated_in(store.folder)(), store.clock().astimezone(UTC).date()
    return Money(sum(rates.convert(m, currency, on, _ALL_DAYS).money.micros for m in amounts), currency)


def _currency(production: Production, amounts: Sequence[Money]) -> str:
    if production.budget:
        return Money.parse(production.budget.amount).currency
    return amounts[0].currency if amounts else NO_SPEND


def counted(store: ProductionStore) -> Callable[[Money, str], Money]:
    """Counts what is about to be spent in another currency, at a rate that is at most 30 days old. Raises BudgetError without one."""
    convert, on = dated_in(store.folder), store.clock().astimezone(UTC).date()

    def count(amount: Money, currency: str) -> Money:
        try:
            return convert(amount, currency, on)
        except BudgetError as error:
            raise BudgetError(
                f"the shoot costs {amount}, the budget is in {currency}, and {error.what}", remedy=error.remedy
            ) from None

    return count
