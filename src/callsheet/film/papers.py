"""Papers: what people and owners allowed in writing. Whatever a paper does not state is not allowed."""

from datetime import date, datetime
from typing import Literal

from callsheet.film.model import File, Language, Noun, Text


class Consent(Noun):
    """What a person or an estate allowed in writing: for which uses, where, until when, and which models may be given the likeness.

    It holds for ten years after `granted_on` at most, whatever `until` says.
    """

    paper: File | None = None
    """The signed paper, relative to the production folder."""
    granted_on: date | None = None
    until: date | None = None
    """The last day on which it holds."""
    scope: str = ""
    """What it is for, in the words of the paper."""
    person: Text | None = None
    """Who consented, by a name of your own: one person, whichever assets show or let speak her. The asset itself when absent."""
    covers: list[Literal["face", "voice", "replica", "estate"]] = []
    """The face of a cast member or the sound of a voice when empty. `replica` is both; `estate` signs for who has died."""
    uses: list[Text] = []
    """What for, such as `advertising`; `any` for everything."""
    territories: list[Text] = []
    """Where: ISO 3166 codes, parts of countries such as `US-NY`, `EU`, `EEA` or `WORLD`."""
    media: list[Text] = []
    """On which channels only; every one when empty."""
    languages: list[Language | Literal["any"]] = []
    """Which languages a voice may speak."""
    products_excluded: list[Text] = []
    """What it must not be used for, as `rights.products` names it."""
    models: list[Text] = []
    """Offers, models, routes, sellers or makers that may be given the likeness; `any` for all."""
    vetted_at: list[Text] = []
    """Routes or sellers that have vetted this face."""
    disclosed_at: datetime | date | None = None
    """When the person was told what the likeness is used for; a moment without a zone is UTC, a day counts as its end."""
    revoked_on: date | None = None
    """The day on which it was withdrawn, where the document says so. `callsheet revoke` keeps a record that cannot be edited."""
    deceased: bool | None = None
    """Whether the person has died."""
    verified_by: str = ""
    """Who saw the signed paper."""
    compensation: str = ""
    """Where what was paid for it is written down."""


class Licence(Noun):
    """What may be done with a work that somebody made or owns."""

    name: Text
    """The licence: `CC-BY-4.0`, `bought from the photographer`, `owned by the client`."""
    paper: File | None = None
    """The licence or the receipt, relative to the production folder."""
    territories: list[Text] = []
    """Where it holds: ISO 3166 codes, `EU`, `EEA` or `WORLD`."""
    media: list[Text] = []
    """On which channels only; every one when empty."""
    since: date | None = None
    until: date | Literal["perpetual"] | None = None
    """The last day on which it holds."""
    revoked_on: date | None = None
    exclusive: bool | None = None
    derivative: bool | None = None
    """Whether the work may be changed."""
    ai_input: bool | None = None
    """Whether it may be given to a model."""
    ai_training: bool | None = None
    """Whether a model may learn from it."""
    attribution: str = ""
    """Who is to be named, and how."""
    cue: str = ""
    """For music: the society and the cue that is reported."""
