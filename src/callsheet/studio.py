"""Studio: one object through which everything is done. Each verb is a verb of the command line under the same name.

The rooms are loaded by the verbs that need them: a run that finds nothing to do should not wait for codecs and databases.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from callsheet.delivery.made import Made, stamp, unchanged
from callsheet.progress import OnProgress, Progress, silent

if TYPE_CHECKING:
    from callsheet.bakeoff import Bakeoff, Rated
    from callsheet.bakeoff.calibrate import Calibration
    from callsheet.catalog import Catalogue
    from callsheet.catalog.check import Finding
    from callsheet.delivery.rehearse import Rehearsed
    from callsheet.delivery.standing import Standing, Withdrawn
    from callsheet.doctor import Check
    from callsheet.film import Document, Money, Price, Take
    from callsheet.floor.crew import Crew
    from callsheet.floor.judging import Listing
    from callsheet.floor.quoted import Quoted
    from callsheet.floor.results import Conformed, Shooting
    from callsheet.floor.reviewing import Said
    from callsheet.floor.settling import Outcome
    from callsheet.money.attempts import Attempt
    from callsheet.money.audit import Audit
    from callsheet.money.billing import Booked, Reconciled
    from callsheet.money.caps import Room, Scope
    from callsheet.money.statement import Statement
    from callsheet.providers import Seller
    from callsheet.rehearsal import Schedule
    from callsheet.routing.whatif import WhatIf
    from callsheet.routing.why import Why
    from callsheet.script.board import Written
    from callsheet.store import ProductionStore, Version
    from callsheet.store.approvals import Approval
    from callsheet.store.move import Moved
    from callsheet.store.verdicts import Reason

__all__ = ["Made", "Progress", "Studio"]


class Studio:
    """A production in a folder, shot with `providers` (every installed one when not given).

    `clock` tells what time it is: what is allowed depends on the day.

    Every method raises a class of `callsheet.errors`; what was finished before is kept, and calling again continues from there.
    """

    def __init__(
        self,
        folder: Path | str,
        providers: "Sequence[Seller] | None" = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.folder = Path(folder)
        self._providers = providers
        self._clock = clock

    @property
    def providers(self) -> "tuple[Seller, ...]":
        """Who can shoot."""
        from callsheet.providers import installed

        return installed(self.folder) if self._providers is None else tuple(self._providers)

    def new(self, brief: Path | str, *, format_name: str | None = None, treatment: str | None = None) -> "Written":
        """Start a production in the folder from a brief, a screenplay or a document, and write its board."""
        from callsheet.script.board import start

        return start(self.folder, Path(brief), format_name, treatment)

    def write(
        self,
        *,
        treatment: str | None = None,
        format_name: str | None = None,
        writer: str | None = None,
        source: Path | str | None = None,
        force: bool = False,
    ) -> "Written":
        """Write the board from its source, unless it is written already. A board that people edited is only replaced with `force`."""
        from callsheet.script.board import write_board

        chosen = Path(source) if source else None
        with self._store() as store:
            return write_board(
                store,
                self.folder,
                treatment=treatment,
                format_name=format_name,
                writer=writer,
                source=chosen,
                force=force,
            )

    def board(self) -> "Document":
        """The production document."""
        from callsheet.film import Document

        with self._store() as store:
            return Document.parse(store.read().text)

    def bid(self, *, budgets: "Sequence[Money]" = (), out: Path | str | None = None) -> "Quoted":
        """Which offer shoots which shot, and what is still to be paid for; `budgets` are further ones to say what they would buy.

        With `out`, the page and its data are written into that folder.
        """
        from callsheet.delivery.bidsheet import bid

        with self._store() as store:
            return bid(store, self.providers, budgets, Path(out) if out is not None else None)

    def approve(self, digest: str = "", *, by: str | None = None, withdraw: bool = False) -> "Approval":
        """Sign the bid as it is now, or as the beginning of its digest names it, or withdraw the signature; what is bought is bound to it."""
        from callsheet.floor import approving

        with self._store() as store:
            if withdraw:
                return approving.withdraw(store, by)
            return approving.approve(store, self.providers, digest, by)

    def shoot(self, shots: Sequence[str] = (), *, retake: bool = False, on_event: OnProgress = silent) -> "Shooting":
        """Shoot what has no take for its board yet; with `retake`, the named shots again with another seed."""
        from callsheet.floor import shooting

        with self._store() as store:
            return asyncio.run(shooting.shoot(store, self._crew(), shots, retake, on_event))

    def takes(self, shot: str) -> "Listing":
        """The takes of a shot, and the number of the pick."""
        from callsheet.floor import picking

        with self._store() as store:
            return picking.takes(store, shot)

    def pick(self, shot: str, number: int, by: str = "person") -> "Take":
        """Put a take in the cut."""
        from callsheet.floor import picking

        with self._store() as store:
            return picking.pick(store, shot, number, by)

    def review(
        self,
        shot: str,
        number: int,
        verdict: str,
        *,
        reason: "Reason | None" = None,
        note: str = "",
        by: str | None = None,
    ) -> "Said":
        """Say of a take that you `accept` or `reject` it; routes of shots like it are learned from that."""
        from callsheet.floor import reviewing

        with self._store() as store:
            return reviewing.review(store, shot, number, verdict, reason, note, by)

    def why(self, shot: str) -> "Why":
        """Why a shot goes where it goes, what would change that, and whether the decision comes out the same again."""
        from callsheet.floor import reviewing

        with self._store() as store:
            return reviewing.why(store, self.providers, shot)

    def whatif(
        self,
        *,
        policy: Path | str | None = None,
        review_cost: float | None = None,
        worth: float | None = None,
        explore: float | None = None,
        close: float | None = None,
    ) -> "WhatIf":
        """What another policy of choosing would have brought on the shots that were reviewed, with how far that can be trusted.

        It is read from the YAML file `policy`, changed by the other arguments.
        """
        from callsheet.routing.whatif import Changes, what_if

        changed = {"review_cost": review_cost, "worth": worth, "explore": explore, "close": close}
        changes = Changes.of(Path(policy) if policy else None, changed)
        with self._store() as store:
            return what_if(store, changes)

    def rights(self) -> "Standing":
        """What is allowed, asked for and forbidden, by shot and deliverable, with rules, remedies and sources."""
        from callsheet.delivery.standing import standing

        with self._store() as store:
            return standing(store, self.providers)

    def revoke(self, who: str, *, why: str, by: str | None = None) -> "Withdrawn":
        """Record that a consent or licence was withdrawn: everything that used it is blocked, and nothing takes that back."""
        from callsheet.delivery.standing import revoke

        with self._store() as store:
            return revoke(store, who, why, by)

    def conform(self, *, on_event: OnProgress = silent) -> "Conformed":
        """Rebuild the masters from the picks."""
        from callsheet.floor import shooting

        with self._store() as store:
            return asyncio.run(shooting.conform_picks(store, on_event))

    def deliver(self, *, on_event: OnProgress = silent) -> Made:
        """Pack everything the client receives into the folder's `deliver/`."""
        from callsheet.delivery.deliver import deliver

        with self._store() as store:
            return asyncio.run(deliver(store, self.folder, on_event, None))

    def rehearse(
        self, faults: "Schedule | None" = None, *, on: Sequence[str] = (), on_event: OnProgress = silent
    ) -> "Rehearsed":
        """The whole production against stand-ins that deliver, fail and bill like real providers, at no cost and beside the real one.

        `on` names routes of the catalogue whose sellers are stood in for; without it the rehearsal's own three houses shoot.
        """
        from callsheet.delivery.rehearse import rehearse

        with self._store() as store:
            self._board(store, None)
        return rehearse(self.folder, faults, on_event, on, self._clock)

    def published(self, route: str) -> "tuple[Finding, ...]":
        """How the catalogue differs from what the seller of a route publishes now. Asks the seller, who needs no key for it."""
        from callsheet.catalog import load, overlays
        from callsheet.providers import published
        from callsheet.providers.installed import reached

        seller = reached(route, self.folder)
        offers = [offer for offer in load(overlays(self.folder)) if offer.route == route]

        async def ask() -> "tuple[published.Published, ...]":
            from callsheet.providers.wire import Wire

            wire = Wire(trusted=[seller.url])
            try:
                return await published.pull(seller, wire)
            finally:
                await wire.close()

        return published.compare(route, offers, asyncio.run(ask()))

    def bakeoff(
        self,
        models: Sequence[str],
        *,
        takes: int = 1,
        cap: "Money",
        shot: str | None = None,
        rehearse: bool = False,
        on_event: OnProgress = silent,
    ) -> "Bakeoff":
        """One shot of the board (the first when not named) with each of `models`, `takes` times, for `cap` at most, side by side.

        With `rehearse`, stand-ins shoot, beside the real production and at no cost.
        """
        from callsheet.bakeoff import rehearsal
        from callsheet.bakeoff.bake import bake

        with self._store() as store:
            self._board(store, None)
        if rehearse:
            return asyncio.run(rehearsal.bake(self.folder, models, takes, cap, shot, on_event, self._clock))
        with self._store() as store:
            return asyncio.run(bake(store, self.folder, self._crew(), models, takes, cap, shot, on_event))

    def calibrate(
        self,
        use_cases: Sequence[str],
        *,
        prompts: int = 5,
        cap: "Money",
        models: Sequence[str] = (),
        rehearse: bool = False,
        on_event: OnProgress = silent,
    ) -> "Calibration":
        """A blind test of `models` (those with few verdicts when not named) on `prompts` shipped test shots a use case, for `cap` at most.

        It is a production of its own, in the folder's `calibration/`; `rate` there, and routing learns from it in every production.
        With `rehearse`, stand-ins shoot, at no cost, and nothing real is learned.
        """
        from callsheet.bakeoff import calibrate, rehearsal

        def asked(sellers: "Sequence[Seller]") -> calibrate.Asked:
            with self._store() as store:
                return calibrate.Asked.of(store, sellers, use_cases, prompts, cap, models)

        with self._store() as store:
            self._board(store, None)
        if rehearse:
            return asyncio.run(rehearsal.calibrate(self.folder, models, asked, on_event))
        crew = self._crew()
        stage = calibrate.home(self.folder, rehearse=False)
        wanted = asked(crew.sellers)
        with Studio(stage)._store() as store:
            return asyncio.run(calibrate.calibrate(store, stage, crew, wanted, on_event))

    def rate(self, scores: "Mapping[str, tuple[int, Reason | None]]", *, by: str | None = None) -> "Rated":
        """Score the clips of the folder's bake-off by their letters, 1 to 5; who made them is told when all are rated."""
        from callsheet.bakeoff.rating import rate

        with self._store() as store:
            return rate(store, self.folder, scores, by)

    def make(self, *, treatment: str | None = None, on_event: OnProgress = silent) -> Made:
        """From brief to delivered film: write, shoot, conform and deliver whatever is not there yet."""
        wish = (
            f"{treatment} {'installed' if self._providers is None else [(p.name, p.engine) for p in self._providers]}"
        )
        known = unchanged(self.folder, wish, self._clock().astimezone(UTC).date())
        if known is not None:
            return known
        from callsheet.delivery.deliver import deliver, good_until, sources

        with self._store() as store:
            written = self._board(store, treatment)
            made = asyncio.run(deliver(store, self.folder, on_event, self._crew()))
            made_from, until = sources(store), good_until(store)
        made = replace(made, warnings=(*written.warnings, *made.warnings))
        stamp(self.folder, made, wish, made_from, until)
        return made

    def versions(self) -> "list[Version]":
        """Every version of the board, oldest first."""
        with self._store() as store:
            return store.versions()

    def restore(self, number: int) -> "Version":
        """Bring back board and picks of a version; takes and renders are still there, so it costs nothing."""
        with self._store() as store, store.locked():
            return store.restore(number)

    def doctor(self) -> "list[Check]":
        """What works on this machine, what is missing, and what to do."""
        from callsheet.doctor import examine

        return examine(self.folder)

    # -- money ---------------------------------------------------------------------------------------------------------------

    def attempts(self, *, everything: bool = False) -> "list[Attempt]":
        """The attempts for which money is held, or every one, by age."""
        from callsheet.floor import settling

        with self._store() as store:
            return settling.attempts(store, everything)

    def resolve(self, attempt: str, outcome: "Outcome", *, cost: "Money | None" = None) -> "Attempt":
        """Decide an attempt whose outcome is unknown: it was charged, it was not, or another is to be sent."""
        from callsheet.floor import settling

        with self._store() as store:
            return settling.resolve(store, attempt, outcome, cost)

    def cancel(self, attempt: str) -> "Attempt":
        """Stop an attempt: at once when nothing was sent, else at its provider; what that then charges is booked."""
        from callsheet.floor import settling

        with self._store() as store:
            return settling.cancel(store, attempt)

    def verify(self) -> "Audit":
        """Whether ledger, attempts, caps and takes tell the same story."""
        from callsheet.money.audit import verify
        from callsheet.money.caps import dated_in

        with self._store() as store:
            # On a server the database holds other people's productions too.
            return verify(store.database, store.id if store.database.is_server else None, dated_in(self.folder))

    def statement(self) -> "Statement":
        """What the production cost: per approved second, by whom and by what, and what was wasted on which cause."""
        from callsheet.money.statement import statement

        with self._store() as store:
            return statement(store.database, store.id)

    def invoice(
        self, file: Path | str, provider: str, *, book: bool = False, complete: bool = False, currency: str = ""
    ) -> "tuple[Reconciled, Booked | None]":
        """A provider's invoice laid beside what was booked; with `book`, what differs is corrected."""
        from callsheet.floor import settling

        with self._store() as store:
            return settling.invoice(store, Path(file), provider, book, complete, currency)

    def budget(self, scope: "Scope | None" = None, limit: "Money | None" = None, name: str = "") -> "list[Room]":
        """How far every cap is used; with a scope, set its cap (or that of one name in it) first, or with no limit take it away."""
        from callsheet.floor import settling

        with self._store() as store:
            if scope is not None:
                settling.cap(store, scope, limit, name)
            return settling.rooms(store)

    def confirm(self, offer: str, worst: "Money") -> "Price":
        """Answer for the most that one take of an offer may cost whose price is unknown."""
        from callsheet.floor import settling

        with self._store() as store:
            return settling.confirm_price(store, offer, worst)

    # -- places --------------------------------------------------------------------------------------------------------------

    @staticmethod
    def worker() -> None:
        """Help on every production of the server that the settings name, until SIGTERM or Ctrl-C."""
        from callsheet.floor.worker import run

        run()

    def models(self) -> "Catalogue":
        """Every offer that is known, with the folder's own catalogue and yours on top."""
        from callsheet.catalog import load, overlays

        return load(overlays(self.folder))

    def move(self) -> "Moved":
        """Bring the production's memory to where the settings say, to go on there."""
        from callsheet.store.move import move

        return move(self.folder)

    def _board(self, store: "ProductionStore", treatment: str | None) -> "Written":
        from callsheet.script.board import write_board

        return write_board(store, self.folder, treatment=treatment, insist=bool(treatment))

    def _crew(self) -> "Crew":
        from callsheet.floor.crew import Crew

        return Crew(self.providers)

    def _store(self) -> "ProductionStore":
        from callsheet.store import ProductionStore

        return ProductionStore.open(self.folder, self._clock)
