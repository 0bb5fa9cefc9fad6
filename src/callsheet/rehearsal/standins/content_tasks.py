"""What the stand-ins of content-array sellers share: reading the array, and measuring the files in it."""

import tempfile
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from callsheet.catalog import Offer, Unknown
from callsheet.errors import MediaError
from callsheet.film.price import Money
from callsheet.rehearsal.exchange import Reply, Request, answer
from callsheet.rehearsal.standins.base import StandIn, Turned, text_of
from callsheet.rehearsal.ticket import Ticket
from callsheet.rehearsal.webhooks import Delivery

if TYPE_CHECKING:
    from callsheet.media.probe import Media
    from callsheet.rehearsal.house import House

_KINDS = ("image_url", "video_url", "audio_url")
_ASPECTS = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9")


@dataclass(frozen=True)
class Given:
    """A content array, read: the files by role, in their order."""

    prompt: str
    files: Mapping[str, Sequence[bytes]]

    def of(self, *roles: str) -> list[bytes]:
        """The files of some roles."""
        return [one for role in roles for one in self.files.get(role, ())]

    @property
    def frames(self) -> list[bytes]:
        """The first frame, then the last."""
        return self.of("first_frame", "last_frame")

    @property
    def references(self) -> list[bytes]:
        """All that is to be followed rather than shown."""
        return self.of("reference_image", "reference_video", "reference_audio")


class ContentTasks(StandIn):
    """The seller's side of content-array tasks. Its webhooks carry the task and no signature."""

    protocol = "content-array"
    roles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "image_url": ("first_frame", "last_frame", "reference_image"),
        "video_url": ("reference_video",),
        "audio_url": ("reference_audio",),
    }
    """The roles of each kind of file."""
    web_only: ClassVar[frozenset[str]] = frozenset()
    """Kinds of file that are not taken inside the request."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._deleted: set[str] = set()

    @abstractmethod
    def told(self, house: "House", ticket: Ticket, host: str, status: str) -> dict[str, Any]:
        """The answer about a task."""

    def given(
        self,
        house: "House",
        request: Request,
        said: Mapping[str, Any],
        roles: Mapping[str, Sequence[str]] | None = None,
    ) -> Given:
        """Read the array. Raises Turned."""
        content = said["content"]
        if not isinstance(content, list):
            raise Turned("input", "content is not an array")
        prompts, files = [], dict[str, list[bytes]]()
        images = [part for part in content if part.get("type") == "image_url"]
        for index, part in enumerate(content):
            kind = part.get("type")
            if kind == "text":
                prompts.append(text_of(part.get("text"), f"content[{index}].text"))
                continue
            if kind not in _KINDS:
                raise Turned("input", f"content[{index}].type: supported values are text, {', '.join(_KINDS)}")
            role = part.get("role") or ("first_frame" if kind == "image_url" and len(images) == 1 else None)
            if not isinstance(role, str) or role not in (roles or self.roles)[kind]:
                raise Turned("input", f"content[{index}]: role {role!r} is invalid for {kind}")
            address = text_of(part[kind].get("url"), f"content[{index}].{kind}.url")
            if kind in self.web_only and address.startswith("data:"):
                raise Turned("input", f"content[{index}]: {role} must be provided as a web url")
            files.setdefault(role, []).append(self.seen(house, request, address))
        if len(prompts) != 1:
            raise Turned("input", "content must include one non-empty text item (prompt is required)")
        return Given(prompts[0], files)

    def check(self, offer: Offer, given: Given, sound_alone: bool) -> None:
        """What both sellers refuse. Raises Turned."""
        most, counts = offer.references, {role: len(files) for role, files in given.files.items()}
        if given.frames and given.references:
            raise Turned("input", "first/last frame content cannot be mixed with reference media content")
        for role in ("first_frame", "last_frame"):
            if counts.get(role, 0) > 1:
                raise Turned("input", f"expected at most one {role} content but got {counts[role]}")
        for role, limit in (
            ("reference_image", most.images), ("reference_video", most.videos), ("reference_audio", most.audio),
        ):  # fmt: skip
            if isinstance(limit, int) and counts.get(role, 0) > limit:
                raise Turned("input", f"{counts[role]} of {role}; at most {limit}")
        if isinstance(most.total, int) and len(given.references) > most.total:
            raise Turned("input", f"{len(given.references)} files; at most {most.total}")
        if given.of("reference_audio") and not (sound_alone or given.of("reference_image", "reference_video")):
            raise Turned("input", "reference_audio needs a reference_image or a reference_video beside it")
        if isinstance(offer.prompt.most, int) and len(given.prompt) > offer.prompt.most:
            raise Turned("input", f"the prompt has {len(given.prompt)} characters; at most {offer.prompt.most}")
        for files, longest in (
            (given.of("reference_video"), most.video_s),
            (given.of("reference_audio"), most.audio_s),
        ):
            if isinstance(longest, int) and (lasting := sum(map(seconds_in, files), Fraction(0))) > longest:
                raise Turned("input", f"references last {float(lasting):g} s; at most {longest} s")

    def one(self, house: "House", job: str) -> Ticket:
        """A task that can still be asked about. Raises Turned."""
        ticket = house.find(job)
        if ticket is None or job in self._deleted:
            raise Turned("not-found", f"the task {job} is not found")
        return ticket

    def ask(self, house: "House", request: Request, job: str) -> Reply:
        """Answer how a task stands."""
        ticket = self.one(house, job)
        return house.unasked([ticket]) or answer(200, self.told(house, ticket, host(request), said_of(ticket)))

    def page(self, house: "House", request: Request) -> tuple[list[Ticket], int, Reply | None]:
        """A page of tasks, the newest first, how many there are in all, and what goes wrong with the question."""
        query = parse_qsl(urlsplit(request.target).query)
        named = dict(query)
        ids = [value for name, value in query if name == "filter.task_ids"]
        found = [
            ticket
            for ticket in reversed(house.listed())
            if ticket.id not in self._deleted
            and (not ids or ticket.id in ids)
            and named.get("filter.status") in (None, said_of(ticket))
            and named.get("filter.model") in (None, ticket.facts["model"])
        ]
        number, size = int(named.get("page_num", 1)), int(named.get("page_size", 10))
        if number < 1 or not 1 <= size <= 500:
            raise Turned("input", "page_num starts at 1, page_size lies in 1 to 500")
        shown = found[(number - 1) * size : number * size]
        return shown, len(found), house.unasked(shown)

    def drop(self, house: "House", job: str) -> str:
        """Cancel a task that waits, or delete one that has ended; which of them it was. Raises Turned."""
        ticket = self.one(house, job)
        match ticket.status:
            case "queued":
                house.cancel(job)
                return "cancelled"
            case "running" | "cancelled":
                raise Turned("ended", f"cannot delete task `{job}` because it is currently {ticket.status}")
        self._deleted.add(job)
        return "deleted"

    def webhook(self, house: "House", ticket: Ticket, at: float, forged: bool = False) -> Delivery | None:
        """See Face."""
        if ticket.webhook is None:
            return None
        said = self.told(house, ticket, ticket.facts["host"], "succeeded" if forged else said_of(ticket))
        return Delivery(ticket.webhook, {"content-type": "application/json"}, answer(200, said).body)

    def link(self, house: "House", ticket: Ticket, host: str) -> str | None:
        """The address of the clip of a task, once there is one."""
        path = next(iter(house.links(ticket).values()), None)
        return None if path is None else f"http://{host}{path}"


def said_of(ticket: Ticket) -> str:
    """The status as these sellers say it: what is not allowed has failed."""
    return "failed" if ticket.said == "moderated" else ticket.said


def host(request: Request) -> str:
    """Where the request came to."""
    return request.headers.get("host", "")


def refused(status: int, body: Mapping[str, Any], after_s: float | None) -> Reply:
    """An error answer, with the time to come back where it is known."""
    reply = answer(status, body)
    return reply if after_s is None else replace(reply, headers={**reply.headers, "retry-after": str(ceil(after_s))})


def whole(value: Any, name: str) -> int:
    """A whole number of a request. Raises Turned."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Turned("input", f"{name} is not a whole number")
    return value


