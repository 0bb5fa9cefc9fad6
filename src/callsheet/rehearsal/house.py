"""A house: the whole of one provider as a state machine. It does no I/O and knows no time but the clock it is given."""

import hashlib
import heapq
import json
from collections import Counter, deque
from collections.abc import Callable, MutableMapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from callsheet.film.price import Money
from callsheet.rehearsal.exchange import Clip, Clips, Reply, Request, answer, refusal
from callsheet.rehearsal.faults import JOBLESS, Calm, Fault, Schedule, Stage, chance
from callsheet.rehearsal.meter import Meter
from callsheet.rehearsal.skins import KEY, SECRET, SKINS, Skin
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket, Token
from callsheet.rehearsal.webhooks import Delivery, sign

_MINUTE_S = 60.0
_ANSWERS = {
    Fault.RATE_429: (429, "rate", "too many requests a minute"),
    Fault.CONCURRENCY_429: (429, "concurrency", "too many takes at once"),
    Fault.FUNDS_402: (402, "funds", "the account is empty"),
    Fault.FUNDS_429: (429, "funds", "the account is empty"),
    Fault.ERROR_BEFORE_ACCEPT: (503, "overloaded", "try again later"),
    Fault.MODERATED_AT_CREATE: (422, "moderated", "the content is not allowed"),
}
_GATE = frozenset((Fault.DROP_BEFORE_ACCEPT, Fault.RATE_429, Fault.ERROR_BEFORE_ACCEPT))
"""Faults that strike before anybody looks whether the same create, by its key, was accepted before."""
_RETRY_S = {Fault.RATE_429: 10.0, Fault.CONCURRENCY_429: 5.0}


@dataclass(frozen=True)
class Timing:
    """How long things take in a house, in seconds of its clock."""

    queue_s: float = 2.0
    run_s: float = 30.0
    spread: float = 0.5
    """How far a job's running time may lie from `run_s`, as a part of it; a job's own is always the same."""
    slow_s: float = 600.0
    """How long a slow answer is held back."""
    late_s: float | None = None
    """How long a job takes that succeeds late; without it a tenth more than `Traits.longest_s`."""
    link_s: float = 3600.0
    hook_late_s: float = 600.0
    listing_lag_s: float = 0.0
    """How long after acceptance a job is found by its client id for the first time."""
    polls_lost: int = 2
    pace_s: float = 1.0
    """The pause between the pieces of a slow body."""


