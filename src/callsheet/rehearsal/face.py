"""A house's face: how it reads requests and words its answers. What it does about them is the house's own business."""

import hashlib
import json
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from callsheet.rehearsal.exchange import Reply, Request, answer, refusal
from callsheet.rehearsal.skins import KEY, SECRET
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket
from callsheet.rehearsal.webhooks import Delivery, sign

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_STATUSES = {
    "auth": 401, "funds": 402, "not-found": 404, "ended": 409, "key-reused": 409, "retired": 410, "input": 422, "moderated": 422,
    "rate": 429, "concurrency": 429, "gateway": 502, "overloaded": 503,
}  # fmt: skip


@dataclass(frozen=True)
class Why:
    """Why a request is turned down: `kind` is auth, funds, not-found, ended, key-reused, retired, input, moderated, rate, concurrency,
    gateway (the answer from behind is lost) or overloaded. `after_s` is when to come back."""

    kind: str
    message: str
    after_s: float | None = None
    status: int | None = None
    """The HTTP status where the fault names one itself."""

    @property
    def code(self) -> int:
        """The HTTP status that most would send."""
        return self.status or _STATUSES.get(self.kind, 400)


class Face(Protocol):
    """The wire protocol of one provider, seen from its own side."""

    def handle(self, house: "House", request: Request) -> Reply:
        """Read a request, have the house do what it asks, and answer. Files and the meter are served by the house itself."""

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """The answer to a create that made this job."""

    def refusal(self, why: Why) -> Reply:
        """The answer to a request that is turned down."""

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """The webhook that tells how a job ended; a forged one says so too early and is signed wrongly. None where nothing is sent."""


class OwnFace:
    """The protocol of the houses themselves."""

    def handle(self, house: "House", request: Request) -> Reply:
        """See Face."""
        parts = request.path.strip("/").split("/")
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "auth", "the key is not known")
        match request.method, *parts:
            case "POST", "v1", "takes":
                return self._create(house, request)
            case "GET", "v1", "takes":
                return self._list(house, request)
            case "POST", "v1", "takes", job, "cancel" if house.skin.traits.cancels:
                return self._cancel(house, job)
            case "GET", "v1", "references":
                asked = request.query.get("missing", "").split(",")
                return answer(200, {"missing": [digest for digest in asked if digest and digest not in house.shelf]})
            case "PUT", "v1", "references", digest:
                if hashlib.sha256(request.body).hexdigest() != digest:
                    return refusal(422, "input", "the file is not what its address says")
                house.shelf[digest] = request.body
                return answer(200, {"sha256": digest})
        return refusal(404, "not-found", "there is nothing here")

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(201, {"id": ticket.id, "status": ticket.said})

    def refusal(self, why: Why) -> Reply:
        """See Face."""
        return refusal(why.code, why.kind, why.message, why.after_s)

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face."""
        if ticket.webhook is None:
            return None
        if forged:
            return sign(SECRET + b"?", at, f"event-{ticket.id}-false", ticket.id, "succeeded", ticket.webhook)
        return sign(SECRET, at, f"event-{ticket.id}", ticket.id, ticket.said, ticket.webhook)

    def _create(self, house: "House", request: Request) -> Reply:
        try:
            asked = self._read(house, json.loads(request.body))
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
            return refusal(400, "input", f"the request cannot be read: {type(error).__name__}")
        key = request.headers.get("idempotency-key") if house.skin.traits.keyed else None
        return house.order(asked, request, key)

    def _read(self, house: "House", said: Any) -> Asked:
        recipe = said["recipe"]
        wanted = recipe["order"]
        frames, framings = wanted["frames"], tuple(wanted["framings"])
        if not (isinstance(frames, int) and frames > 0 and framings):
            raise ValueError("a take has frames and a picture shape")
        if not all(isinstance(text, str) and text for text in (said["client_id"], wanted["code"], said["model"])):
            raise TypeError("names are text")
        webhook = said.get("webhook")
        if webhook is not None and not isinstance(webhook, str):
            raise TypeError("a webhook is an address")
        return Asked(
            said["client_id"], said["model"], recipe, wanted["code"], framings[: house.skin.clips(len(framings))],
            tuple(str(r["sha256"]) for r in wanted.get("references", ())), webhook,
            house.skin.price(said["model"], frames, Fraction(wanted["rate"]), len(framings)),
        )  # fmt: skip

    def _cancel(self, house: "House", job: str) -> Reply:
        before = house.find(job)
        if before is None:
            return refusal(404, "not-found", "there is no such take")
        if before.status in ENDED:
            return refusal(409, "ended", f"the take has {before.status}")
        ticket = house.cancel(job) or before
        return answer(202, {"id": job, "status": ticket.said})

    def _list(self, house: "House", request: Request) -> Reply:
        query, traits = request.query, house.skin.traits
        if "client_id" in query:
            if not traits.finds:
                return refusal(400, "input", "takes cannot be looked up by client id")
            return self._told(house, house.made_under(query["client_id"]), request)
        ids = [job for job in query.get("ids", "").split(",") if job]
        if not 1 <= len(ids) <= traits.batch:
            return refusal(400, "input", f"ask for 1 to {traits.batch} takes at once")
        return self._told(house, [found for found in map(house.find, ids) if found is not None], request)

    def _told(self, house: "House", tickets: list[Ticket], request: Request) -> Reply:
        lost = house.unasked(tickets)
        if lost is not None:
            return lost
        host = request.headers.get("host", "")
        return answer(200, {"takes": [self._state(house, ticket, host) for ticket in tickets]})

    def _state(self, house: "House", ticket: Ticket, host: str) -> dict[str, Any]:
        state: dict[str, Any] = {"id": ticket.id, "status": ticket.said, "reason": ticket.reason}
        if house.skin.traits.finds:
            state["client_id"] = ticket.attempt
        if house.skin.traits.reports_cost and ticket.status in ENDED:
            state["cost"] = asdict(house.meter.of_job(ticket.id))
        links = house.links(ticket)
        if links:
            state["files"] = [{"framing": framing, "url": f"http://{host}{path}"} for framing, path in links.items()]
        return state
