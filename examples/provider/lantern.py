"""Lantern, a render farm with a small protocol of its own: everything that Callsheet needs to buy takes there."""

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from lantern_house import LanternHouse

from callsheet.catalog import load
from callsheet.film.price import Money
from callsheet.providers.answers import at, exact, text
from callsheet.providers.family import Call, Family
from callsheet.providers.fitting import Fitted
from callsheet.providers.hosted import Create, Job, JobState, Link, RefusalKind, Refused

STATES: Mapping[str, JobState] = {
    "lined-up": "waiting", "burning": "running", "lit": "done", "out": "failed", "refused": "moderated", "snuffed": "cancelled",
}  # fmt: skip
REFUSALS: Mapping[str, RefusalKind] = {"no-credit": "funds", "too-many": "concurrency", "not-shown": "moderated"}


class Lantern(Family):
    """The seller. What it can do stands in `lantern.yaml`, what it says and hears here."""

    protocol = "lantern"
    base = "https://api.lantern.example/v1"
    traits_of = {"finds": True, "cancels": True, "reports_cost": True, "concurrency": 4}

    def create(self, told: Fitted, files: Mapping[str, str], create: Create) -> Call:
        """One clip; our attempt's id travels as `ref`, so that a lost answer can be looked up."""
        body: dict[str, Any] = {
            "ref": create.attempt, "model": told.model, "words": told.prompt, "seconds": told.whole_seconds(),
            "lines": told.resolution, "shape": told.aspect, "seed": told.seed,
        }  # fmt: skip
        for one in told.of("first_frame"):
            body["first"] = files[one.sha256]
        return Call("POST", "/clips", json=body)

    def accepted(self, said: Mapping[str, Any], told: Fitted) -> str | None:
        """The clip's id."""
        return text(said, "id")

    def asking(self, job: str) -> Call:
        """Ask for one clip."""
        return Call("GET", f"/clips/{job}")

    def job(self, job: str, said: Mapping[str, Any]) -> Job:
        """How it stands; a word that is not in the table is unknown."""
        state = STATES.get(text(said, "state"), "unknown")
        links = (Link(url=text(said, "url")),) if text(said, "url") else ()
        if state == "done" and not links:
            state = "unknown"
        return Job(job, state, links, self.cost(said), text(said, "why"))

    def refusal(self, status: int, said: Mapping[str, Any], headers: Mapping[str, str]) -> Refused | None:
        """Lantern says by a word of its own what a status leaves open."""
        found, code = super().refusal(status, said, headers), text(said, "error", "code")
        return Refused(REFUSALS[code], found.reason, found.after_s) if found and code in REFUSALS else found

    def cost(self, told: Mapping[str, Any]) -> Money | None:
        """Lantern counts in sparks, of which one is a tenth of a cent."""
        return exact(at(told, "sparks"), Fraction(1, 1000), "USD")

    def stopping(self, job: str) -> Call:
        """Put a clip out."""
        return Call("DELETE", f"/clips/{job}")

    def stand_in(self) -> LanternHouse:
        """Who stands in for it in rehearsals and in the contract suite."""
        return LanternHouse(self.name, self.listed_offers)

    def listing(self, attempt: str) -> Call:
        """Look for the clip that carries our id."""
        return Call("GET", "/clips", params={"ref": attempt})

    def listed(self, attempt: str, said: Mapping[str, Any]) -> str | None:
        """The oldest of them."""
        return text(said, "clips", 0, "id") or None


def provider() -> Lantern:
    """What the entry point names."""
    offers = [o for o in load([Path(__file__).with_name("lantern.yaml")]) if o.route == "lantern"]
    return Lantern("lantern", offers, os.environ.get("LANTERN_API_KEY", ""))
