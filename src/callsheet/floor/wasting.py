"""Failure patterns: which offers burned money on which kind of shot, and why; from the ledger, the takes and the verdicts."""

from collections import Counter, defaultdict

from callsheet.film import Document, Money
from callsheet.floor.quoted import Pattern
from callsheet.money.statement import spending
from callsheet.routing.situation import UNSTATED
from callsheet.store import ProductionStore
from callsheet.store.verdicts import verdicts


def patterns(store: ProductionStore) -> tuple[Pattern, ...]:
    """Money of this production that bought nothing which is used: by cause, use case and offer, the dearest first."""
    wasted = [spend for spend in spending(store.database, store.id) if spend.cause is not None]
    if not wasted:
        return ()
    board = Document.parse(store.read().text).production.board()
    use_cases = {placed.address: placed.shot.use_case for placed in board}
    rejected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for said in verdicts(store):
        if not said.accepted:
            rejected[said.shot, said.offer][said.reason or "no reason given"] += 1
    cost: Counter[tuple[str, str, str, str]] = Counter()
    times: Counter[tuple[str, str, str, str]] = Counter()
    reasons: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    for spend in wasted:
        key = str(spend.cause), use_cases.get(spend.shot) or UNSTATED, spend.offer, spend.amount.currency
        cost[key] += spend.amount.micros
        times[key] += 1
        if spend.cause == "rejected by person":
            reasons[key].update(rejected[spend.shot, spend.offer])
    ordered = sorted(cost, key=lambda key: (key[3], -cost[key], key))
    return tuple(
        Pattern(
            key[0], key[1], key[2], Money(cost[key], key[3]), times[key],
            tuple(f"{reason} {count}" for reason, count in sorted(reasons[key].items(), key=lambda pair: (-pair[1], pair[0]))),
        )
        for key in ordered
    )  # fmt: skip
