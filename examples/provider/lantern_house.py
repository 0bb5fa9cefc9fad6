"""Lantern from its own side: a stand-in that sells what `lantern.yaml` lists, fails on request, and keeps count of what it bills."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.house import House
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of, ticks
from callsheet.rehearsal.ticket import ENDED, Ticket

WORDS = {
    "queued": "lined-up", "running": "burning", "succeeded": "lit", "failed": "out", "moderated": "refused", "cancelled": "snuffed",
}  # fmt: skip


class LanternHouse(StandIn):
    """Reads what our adapter says and answers as Lantern would."""

    protocol = "lantern"

    def serve(self, house: House, request: Request) -> Reply:
        """Create, ask, list, put out."""
        match request.method, *request.path.strip("/").split("/"):
            case "POST", "clips":
                return self._order(house, request)
            case "GET", "clips":
                found = house.made_under(request.query.get("ref", ""))
                return house.unasked(found) or answer(200, {"clips": [self._state(house, t, request) for t in found]})
            case "GET", "clips", job if ticket := house.find(job):
                return house.unasked([ticket]) or answer(200, self._state(house, ticket, request))
            case "DELETE", "clips", job if ticket := house.cancel(job):
                return answer(200, self._state(house, ticket, request))
        raise Turned("not-found", "there is no such clip")

    def refusal(self, why: Why) -> Reply:
        """Its own words for what a status leaves open."""
        code = {"funds": "no-credit", "concurrency": "too-many", "moderated": "not-shown"}.get(why.kind, why.kind)
        return super().refusal(replace(why, kind=code, status=why.code))

    def accepted(self, house: House, ticket: Ticket) -> Reply:
        """A new clip."""
        return answer(201, {"id": ticket.id, "state": WORDS.get(ticket.said, ticket.said)})

    def _order(self, house: House, request: Request) -> Reply:
        said = self.body(request)
        offer = self.offer(text_of(said.get("model"), "model"))
        first = said.get("first")
        if first is not None:
            self.seen(house, request, text_of(first, "first"))
        asked = self.asked(
            offer, said["model"], text_of(said.get("words"), "words"), seconds_of(said.get("seconds")),
            mode="first_frame" if first else "text", resolution=said.get("lines"), aspect=text_of(said.get("shape"), "shape"),
            attempt=text_of(said.get("ref"), "ref"),
        )  # fmt: skip
        return house.order(asked, request)

    def _state(self, house: House, ticket: Ticket, request: Request) -> dict[str, Any]:
        state: dict[str, Any] = {"id": ticket.id, "state": WORDS.get(ticket.said, ticket.said), "why": ticket.reason}
        if ticket.status in ENDED:
            state["sparks"] = float(ticks(self.billed(house, ticket), Fraction(1, 1000)))
        clip = self.clip(house, ticket, request)
        return {**state, "url": clip} if clip else state
