"""A relay from its own side: it reads and answers in the words of the dialect that the adapter for the same route speaks."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote

from callsheet.catalog import Offer, Unknown
from callsheet.catalog.offer import Dial
from callsheet.providers.families import aggregator
from callsheet.providers.families.aggregator import Dialect, Generic, Place
from callsheet.providers.hosted import JobState
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.face import Why
from callsheet.rehearsal.standins.base import StandIn, Turned, seconds_of, text_of, ticks
from callsheet.rehearsal.ticket import ENDED, UNHEARD_OF, Asked, Ticket

if TYPE_CHECKING:
    from callsheet.rehearsal.house import House

_MEANT: Mapping[str, JobState] = {
    "queued": "waiting", "running": "running", "succeeded": "done", "failed": "failed", "moderated": "moderated",
    "cancelled": "cancelled",
}  # fmt: skip
_FRAMES = ("first_frame", "last_frame", "keyframe", "reference_image")


class Relay(StandIn):
    """Speaks `dialect`."""

    protocol = "aggregator"
    dialect: ClassVar[Dialect]

    def knows(self, request: Request) -> bool:
        """By the dialect's own header."""
        name, before = self.dialect.key
        return request.headers.get(name.lower()) == before + self.key

    def serve(self, house: "House", request: Request) -> Reply:
        """See StandIn."""
        if request.method == "POST" and (model := _within(self.dialect.create, "{model}", request.path)) is not None:
            return house.order(self._read(house, request, model), request)
        if request.method == "GET" and (job := _within(self.dialect.ask, "{job}", request.path)) is not None:
            return self._told(house, request, job)
        if self.dialect.cancel is not None and request.method == self.dialect.cancel[0]:
            job = _within(self.dialect.cancel[1], "{job}", request.path)
            if job is not None and (ticket := house.find(job)) is not None:
                if ticket.status in ENDED:
                    return self.refusal(Why("ended", f"it has {ticket.status}"))
                house.cancel(job)
                return answer(200, self._state(house, ticket, request))
        return self.refusal(Why("not-found", "there is nothing here"))

    def accepted(self, house: "House", ticket: Ticket) -> Reply:
        """See Face."""
        return answer(200, _laid({self.dialect.job: ticket.id, self.dialect.state: self._word(ticket), **self._good()}))

    def refusal(self, why: Why) -> Reply:
        """With the dialect's first word for the kind, where it has one."""
        kinds = {"overloaded": "busy", "too-large": "input"}
        word = next((w for w, kind in self.dialect.codes.items() if kind == kinds.get(why.kind, why.kind)), why.kind)
        spoken = {"funds": self.dialect.empty, "moderated": self.dialect.moderated}.get(why.kind) or ()
        message = f"{why.message} ({min(spoken)})" if spoken else why.message
        said: dict[Place, Any] = {self.dialect.code: word, ("message",): message}
        if self.dialect.good is not None:
            said[self.dialect.good[0]] = why.code
        reply = answer(why.code, _laid(said))
        return (
            replace(reply, headers={**reply.headers, "retry-after": str(ceil(why.after_s))}) if why.after_s else reply
        )

    def _told(self, house: "House", request: Request, job: str) -> Reply:
        ticket = house.find(job)
        if ticket is None:
            return self.refusal(Why("not-found", "there is no such job"))
        return house.unasked([ticket]) or answer(200, self._state(house, ticket, request))

    def _state(self, house: "House", ticket: Ticket, request: Request) -> Any:
        dialect = self.dialect
        said: dict[Place, Any] = {dialect.job: ticket.id, dialect.state: self._word(ticket), **self._good()}
        if ticket.reason:
            said[dialect.reason] = ticket.reason
        if ticket.status == "moderated" and "moderated" not in dialect.states.values():
            said[dialect.reason] = f"{ticket.reason} ({min(dialect.moderated, default='')})"
        if url := self.clip(house, ticket, request):
            said[dialect.url] = url
        if dialect.cost and ticket.status in ENDED:
            said[dialect.cost] = float(ticks(self.billed(house, ticket), dialect.worth))
        return _laid(said)

    def _word(self, ticket: Ticket) -> str:
        if ticket.said == UNHEARD_OF:
            return UNHEARD_OF
        words = {state: word for word, state in reversed(list(self.dialect.states.items()))}
        return words[_MEANT[ticket.status]] if _MEANT[ticket.status] in words else words["failed"]

    def _good(self) -> dict[Place, Any]:
        return {self.dialect.good[0]: min(self.dialect.good[1])} if self.dialect.good else {}

    def _read(self, house: "House", request: Request, model: str) -> Asked:
        dialect, names = self.dialect, self.dialect.fields
        said: Any = self.body(request)
        model = text_of(said.pop(names["model"], None), names["model"]) if "model" in names else model
        for step in dialect.within:
            said = said.get(step, {})
        known = {
            *names.values(),
            *dialect.fixed,
            *(offer.creativity.field for offer in self.offers if isinstance(offer.creativity, Dial)),
        }
        if unheard := set(said) - known:
            raise Turned("input", f"unknown fields: {', '.join(sorted(unheard))}")
        given = {name: said[field] for name, field in names.items() if field in said}
        offer = self.offer(model)
        resolution, aspect = self._frame(given, offer)
        files = {kind: files for kind in _FRAMES if (files := _listed(given.get(kind)))}
        for kind in (*_FRAMES, "reference_video", "reference_audio", "source_video"):
            for file in _listed(given.get(kind)):
                self.seen(house, request, text_of(file, kind))
        return self.asked(
            offer, model, text_of(given.get("prompt"), "prompt"), seconds_of(given["seconds"]), resolution=resolution,
            aspect=aspect, audio=bool(given.get("audio", offer.audio == "always")),
            mode="first_frame" if "first_frame" in files else "reference_images" if files else "text",
            images=sum(map(len, files.values())), attempt=str(given.get("attempt", "")), facts={"given": given},
        )  # fmt: skip

    def _frame(self, given: Mapping[str, Any], offer: Offer) -> tuple[str | None, str]:
        if "size" in given:
            frames = {word: frame for frame, word in self.dialect.sizes.items()}
            if given["size"] not in frames:
                raise Turned("input", f"{given['size']} is not supported")
            return frames[given["size"]]
        usual = None if isinstance(offer.resolutions, Unknown) else offer.resolutions[0]
        return given.get("resolution", usual), str(given.get("aspect", "16:9"))


def _within(pattern: str, mark: str, path: str) -> str | None:
    """What stands for the mark in a path; None when the path is another."""
    before, _, after = pattern.partition(mark)
    if mark not in pattern:
        return "" if path == pattern else None
    fits = path.startswith(before) and path.endswith(after) and len(path) > len(before) + len(after)
    return unquote(path[len(before) : len(path) - len(after)]) if fits else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _laid(values: Mapping[Place, Any]) -> Any:
    """An answer with values at their places."""
    root: dict[str, Any] = {}
    for place, value in values.items():
        node: Any = root
        for step, following in zip(place, (*place[1:], None), strict=True):
            inner = value if following is None else [] if isinstance(following, int) else {}
            if isinstance(step, int):
                if len(node) <= step:
                    node.append(inner)
                node = node[step]
            else:
                node = node.setdefault(step, inner)
    return root


def speaking(family: type[Generic]) -> type[Relay]:
    """The stand-in for an adapter's dialect."""
    return type(f"{family.__name__}Relay", (Relay,), {"dialect": family.dialect})


STAND_INS: Mapping[str, type[StandIn]] = {
    route: speaking(family)
    for route, family in aggregator.FAMILIES.items()
    if issubclass(family, Generic) and family.dialect is not None
}