class House:
    """Takes requests and gives replies; keeps jobs, limits and the charge meter.

    Traits are kept to the letter: an idempotency key means nothing where the skin is not `keyed`, jobs are looked up by client id only
    where it `finds`. Whatever time has brought is worked off, at the moment it was due, before anything else is looked at.
    `shelf` holds references by digest and may be shared with what makes the clips. With `balance` the account can run dry.
    """

    def __init__(
        self,
        skin: Skin,
        clock: Callable[[], float],
        clips: Clips,
        schedule: Schedule | None = None,
        timing: Timing | None = None,
        *,
        balance: Money | None = None,
        shelf: MutableMapping[str, bytes] | None = None,
    ) -> None:
        self.skin, self.clock, self.clips = skin, clock, clips
        self.schedule: Schedule = schedule or Calm()
        self.timing = timing or Timing()
        self.balance = balance
        self.meter = Meter(skin.name, skin.currency)
        self.shelf: MutableMapping[str, bytes] = {} if shelf is None else shelf
        self.creates = 0
        """Creates that reached the house, whatever it answered."""
        self.met: Counter[Fault] = Counter()
        """How often each fault was met by a create."""
        self._turns: Counter[str] = Counter()
        self._jobs: dict[str, Ticket] = {}
        self._keys: dict[str, tuple[str, str]] = {}
        self._by_attempt: dict[str, list[str]] = {}
        self._tokens: dict[str, Token] = {}
        self._busy: set[str] = set()
        self._owed = 0
        self._minute: deque[float] = deque()
        self._retired: set[str] = set()
        self._due: list[tuple[float, int, str, str]] = []
        self._post: list[tuple[float, int, Delivery]] = []
        self._serial = 0

    # What the judge looks at.

    @property
    def jobs(self) -> tuple[Ticket, ...]:
        """Every job ever made, oldest first, as of the last request or `advance`."""
        return tuple(self._jobs.values())

    @property
    def in_flight(self) -> int:
        """Jobs that hold a place among those at once."""
        return len(self._busy)

    def advance(self) -> None:
        """Do what has fallen due by now, each thing at its own moment."""
        now = self.clock()
        while self._due and self._due[0][0] <= now:
            at, _, what, job = heapq.heappop(self._due)
            ticket = self._jobs[job]
            if what == "free":
                self._busy.discard(job)
            elif ticket.status in ENDED:
                continue
            elif what == "run":
                ticket.status = "running"
            else:
                self._end(ticket, at)

    def deliveries(self) -> tuple[Delivery, ...]:
        """The webhooks that are due now; each is given once."""
        self.advance()
        now, found = self.clock(), []
        while self._post and self._post[0][0] <= now:
            found.append(heapq.heappop(self._post)[2])
        return tuple(found)

    def handle(self, request: Request) -> Reply:
        """Answer one request that has arrived in full."""
        self.advance()
        parts = request.path.strip("/").split("/")
        match request.method, *parts:
            case "GET", "files", token:
                return self._file(token)
            case "GET", "meter":
                return answer(200, self.report())
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "auth", "the key is not known")
        match request.method, *parts:
            case "POST", "v1", "takes":
                return self._create(request)
            case "GET", "v1", "takes":
                return self._list(request)
            case "POST", "v1", "takes", job, "cancel" if self.skin.traits.cancels:
                return self._cancel(job)
            case "GET", "v1", "references":
                asked = request.query.get("missing", "").split(",")
                return answer(200, {"missing": [digest for digest in asked if digest and digest not in self.shelf]})
            case "PUT", "v1", "references", digest:
                if hashlib.sha256(request.body).hexdigest() != digest:
                    return refusal(422, "input", "the file is not what its address says")
                self.shelf[digest] = request.body
                return answer(200, {"sha256": digest})
        return refusal(404, "not-found", "there is nothing here")

    def report(self) -> dict[str, Any]:
        """The meter's summary, every entry on it, and how every job stands, as JSON values."""
        jobs = [
            {
                "id": t.id,
                "attempt": t.attempt,
                "code": t.code,
                "status": t.status,
                "micros": self.meter.of_job(t.id).micros,
            }
            for t in self._jobs.values()
        ]
        entries = [charge.as_dict() for charge in self.meter.charges]
        return {**self.meter.summary(), "creates": self.creates, "entries": entries, "jobs": jobs}

    # Creating.

    def _create(self, request: Request) -> Reply:
        try:
            order = self._read(json.loads(request.body))
        except (ValueError, KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
            return refusal(400, "input", f"the request cannot be read: {type(error).__name__}")
        self.creates += 1
        self._turns[order.code] += 1
        plan = self.schedule.plan(self.creates, order.code, self._turns[order.code])
        fault = plan.get(Stage.CREATE)
        if fault in _GATE:
            self.met[fault] += 1
            return Reply(ending="reset") if fault is Fault.DROP_BEFORE_ACCEPT else _turned_down(fault)
        if (full := self._full()) is not None:
            return full
        key = request.headers.get("idempotency-key") if self.skin.traits.keyed else None
        body = hashlib.sha256(request.body).hexdigest()
        if key is not None and key in self._keys:
            before, job = self._keys[key]
            if before != body:
                return refusal(409, "key-reused", "this key was sent with another request")
            answered = fault if fault not in JOBLESS else None
            self.met.update([answered] if answered else [])
            return self._accepted(self._jobs[job], answered)
        if fault in JOBLESS:
            self.met[fault] += 1
            if fault is not Fault.RETIRED:
                return _turned_down(fault)
            self._retired.add(order.model)
        refused = self._refused(order)
        if refused is not None or order.price is None:
            return refused or refusal(422, "input", "this model is not sold here")
        self.met.update(plan.values())
        now = self.clock()
        self._minute.append(now)
        job = "take-" + hashlib.sha256(f"{self.skin.name} {len(self._jobs) + 1}".encode()).hexdigest()[:16]
        t = self.timing
        runs_at = now + t.queue_s
        luck = chance(self.skin.name, order.code, self._turns[order.code])
        ends_at: float | None = runs_at + t.run_s * (1 + t.spread * (2 * luck - 1))
        fate = plan.get(Stage.FATE)
        if fate is Fault.LATE_SUCCESS:
            ends_at = now + (t.late_s if t.late_s is not None else self.skin.traits.longest_s * 1.1)
        elif fate is Fault.NEVER_ENDS:
            ends_at = None
            self._at(now + self.skin.traits.longest_s, "free", job)
        ticket = Ticket(
            job, order.attempt, order.code, order.recipe, order.framings, order.price, plan, order.webhook,
            now, runs_at, ends_at,
        )  # fmt: skip
        ticket.polls_lost = {Fault.POLL_5XX: t.polls_lost, Fault.POLL_DROP: t.polls_lost, Fault.POLL_WRONG_JSON: 1}.get(
            plan.get(Stage.POLL, Fault.RETIRED), 0
        )
        self._jobs[job] = ticket
        self._busy.add(job)
        self._owed += order.price.micros
        self._by_attempt.setdefault(order.attempt, []).append(job)
        if key is not None:
            self._keys[key] = (body, job)
        self._at(runs_at, "run", job)
        if ends_at is not None:
            self._at(ends_at, "end", job)
        if plan.get(Stage.WEBHOOK) is Fault.WEBHOOK_FORGED and order.webhook:
            false = sign(SECRET + b"?", now, f"event-{job}-false", job, "succeeded", order.webhook)
            self._send(runs_at, false)
        if self.skin.billing.at == "accept":
            self._bill(ticket, now, "accepted")
        return self._accepted(ticket, fault)

    def _read(self, said: Any) -> Asked:
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
            said["client_id"], said["model"], recipe, wanted["code"], framings[: self.skin.clips(len(framings))],
            tuple(str(r["sha256"]) for r in wanted.get("references", ())), webhook,
            self.skin.price(said["model"], frames, Fraction(wanted["rate"]), len(framings)),
        )  # fmt: skip

    def _full(self) -> Reply | None:
        """The limit on creates a minute stands at the gate: it may turn down even a create that was accepted before."""
        now = self.clock()
        while self._minute and self._minute[0] <= now - _MINUTE_S:
            self._minute.popleft()
        if len(self._minute) < self.skin.traits.per_minute:
            return None
        return refusal(429, "rate", "too many requests a minute", self._minute[0] + _MINUTE_S - now)

    def _refused(self, order: Asked) -> Reply | None:
        """Why the house itself turns a create down, or None."""
        traits = self.skin.traits
        if order.model in self._retired:
            return refusal(410, "retired", f"{order.model} is no longer offered")
        if order.price is None:
            return refusal(422, "input", f"{order.model} is not sold here")
        missing = [digest for digest in order.references if digest not in self.shelf]
        if missing:
            return refusal(422, "input", f"a reference was not uploaded: {missing[0]}")
        if len(self._busy) >= traits.concurrency:
            return refusal(429, "concurrency", "too many takes at once", traits.poll_every_s)
        if self.balance is not None:
            left = self.balance.micros - self.meter.billed.micros - self._owed
            if order.price.micros > left:
                return refusal(self.skin.funds_status, "funds", "the account is empty")
        return None

    def _accepted(self, ticket: Ticket, fault: Fault | None) -> Reply:
        reply = answer(201, {"id": ticket.id, "status": ticket.said})
        match fault:
            case Fault.DROP_AFTER_ACCEPT:
                return Reply(ending="drop")
            case Fault.SLOW_ANSWER:
                return Reply(201, reply.body, reply.headers, after_s=self.timing.slow_s)
            case Fault.ERROR_AFTER_ACCEPT:
                return refusal(502, "gateway", "the answer from behind did not arrive")
            case Fault.WRONG_JSON:
                return Reply(200, reply.body[: len(reply.body) // 2], reply.headers)
            case Fault.NO_ID:
                return answer(200, {"status": ticket.said})
        return reply

    # What becomes of a job.

    def _end(self, ticket: Ticket, at: float) -> None:
        billing = self.skin.billing
        owed = True
        match ticket.fate:
            case Fault.FAILED_FREE:
                ticket.status, ticket.reason, owed = "failed", "the pictures could not be made", False
            case Fault.FAILED_CHARGED:
                ticket.status, ticket.reason = "failed", "the pictures could not be made"
            case Fault.MODERATED_AFTER_ACCEPT:
                ticket.status, ticket.reason, owed = "moderated", "the pictures are not allowed", billing.moderated
            case _:
                ticket.status = "succeeded"
        self._settle(ticket, at, owed)

    def _settle(self, ticket: Ticket, at: float, owed: bool) -> None:
        """A job has ended: bill what is owed or give back what is not, free its place, leave the webhooks."""
        self._busy.discard(ticket.id)
        if self.skin.billing.at == "done":
            if owed:
                self._bill(ticket, at, ticket.status)
            else:
                self._owed -= ticket.price.micros
        elif not owed:
            back = Money(-ticket.price.micros, ticket.price.currency)
            self.meter.add(at, ticket.attempt, ticket.id, ticket.code, back, f"{ticket.status}: given back")
        if ticket.webhook is None:
            return
        kind = ticket.plan.get(Stage.WEBHOOK)
        when = at + (self.timing.hook_late_s if kind is Fault.WEBHOOK_LATE else 0.0)
        told = sign(SECRET, when, f"event-{ticket.id}", ticket.id, ticket.said, ticket.webhook)
        for _ in range({Fault.WEBHOOK_LOST: 0, Fault.WEBHOOK_DUPLICATE: 2}.get(kind, 1) if kind else 1):
            self._send(when, told)

    def _bill(self, ticket: Ticket, at: float, why: str) -> None:
        self._owed -= ticket.price.micros
        self.meter.add(at, ticket.attempt, ticket.id, ticket.code, ticket.price, why)

    def _cancel(self, job: str) -> Reply:
        ticket = self._jobs.get(job)
        if ticket is None:
            return refusal(404, "not-found", "there is no such take")
        if ticket.status in ENDED:
            return refusal(409, "ended", f"the take has {ticket.status}")
        now = self.clock()
        if ticket.fate is Fault.LATE_SUCCESS:
            sooner = now + self.timing.run_s
            if ticket.ends_at is None or sooner < ticket.ends_at:
                ticket.ends_at = sooner
                self._at(sooner, "end", job)
            return answer(202, {"id": job, "status": ticket.said})
        owed = ticket.status == "running" and self.skin.billing.cancelled_running
        ticket.status, ticket.reason = "cancelled", "as asked"
        self._settle(ticket, now, owed)
        return answer(202, {"id": job, "status": ticket.said})

    # Questions.

    def _list(self, request: Request) -> Reply:
        query, traits = request.query, self.skin.traits
        if "client_id" in query:
            if not traits.finds:
                return refusal(400, "input", "takes cannot be looked up by client id")
            seen = self.clock() - self.timing.listing_lag_s
            mine = [self._jobs[job] for job in self._by_attempt.get(query["client_id"], ())]
            return self._told([ticket for ticket in mine if ticket.accepted_at <= seen], request)
        ids = [job for job in query.get("ids", "").split(",") if job]
        if not 1 <= len(ids) <= traits.batch:
            return refusal(400, "input", f"ask for 1 to {traits.batch} takes at once")
        return self._told([self._jobs[job] for job in ids if job in self._jobs], request)

    def _told(self, tickets: list[Ticket], request: Request) -> Reply:
        for ticket in tickets:
            if ticket.polls_lost:
                ticket.polls_lost -= 1
                match ticket.plan[Stage.POLL]:
                    case Fault.POLL_5XX:
                        return refusal(503, "overloaded", "try again later")
                    case Fault.POLL_DROP:
                        return Reply(ending="drop")
                return Reply(200, b'{"takes": [{"id":', {"content-type": "application/json"})
        host = request.headers.get("host", "")
        return answer(200, {"takes": [self._state(ticket, host) for ticket in tickets]})

    def _state(self, ticket: Ticket, host: str) -> dict[str, Any]:
        state: dict[str, Any] = {"id": ticket.id, "status": ticket.said, "reason": ticket.reason}
        if self.skin.traits.finds:
            state["client_id"] = ticket.attempt
        if self.skin.traits.reports_cost and ticket.status in ENDED:
            state["cost"] = asdict(self.meter.of_job(ticket.id))
        if ticket.said == "succeeded" and ticket.fate is not Fault.DONE_WITHOUT_URL:
            if not ticket.links or self.skin.traits.refreshes:
                self._mint(ticket)
            state["files"] = [
                {"framing": framing, "url": f"http://{host}/files/{token}"} for framing, token in ticket.links.items()
            ]
        return state

    # Files.

    def _mint(self, ticket: Ticket) -> None:
        fault = ticket.plan.get(Stage.FILE)
        dead = fault is Fault.EXPIRED_URL_ALWAYS or (fault is Fault.EXPIRED_URL and not ticket.minted)
        dies_at = self.clock() if dead else self.clock() + self.timing.link_s
        ticket.minted += 1
        for framing in ticket.framings:
            token = hashlib.sha256(f"{ticket.id} {framing} {ticket.minted}".encode()).hexdigest()[:32]
            self._tokens[token] = Token(ticket.id, framing, dies_at)
            ticket.links[framing] = token

    def _file(self, name: str) -> Reply:
        token = self._tokens.get(name)
        if token is None:
            return refusal(404, "not-found", "there is no such file")
        if self.clock() >= token.dies_at:
            return refusal(403, "expired", "the link has expired")
        ticket = self._jobs[token.job]
        turn = ticket.fetched[token.framing] = ticket.fetched.get(token.framing, 0) + 1
        fault = ticket.plan.get(Stage.FILE)
        if fault is Fault.FILE_5XX and turn == 1:
            return refusal(503, "overloaded", "try again later")
        cut = fault is Fault.TRUNCATED_ALWAYS or (fault is Fault.TRUNCATED_ONCE and turn == 1)
        return Reply(
            headers={"content-type": "video/mp4"},
            clip=Clip(ticket.recipe, token.framing, self.clips),
            ending="cut" if cut else "whole",
            pace_s=self.timing.pace_s if fault is Fault.SLOW_BODY else 0.0,
            spoiled=fault is Fault.DAMAGED_ALWAYS or (fault is Fault.DAMAGED_ONCE and turn == 1),
        )

    def _at(self, when: float, what: str, job: str) -> None:
        self._serial += 1
        heapq.heappush(self._due, (when, self._serial, what, job))

    def _send(self, when: float, delivery: Delivery) -> None:
        self._serial += 1
        heapq.heappush(self._post, (when, self._serial, delivery))


def _turned_down(fault: Fault) -> Reply:
    return refusal(*_ANSWERS[fault], _RETRY_S.get(fault))


def houses(
    clock: Callable[[], float], clips: Clips, schedule: Schedule | None = None, timing: Timing | None = None
) -> tuple[House, ...]:
    """The cast of three, each with its own jobs, limits and meter."""
    return tuple(House(skin, clock, clips, schedule, timing) for skin in SKINS.values())
