"""The adapter to the rehearsal houses: a hosted provider like any other, whose bills nobody pays."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import httpx

from callsheet.film import Framing, Order
from callsheet.film.price import Money, Price
from callsheet.providers.animatic import undrawn
from callsheet.providers.hosted import Accepted, Create, Hint, Job, JobState, Link, RefusalKind, Refused
from callsheet.providers.protocol import Offer
from callsheet.providers.wire import Lost, Unanswered, Unsent, Wire
from callsheet.rehearsal.skins import KEY, READ_ON, SECRET, SKINS, SOURCE, Skin
from callsheet.rehearsal.transport import address
from callsheet.rehearsal.webhooks import verify

_STATES: Mapping[str, JobState] = {
    "queued": "waiting",
    "running": "running",
    "succeeded": "done",
    "failed": "failed",
    "moderated": "moderated",
    "cancelled": "cancelled",
}
_REFUSALS: Mapping[int, RefusalKind] = {
    400: "input",
    401: "auth",
    402: "funds",
    410: "retired",
    422: "input",
    429: "rate",
}
"""Statuses that prove that no job was made, with what they mean where the answer says nothing closer."""
_CLOSER: Mapping[int, frozenset[RefusalKind]] = {
    422: frozenset(("moderated",)),
    429: frozenset(("rate", "concurrency", "funds")),
}


class Rehearsal:
    """One of the houses, at `url` (in memory when left out). `clock` is the time that its webhooks are stamped with."""

    engine = "rehearsal-1"

    def __init__(self, skin: Skin, url: str | None = None, clock: Callable[[], float] = time.time) -> None:
        self.skin, self.name, self.traits = skin, skin.name, skin.traits
        self.url = (url or address(skin.name)).rstrip("/")
        self._clock = clock

    def offers(self) -> tuple[Offer, ...]:
        """The house's models."""
        return tuple(
            Offer(model, model.partition("/")[2], self.name, 720, SOURCE, READ_ON.isoformat())
            for model in self.skin.models
        )

    def refuses(self, offer: str, order: Order) -> str:
        """What it does not sell, and what cannot be drawn: drawn clips are what it delivers."""
        return undrawn(order) if offer in self.skin.models else f"{self.name} does not sell it"

    def quote(self, offer: str, order: Order) -> Price | None:
        """By the second of film for each clip that is delivered, rounded up to the micro-unit."""
        price = self.skin.price(offer, order.frames, order.rate.fraction, len(order.framings))
        return None if price is None else Price.exact(price, SOURCE, READ_ON)

    async def submit(self, wire: Wire, create: Create) -> Accepted:
        """Upload the references that the house lacks, then send the create exactly once. Raises Refused, Unsent, Lost."""
        await self._upload(wire, create.references)
        body: dict[str, Any] = {
            "client_id": create.attempt,
            "model": create.recipe.offer,
            "recipe": create.recipe.model_dump(mode="json"),
        }
        if create.webhook is not None:
            body["webhook"] = create.webhook
        headers = {**self._headers, "idempotency-key": create.attempt, "content-type": "application/json"}
        response = await wire.create("POST", f"{self.url}/v1/takes", headers=headers, content=json.dumps(body))
        if response.status_code in _REFUSALS:
            raise self._refused(response)
        if response.status_code not in (200, 201):
            raise Lost(f"{self.name} answered HTTP {response.status_code}", response.status_code)
        job = _read(response).get("id")
        if not isinstance(job, str) or not job:
            raise Lost(f"{self.name} answered without naming a job", response.status_code)
        return Accepted(job)

    async def poll(self, wire: Wire, jobs: Sequence[str]) -> Mapping[str, Job]:
        """How jobs stand. Raises Unanswered."""
        if not jobs:
            return {}
        told = {take.get("id"): take for take in await self._takes(wire, {"ids": ",".join(jobs)})}
        return {job: self._job(job, told.get(job)) for job in jobs}

    async def find(self, wire: Wire, attempt: str) -> str | None:
        """The oldest job made under this attempt id. Raises Unanswered."""
        takes = await self._takes(wire, {"client_id": attempt})
        if not takes:
            return None
        job = takes[0].get("id")
        if not isinstance(job, str) or not job:
            raise Unanswered(f"{self.name} lists a job without its id")
        return job

    async def cancel(self, wire: Wire, job: str) -> None:
        """Ask to stop a job. Raises Unanswered."""
        response = await wire.ask("POST", f"{self.url}/v1/takes/{job}/cancel", headers=self._headers)
        if response.status_code not in (200, 202, 404, 409):
            raise Unanswered(f"{self.name} answered HTTP {response.status_code} to a cancel")

    def hint(self, headers: Mapping[str, str], body: bytes) -> Hint:
        """Read a webhook. Raises Forged."""
        return verify(SECRET, self._clock(), headers, body)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {KEY}"}

    async def _upload(self, wire: Wire, references: Mapping[str, Path]) -> None:
        """Nothing is ordered here: whatever goes wrong, no byte of the create has left."""
        if not references:
            return
        at = f"{self.url}/v1/references"
        try:
            response = await wire.ask(
                "GET", at, params={"missing": ",".join(sorted(references))}, headers=self._headers
            )
            if response.status_code in _REFUSALS:
                raise self._refused(response)
            missing = _read(response).get("missing")
            if response.status_code != 200 or not isinstance(missing, list):
                raise Unsent(f"{self.name} does not say which references it has")
            for digest in sorted(set(missing) & set(references)):
                content = references[digest].read_bytes()  # no thread: simulated time would run past it
                put = await wire.ask("PUT", f"{at}/{digest}", headers=self._headers, content=content)
                if put.status_code in _REFUSALS:
                    raise self._refused(put)
                if put.status_code not in (200, 201, 204):
                    raise Unsent(f"{self.name} answered HTTP {put.status_code} to a reference")
        except (Unanswered, Lost) as error:
            raise Unsent(f"a reference could not be uploaded: {error}") from error
        except OSError as error:
            raise Unsent(f"a reference cannot be read: {error.strerror}") from error

    async def _takes(self, wire: Wire, query: Mapping[str, str]) -> list[dict[str, Any]]:
        response = await wire.ask("GET", f"{self.url}/v1/takes", params=query, headers=self._headers)
        if response.status_code != 200:
            raise Unanswered(f"{self.name} answered HTTP {response.status_code}")
        try:
            takes = _read(response).get("takes")
        except Lost as error:
            raise Unanswered(error.reason) from error
        if not isinstance(takes, list) or not all(isinstance(take, dict) for take in takes):
            raise Unanswered(f"{self.name} answered without a list of takes")
        return takes

    def _job(self, job: str, told: Mapping[str, Any] | None) -> Job:
        if told is None:
            return Job(job, "unknown", reason=f"{self.name} does not know this job")
        status = told.get("status")
        state = _STATES.get(status, "unknown") if isinstance(status, str) else "unknown"
        reason = str(told.get("reason") or "") if state != "unknown" else f"its status is {status!r}"
        links = _links(told.get("files"))
        if state == "done" and not links:
            state, reason = "unknown", "it is done and names no file"
        return Job(job, state, links, _money(told.get("cost")), reason)

    def _refused(self, response: httpx.Response) -> Refused:
        """What an answer that proves that nothing was accepted says, as far as it can be read."""
        status = response.status_code
        kind, message = _REFUSALS[status], f"HTTP {status}"
        try:
            error = _read(response).get("error")
        except Lost:
            error = None
        if isinstance(error, dict):
            message = str(error.get("message") or message)
            code = error.get("code")
            if code in _CLOSER.get(status, ()):
                kind = cast(RefusalKind, code)
        told = response.headers.get("retry-after", "")
        return Refused(kind, message, float(told) if told.isascii() and told.isdecimal() else None)


def _read(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises Lost."""
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise Lost("the answer is not JSON", response.status_code) from error
    if not isinstance(value, dict):
        raise Lost("the answer is not a JSON object", response.status_code)
    return value


def _links(files: Any) -> tuple[Link, ...]:
    """Every file that can be had; none when any of them cannot be read."""
    if not isinstance(files, list):
        return ()
    links = []
    for file in files:
        if not (
            isinstance(file, dict) and file.get("framing") in ("9:16", "16:9") and isinstance(file.get("url"), str)
        ):
            return ()
        links.append(Link(cast(Framing, file["framing"]), file["url"]))
    return tuple(links)


def _money(cost: Any) -> Money | None:
    match cost:
        case {"micros": int(micros), "currency": str(currency)} if micros >= 0 and not isinstance(micros, bool):
            return Money(micros, currency)
    return None


def providers(urls: Mapping[str, str] | None = None, clock: Callable[[], float] = time.time) -> tuple[Rehearsal, ...]:
    """The three houses as providers; `urls` says by name where each is, in memory where it does not."""
    return tuple(Rehearsal(skin, (urls or {}).get(name), clock) for name, skin in SKINS.items())
