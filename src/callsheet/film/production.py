"""The production document: the whole film as people write, read and diff it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from callsheet.film.asset import Cast, Location, Look, Music, Prop, Voice
from callsheet.film.digest import digest
from callsheet.film.frames import Rate
from callsheet.film.model import Id, Language, Noun, Text
from callsheet.film.preset import PresetName
from callsheet.film.shot import Code, Shot
from callsheet.film.times import Moment

SCHEMA = 1
"""The document's schema number; raised when a field changes meaning."""

FormatName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]


class Treatment(Noun):
    """One way to make the film. Every writer offers three; one is taken and the others stay to be taken later."""

    id: Id
    title: Text
    angle: str
    structure: str
    tone: str
    pacing: str
    reasons: list[str]
    fit: float = Field(ge=0, le=1)
    """How well it fits the brief, 0..1."""


class Source(Noun):
    """What the board was written from."""

    file: str
    """The brief, script or document, relative to the production folder."""
    sha256: str
    writer: str
    treatment: Id | None = None
    flags: list[str] = []
    """What a person should look at: claims the brief does not make, concrete details that were lost."""


class Sequence(Noun):
    """Shots that belong together: a scene, or a part of an ad."""

    code: Code
    title: str = ""
    shots: list[Shot]


class Episode(Noun):
    """One film of a series; a single film has one episode."""

    code: Code = "EP01"
    title: str = ""
    sequences: list[Sequence]


class Contains(Noun):
    """What only a person can say about what a file shows."""

    deepfake: bool | None = None
    """Whether it shows or lets speak somebody or something that exists and could be taken for real."""
    synthetic_performer: bool | None = None
    """Whether it shows a human who does not exist and could be taken for real."""
    exempted_by: str = ""
    """Who answers for treating it as an artistic work."""


class Label(Noun):
    """A disclosure that is seen: `text` is what a super of the board shows."""

    kind: Literal["ai-generated", "ai-modified", "ai", "synthetic-performer"]
    text: Text
    language: Language | None = None
    """The production's own when absent."""


class Deliverable(Noun):
    """One file the client receives."""

    preset: PresetName
    captions: Literal["burned", "soft", "both", "none"] = "both"
    language: Language | None = None
    """The language of burned captions; the production's own when absent."""
    territories: list[str] = []
    """Where this file is shown; wherever the film is when empty."""
    channels: list[str] = []
    """On which channels this file is shown; on all of the film's when empty."""
    contains: Contains | None = None
    labels: list[Label] = []
    """Disclosures in the picture. One counts while a super of the board shows its text."""
    declarations: dict[str, Text] = {}
    """What is declared when it is uploaded, by channel."""


class Budget(Noun):
    """The limit for the whole production, such as `500 USD`."""

    amount: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d{1,6})? [A-Z]{3}$")]
    approval: Literal["required"] | None = None
    """`required`: nothing is bought before the call sheet was approved."""


class Drafts(Noun):
    """Which shots are drafted before they are shot finally. A shot whose `acceptance` is `draft` never goes further than its draft."""

    when: Literal["unnamed", "always", "paying", "never"] = "unnamed"
    """`unnamed`: shots whose constraints name no offer are drawn here, and that is all. `always`: every shot, its final once people accepted
    the draft. `paying`: the same, where a draft is expected to save more than it costs. `never`: every shot is shot at once."""
    by: Text = "animatic"
    """The offer or the model that drafts; the drawing on this machine when absent. It shoots finals only where a shot names it."""

    @property
    def staged(self) -> bool:
        """Whether finals wait for drafts."""
        return self.when in ("always", "paying")

    def by_them(self, offer: str, model: str = "") -> bool:
        """Whether an offer is the one that drafts."""
        return self.by in (offer, offer.partition(":")[0], model)


class Rights(Noun):
    """What the finished film must be allowed to do."""

    territories: list[str] = []
    """ISO 3166 country codes, parts such as `US-NY`, `EU`, `EEA`, or `WORLD`. Empty means not known yet."""
    channels: list[str] = []
    paid_media: bool | None = None
    until: str | None = None
    use: Text | None = None
    """What the film is for, as consents name their uses: `advertising`, `entertainment`, `editorial`, `internal`."""
    commercial: bool | None = None
    publish_on: date | None = None
    products: list[Text] = []
    """What is advertised, as consents name what they exclude."""
    artistic: bool = False
    """An evidently artistic, creative, satirical or fictional work."""
    indemnity: bool = False
    """Only sellers that indemnify may shoot it."""
    confidential: bool = False
    """Nothing is given to sellers that train on what they are given."""


class Production(Noun):
    """The film: format, assets, board, deliverables."""

    callsheet: int = SCHEMA
    """The schema of this document."""
    title: Text
    format: FormatName = "free"
    language: Language = "en"
    rate: Rate = Rate(24)
    source: Source | None = None
    treatments: list[Treatment] = []
    cast: dict[Id, Cast] = {}
    locations: dict[Id, Location] = {}
    props: dict[Id, Prop] = {}
    looks: dict[Id, Look] = {}
    voices: dict[Id, Voice] = {}
    music: Music | None = None
    rights: Rights = Rights()
    budget: Budget | None = None
    drafts: Drafts = Drafts()
    deadline: Moment | None = None
    """When every take must be there: a day and a time with its zone, such as `2026-11-24T18:00:00Z`."""
    deliverables: list[Deliverable] = [Deliverable(preset="master-9x16"), Deliverable(preset="master-16x9")]
    episodes: list[Episode]

    @property
    def digest(self) -> str:
        """The digest of all that it says. What is not said counts for nothing, so that a field more in the schema changes no digest."""
        return digest([self.callsheet, self.model_dump(mode="json", exclude_defaults=True)])

    def board(self) -> Iterator["Placed"]:
        """Every shot in film order with the codes above it."""
        for episode in self.episodes:
            for sequence in episode.sequences:
                for shot in sequence.shots:
                    yield Placed(episode.code, sequence.code, shot)

    def find(self, code: str) -> "Placed":
        """The shot called `code`: `SH030` when only one episode has it, or `EP01 SH030`. Raises NotFoundError."""
        from difflib import get_close_matches

        from callsheet.errors import NotFoundError

        words = code.upper().replace("/", " ").split()
        found = [
            p for p in self.board() if p.shot.code == (words or [""])[-1] and all(w in p.address.split() for w in words)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFoundError(
                f"{code!r} is in more than one episode",
                remedy="Write it in full: " + ", ".join(p.address for p in found),
            )
        near = get_close_matches(code.upper(), [p.shot.code for p in self.board()], n=1)
        remedy = f"Did you mean {near[0]}?" if near else "`callsheet board` lists the shots."
        raise NotFoundError(f"there is no shot {code!r}", remedy=remedy)


@dataclass(frozen=True)
class Placed:
    """A shot and its place in the film."""

    episode: str
    sequence: str
    shot: Shot

    @property
    def address(self) -> str:
        """The full code, `EP01 SQ010 SH030`."""
        return f"{self.episode} {self.sequence} {self.shot.code}"
