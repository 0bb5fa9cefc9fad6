"""What gate scores are worth here: P(accept) fitted on the verdicts of people about takes that gates looked at, for the whole workspace."""

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.store.rows import take_of

if TYPE_CHECKING:
    from callsheet.film import Take
    from callsheet.media.gates.calibration import Calibration


class Listing(tuple["list[Take]", int | None]):
    """The takes of a shot and the number of the pick. `calibration` is what their gate scores are worth; None while too little is known."""

    calibration: "Calibration | None" = None

    @property
    def told(self) -> tuple[str, ...]:
        """How good the scores are, in a line; nothing while that is not known."""
        return () if self.calibration is None else (told(self.calibration),)

    def chance(self, take: "Take") -> float | None:
        """The chance that a person accepts a take, by what gates saw of it; None when that is not known."""
        found = self.calibration
        if found is None or not take.inspected:
            return None
        return found.p_accept(take.scores) if found.useful else found.accepted / found.verdicts


def calibration(store: ProductionStore) -> "Calibration | None":
    """P(accept) fitted on every take in the database that gates looked at and people judged; None while there are too few.

    A take counts as accepted when everybody's newest word about it is that it is.
    """
    from callsheet.media.gates import LEAST_VERDICTS

    with store.database.reading() as db:
        if db.execute(select(func.count()).select_from(t.verdict)).scalar_one() < LEAST_VERDICTS:
            return None
        same = and_(
            t.take.c.production == t.verdict.c.production,
            t.take.c.shot == t.verdict.c.shot,
            t.take.c.number == t.verdict.c.take,
        )
        query = select(t.verdict.c.by, t.verdict.c.accepted, t.take).join(t.take, same).order_by(t.verdict.c.id)
        newest = {(row.id, row.by): row for row in db.execute(query)}
    from callsheet.media.gates.calibration import Judged, calibrate

    takes = {row.id: take_of(row) for row in newest.values()}
    accepted = {id: all(row.accepted for (of, _), row in newest.items() if of == id) for id in takes}
    return calibrate([Judged(take.scores, accepted[id]) for id, take in sorted(takes.items()) if take.inspected])


def told(found: "Calibration") -> str:
    """How good the model is, in a line."""
    share = found.accepted / found.verdicts
    if not found.useful:
        return f"Gate scores tell nothing about acceptance here: {found.verdicts} verdicts, {share:.0%} accepted"
    return (
        f"Gate scores, fitted on {found.verdicts} verdicts ({share:.0%} accepted): P(accept) is off by {found.ece:.0%} on average "
        f"(Brier {found.brier:.3f}, the share alone {found.brier_of_share:.3f})"
    )
