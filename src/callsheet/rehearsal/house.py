"""A house: the whole of one provider as a state machine. It does no I/O and knows no time but the clock it is given."""

import hashlib
import heapq
import json
from collections import Counter, deque
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callsheet.film.price import Money
from callsheet.rehearsal.exchange import Clip, Clips, Reply, Request, answer, refusal
from callsheet.rehearsal.face import Face, OwnFace, Why
from callsheet.rehearsal.faults import JOBLESS, Calm, Fault, Schedule, Stage, chance
from callsheet.rehearsal.meter import Meter
from callsheet.rehearsal.skins import SKINS, Skin
from callsheet.rehearsal.ticket import ENDED, Asked, Ticket, Token
from callsheet.rehearsal.waits import Wait, summary
from callsheet.rehearsal.webhooks import Delivery

_MINUTE_S = 60.0
_ANSWERS: Mapping[Fault, Why] = {
    Fault.RATE_429: Why("rate", "too many requests a minute", 10.0),
    Fault.CONCURRENCY_429: Why("concurrency", "too many takes at once", 5.0),
    Fault.FUNDS_402: Why("funds", "the account is empty", status=402),
    Fault.FUNDS_429: Why("funds", "the account is empty", status=429),
    Fault.ERROR_BEFORE_ACCEPT: Why("overloaded", "try again later"),
    Fault.MODERATED_AT_CREATE: Why("moderated", "the content is not allowed"),
}
_GATE = frozenset((Fault.DROP_BEFORE_ACCEPT, Fault.RATE_429, Fault.ERROR_BEFORE_ACCEPT))
"""Faults that strike before anybody looks whether the same create, by its key, was accepted before."""


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
    haste: float = 0.0
    """How many seconds of a seller's usual wait pass in one second of the clock; at 0 every order takes `queue_s` and `run_s`."""

    def of(self, wait: Wait | None) -> tuple[float, float]:
        """How long an order queues and runs, in seconds of the clock."""
        if not self.haste or wait is None:
            return self.queue_s, self.run_s
        return wait.queue_s / self.haste, wait.run_s / self.haste


