"""What a language model is asked to answer: small enough for small models."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from callsheet.film import Treatment
from callsheet.script.plan import Role, Sees
from callsheet.script.words import Tongue, folded, units
from callsheet.script.writer import Three


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


def _share(value: Any) -> Any:
    """A share of any size brought into 0..1: grammars cannot bound numbers, and 80 means 0.8."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return min(1.0, max(0.0, value / 100 if 1 < value <= 100 else float(value)))


class TreatmentAnswer(_Strict):
    """One proposed treatment."""

    title: str = Field(min_length=2, max_length=60)
    angle: str = Field(min_length=4, max_length=160)
    structure: str = Field(min_length=4, max_length=160)
    tone: str = Field(min_length=2, max_length=60)
    pacing: str = Field(min_length=2, max_length=100)
    reasons: list[Annotated[str, StringConstraints(min_length=2, max_length=160)]] = Field(min_length=1, max_length=2)
    fit: Annotated[float, BeforeValidator(_share), Field(ge=0, le=1)]


class TreatmentsAnswer(_Strict):
    """Three proposed treatments."""

    treatments: list[TreatmentAnswer] = Field(min_length=3, max_length=3)

    def faults(self) -> list[str]:
        """What is wrong with the three, beyond their fields."""
        titles = {folded(t.title) for t in self.treatments}
        angles = {folded(t.angle) for t in self.treatments}
        return (
            ["the three treatments are the same: give them different titles and angles"]
            if len(titles) < 3 or len(angles) < 3
            else []
        )

    def three(self) -> Three:
        """As treatments of a production, best fit first; their ids are `model-1` to `model-3` in the order of the answer."""
        rows = [Treatment(id=f"model-{n}", **t.model_dump()) for n, t in enumerate(self.treatments, 1)]
        rows.sort(key=lambda t: (-t.fit, t.id))
        return rows[0], rows[1], rows[2]


class BeatAnswer(_Strict):
    """One proposed beat."""

    part: Role
    picture: str = Field(min_length=6, max_length=240)
    sees: Sees
    say: str = Field("", max_length=160)
    show: str = Field("", max_length=80)


class BoardAnswer(_Strict):
    """A proposed board."""

    beats: list[BeatAnswer] = Field(min_length=3, max_length=12)

    def faults(self, language: Tongue) -> list[str]:
        """What is wrong with the board, beyond its fields."""
        pictures = [folded(b.picture) for b in self.beats]
        wrong = []
        if len(set(pictures)) < 3:
            wrong.append("the pictures repeat: every beat needs a picture of its own")
        short = [n for n, b in enumerate(self.beats, 1) if units(b.picture, language) < 3]
        if short:
            wrong.append(f"the picture of beat {short[0]} says nothing that can be seen")
        return wrong


def schema_of(kind: type[BaseModel]) -> dict[str, Any]:
    """A JSON Schema without references, every field required, as strict structured output wants it."""
    schema = kind.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(n) for n in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return inline(definitions[str(node["$ref"]).rsplit("/", 1)[-1]])
        made = {
            k: inline(v) for k, v in node.items() if k not in ("title", "default", "description") or isinstance(v, dict)
        }
        if made.get("type") == "object" and "properties" in made:
            made["required"] = list(made["properties"])
            made["additionalProperties"] = False
        return made

    result: dict[str, Any] = inline(schema)
    return result