def tokens_cost(offer: Offer, tokens: int, resolution: str, audio: bool, video: bool) -> Money | None:
    """What tokens cost at the offer's rate; None where it states none."""
    tariff = offer.price
    rule = None if isinstance(tariff, Unknown) else tariff.rule(resolution, audio, video, "text")
    if rule is None or isinstance(tariff, Unknown):
        return None
    return Money(ceil(tokens * Fraction(rule.amount) * (1 - Fraction(tariff.discount))), tariff.currency)


@contextmanager
def kept(content: bytes) -> Iterator[Path]:
    """The file on disk, while it is looked at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        yield path


def measured(content: bytes) -> "Media":
    """What a file is. Raises Turned."""
    from callsheet.media.probe import probe

    try:
        with kept(content) as path:
            return probe(path)
    except MediaError as error:
        raise Turned("input", f"a file cannot be read: {error.what}") from error


def seconds_in(content: bytes) -> Fraction:
    """How long a clip or a sound lasts. Raises Turned."""
    return Fraction(measured(content).duration)


def aspect_of(offer: Offer, content: bytes) -> str:
    """The shape among those on offer that comes nearest to a picture's. Raises Turned."""
    width, height = measured(content).display_size
    known = _ASPECTS if isinstance(offer.aspects, Unknown) else [a for a in offer.aspects if ":" in a]

    def away(aspect: str) -> Fraction:
        wide, high = map(int, aspect.split(":"))
        ratio = Fraction(width * high, height * wide)
        return max(ratio, 1 / ratio)

    return min(known, key=away)