class House:
    """Takes requests and gives replies; keeps jobs, limits and the charge meter.

    Traits are kept to the letter: an idempotency key means nothing where the skin is not `keyed`, jobs are looked up by client id only
    where it `finds`. Whatever time has brought is worked off, at the moment it was due, before anything else is looked at.
    `shelf` holds references by digest and may be shared with what makes the clips. With `balance` the account can run dry. How requests
    are read and answers are worded is the `face`'s business: the houses' own when left out. Houses of one name that are `opened` one after
    the other, told apart by that word, give their jobs names of their own.
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
        face: Face | None = None,
        opened: str = "",
    ) -> None:
        self._opened = opened
        self.face: Face = face or OwnFace()
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
                return self.file(token)
            case "GET", "meter":
                return answer(200, self.report())
        return self.face.handle(self, request)

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

    def waits(self) -> Mapping[str, Any] | None:
        """What its clips would usually take at the seller that it stands in for; None for a house that stands in for nobody."""
        known = [ticket.wait for ticket in self._jobs.values() if ticket.wait is not None]
        return summary(self.skin.name, known, self.skin.traits.concurrency) if known else None

    # Creating.

    def order(self, order: Asked, request: Request, key: str | None = None) -> Reply:
        """A create that was read. `key` is its idempotency key, where the provider heeds one."""
        self.creates += 1
        self._turns[order.code] += 1
        plan = self.schedule.plan(self.creates, order.code, self._turns[order.code])
        fault = plan.get(Stage.CREATE)
        if fault in _GATE:
            self.met[fault] += 1
            if fault is Fault.DROP_BEFORE_ACCEPT:
                return Reply(ending="reset")
            return self._turned_down(_ANSWERS[fault])
        if (full := self._full()) is not None:
            return full
        body = hashlib.sha256(request.body).hexdigest()
        if key is not None and key in self._keys:
            before, job = self._keys[key]
            if before != body:
                return self._turned_down(Why("key-reused", "this key was sent with another request"))
            answered = fault if fault not in JOBLESS else None
            self.met.update([answered] if answered else [])
            return self._accepted(self._jobs[job], answered)
        if fault in JOBLESS:
            self.met[fault] += 1
            if fault is not Fault.RETIRED:
                return self._turned_down(_ANSWERS[fault])
            self._retired.add(order.model)
        refused = self._refused(order)
        if refused is not None or order.price is None:
            return refused or self._turned_down(Why("input", "this model is not sold here"))
        self.met.update(plan.values())
        now = self.clock()
        self._minute.append(now)
        job = (
            "take-" + hashlib.sha256(f"{self.skin.name} {self._opened}{len(self._jobs) + 1}".encode()).hexdigest()[:16]
        )
        t = self.timing
        queue_s, run_s = t.of(order.wait)
        runs_at = now + queue_s
        luck = chance(self.skin.name, order.code, self._turns[order.code])
        ends_at: float | None = runs_at + run_s * (1 + t.spread * (2 * luck - 1))
        fate = plan.get(Stage.FATE)
        if fate is Fault.LATE_SUCCESS:
            ends_at = now + (t.late_s if t.late_s is not None else self.skin.traits.longest_s * 1.1)
        elif fate is Fault.NEVER_ENDS:
            ends_at = None
            self._at(now + self.skin.traits.longest_s, "free", job)
        ticket = Ticket(
            job, order.attempt, order.code, order.recipe, order.framings, order.price, plan, order.webhook,
            now, runs_at, ends_at, facts=order.facts, wait=order.wait,
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
            self._send(runs_at, self.face.webhook(self, ticket, now, forged=True))
        if self.skin.billing.at == "accept":
            self._bill(ticket, now, "accepted")
        return self._accepted(ticket, fault)

    def _full(self) -> Reply | None:
        """The limit on creates a minute stands at the gate: it may turn down even a create that was accepted before."""
        now = self.clock()
        while self._minute and self._minute[0] <= now - _MINUTE_S:
            self._minute.popleft()
        if len(self._minute) < self.skin.traits.per_minute:
            return None
        return self._turned_down(Why("rate", "too many requests a minute", self._minute[0] + _MINUTE_S - now))

    def _refused(self, order: Asked) -> Reply | None:
        """Why the house itself turns a create down, or None."""
        traits = self.skin.traits
        if order.model in self._retired:
            return self._turned_down(Why("retired", f"{order.model} is no longer offered"))
        if order.price is None:
            return self._turned_down(Why("input", f"{order.model} is not sold here"))
        missing = [digest for digest in order.references if digest not in self.shelf]
        if missing:
            return self._turned_down(Why("input", f"a reference was not uploaded: {missing[0]}"))
        if len(self._busy) >= traits.concurrency:
            return self._turned_down(Why("concurrency", "too many takes at once", traits.poll_every_s))
        if self.balance is not None:
            left = self.balance.micros - self.meter.billed.micros - self._owed
            if order.price.micros > left:
                return self._turned_down(Why("funds", "the account is empty", status=self.skin.funds_status))
        return None

    def _accepted(self, ticket: Ticket, fault: Fault | None) -> Reply:
        reply = self.face.accepted(self, ticket)
        match fault:
            case Fault.DROP_AFTER_ACCEPT:
                return Reply(ending="drop")
            case Fault.SLOW_ANSWER:
                return replace(reply, after_s=self.timing.slow_s)
            case Fault.ERROR_AFTER_ACCEPT:
                return self._turned_down(Why("gateway", "the answer from behind did not arrive"))
            case Fault.WRONG_JSON:
                return Reply(200, reply.body[: len(reply.body) // 2], reply.headers)
            case Fault.NO_ID:
                return _nameless(reply, ticket.id)
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
        told = self.face.webhook(self, ticket, when)
        for _ in range({Fault.WEBHOOK_LOST: 0, Fault.WEBHOOK_DUPLICATE: 2}.get(kind, 1) if kind else 1):
            self._send(when, told)

    def _bill(self, ticket: Ticket, at: float, why: str) -> None:
        self._owed -= ticket.price.micros
        self.meter.add(at, ticket.attempt, ticket.id, ticket.code, ticket.price, why)

    def cancel(self, job: str) -> Ticket | None:
        """Somebody asks to stop a job. The job as it stands then; None for one that is not known."""
        ticket = self._jobs.get(job)
        if ticket is None or ticket.status in ENDED:
            return ticket
        now = self.clock()
        if ticket.fate is Fault.LATE_SUCCESS:
            sooner = now + self.timing.run_s
            if ticket.ends_at is None or sooner < ticket.ends_at:
                ticket.ends_at = sooner
                self._at(sooner, "end", job)
            return ticket
        owed = ticket.status == "running" and self.skin.billing.cancelled_running
        ticket.status, ticket.reason = "cancelled", "as asked"
        self._settle(ticket, now, owed)
        return ticket

    # Questions.

    def find(self, job: str) -> Ticket | None:
        """The job of that name."""
        return self._jobs.get(job)

    def made_under(self, attempt: str) -> list[Ticket]:
        """The jobs made under a client id that are listed by now, oldest first."""
        seen = self.clock() - self.timing.listing_lag_s
        return [t for t in (self._jobs[job] for job in self._by_attempt.get(attempt, ())) if t.accepted_at <= seen]

    def listed(self) -> list[Ticket]:
        """Every job that is listed by now, oldest first."""
        seen = self.clock() - self.timing.listing_lag_s
        return [t for t in self._jobs.values() if t.accepted_at <= seen]

    def unasked(self, tickets: Sequence[Ticket]) -> Reply | None:
        """What goes wrong with a question about these jobs; None when it can be answered."""
        for ticket in tickets:
            if ticket.polls_lost:
                ticket.polls_lost -= 1
                match ticket.plan[Stage.POLL]:
                    case Fault.POLL_5XX:
                        return self._turned_down(Why("overloaded", "try again later"))
                    case Fault.POLL_DROP:
                        return Reply(ending="drop")
                return Reply(200, b'{"takes": [{"id":', {"content-type": "application/json"})
        return None

    def links(self, ticket: Ticket) -> dict[str, str]:
        """Picture shape to the path of its file, for a job that is done; none when that is what goes wrong."""
        if ticket.said != "succeeded" or ticket.fate is Fault.DONE_WITHOUT_URL:
            return {}
        if not ticket.links or self.skin.traits.refreshes:
            self._mint(ticket)
        return {framing: f"/files/{token}" for framing, token in ticket.links.items()}

    def _turned_down(self, why: Why) -> Reply:
        return self.face.refusal(why)

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

    def file(self, name: str) -> Reply:
        """The file behind a link, for as long as the link lives."""
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

    def _send(self, when: float, delivery: Delivery | None) -> None:
        if delivery is None:
            return
        self._serial += 1
        heapq.heappush(self._post, (when, self._serial, delivery))


def _nameless(reply: Reply, job: str) -> Reply:
    """The same answer without the job's name, wherever it stands."""

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: without(v) for k, v in value.items() if not (isinstance(v, str) and job in v)}
        return [without(v) for v in value] if isinstance(value, list) else value

    return replace(reply, status=200, body=json.dumps(without(json.loads(reply.body))).encode())


def houses(
    clock: Callable[[], float], clips: Clips, schedule: Schedule | None = None, timing: Timing | None = None
) -> tuple[House, ...]:
    """The cast of three, each with its own jobs, limits and meter."""
    return tuple(House(skin, clock, clips, schedule, timing) for skin in SKINS.values())
