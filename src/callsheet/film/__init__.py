"""The nouns of the film, pure: production, episode, sequence, shot, take, assets, time. Nothing here reads or writes anything."""

from callsheet.film.asset import Asset, Cast, Consent, Location, Look, Music, Prop, Voice
from callsheet.film.digest import canonical, digest, seed
from callsheet.film.document import Document, json_schema
from callsheet.film.frames import Rate, Timecode
from callsheet.film.ordering import files, framings, order
from callsheet.film.preset import PRESETS, Framing, Preset
from callsheet.film.price import Money, Price
from callsheet.film.production import (
    SCHEMA,
    Budget,
    Deliverable,
    Episode,
    Placed,
    Production,
    Rights,
    Sequence,
    Source,
    Treatment,
)
from callsheet.film.shot import (
    NARRATOR,
    Camera,
    Constraints,
    Continuity,
    Dialogue,
    Mood,
    References,
    Shot,
    SoundEffect,
    Super,
    Transition,
)
from callsheet.film.take import Clip, Order, Recipe, Reference, Take

__all__ = [
    "NARRATOR",
    "PRESETS",
    "SCHEMA",
    "Asset",
    "Budget",
    "Camera",
    "Cast",
    "Clip",
    "Consent",
    "Constraints",
    "Continuity",
    "Deliverable",
    "Dialogue",
    "Document",
    "Episode",
    "Framing",
    "Location",
    "Look",
    "Money",
    "Mood",
    "Music",
    "Order",
    "Placed",
    "Preset",
    "Price",
    "Production",
    "Prop",
    "Rate",
    "Recipe",
    "Reference",
    "References",
    "Rights",
    "Sequence",
    "Shot",
    "SoundEffect",
    "Source",
    "Super",
    "Take",
    "Timecode",
    "Transition",
    "Treatment",
    "Voice",
    "canonical",
    "digest",
    "files",
    "framings",
    "json_schema",
    "order",
    "seed",
]
