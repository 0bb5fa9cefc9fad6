"""Studio: one object through which everything is done. Each verb is a verb of the command line under the same name.

The rooms are loaded by the verbs that need them: a run that finds nothing to do should not wait for codecs and databases.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from callsheet.delivery.made import Made, stamp, unchanged
from callsheet.progress import OnProgress, Progress, silent

if TYPE_CHECKING:
    from callsheet.doctor import Check
    from callsheet.film import Document, Take
    from callsheet.floor.results import Conformed, Quoted, Shooting
    from callsheet.providers import Provider
    from callsheet.script.board import Written
    from callsheet.store import ProductionStore, Version

__all__ = ["Made", "Progress", "Studio"]


class Studio:
    """A production in a folder, shot with `providers` (every installed one when not given).

    Every method raises a class of `callsheet.errors`; what was finished before is kept, and calling again continues from there.
    """

    def __init__(self, folder: Path | str, providers: "Sequence[Provider] | None" = None) -> None:
        self.folder = Path(folder)
        self._providers = providers

    @property
    def providers(self) -> "tuple[Provider, ...]":
        """Who can shoot."""
        from callsheet.providers import installed

        return installed() if self._providers is None else tuple(self._providers)

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

    def bid(self) -> "Quoted":
        """Which offer shoots which shot, and what is still to be paid for."""
        from callsheet.floor import shooting

        with self._store() as store:
            return shooting.bid(store, self.providers)

    def shoot(self, shots: Sequence[str] = (), *, retake: bool = False, on_event: OnProgress = silent) -> "Shooting":
        """Shoot what has no take for its board yet; with `retake`, the named shots again with another seed."""
        from callsheet.floor import shooting

        with self._store() as store:
            return asyncio.run(shooting.shoot(store, self.providers, shots, retake, on_event))

    def takes(self, shot: str) -> "tuple[list[Take], int | None]":
        """The takes of a shot, and the number of the pick."""
        from callsheet.floor import shooting

        with self._store() as store:
            return shooting.takes(store, shot)

    def pick(self, shot: str, number: int, by: str = "person") -> "Take":
        """Put a take in the cut."""
        from callsheet.floor import shooting

        with self._store() as store:
            return shooting.pick(store, shot, number, by)

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

    def make(self, *, treatment: str | None = None, on_event: OnProgress = silent) -> Made:
        """From brief to delivered film: write, shoot, conform and deliver whatever is not there yet."""
        wish = (
            f"{treatment} {'installed' if self._providers is None else [(p.name, p.engine) for p in self._providers]}"
        )
        known = unchanged(self.folder, wish)
        if known is not None:
            return known
        from callsheet.delivery.deliver import deliver, sources
        from callsheet.script.board import write_board

        with self._store() as store:
            written = write_board(store, self.folder, treatment=treatment, insist=bool(treatment))
            made = asyncio.run(deliver(store, self.folder, on_event, self.providers))
            made_from = sources(store)
        made = replace(made, warnings=(*written.warnings, *made.warnings))
        stamp(self.folder, made, wish, made_from)
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

    def _store(self) -> "ProductionStore":
        from callsheet.store import ProductionStore

        return ProductionStore.open(self.folder)
