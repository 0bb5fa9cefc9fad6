"""Writers: what turns a brief into a board, and how one is found."""

from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from callsheet.errors import BriefError, NotFoundError
from callsheet.film import Production, Treatment
from callsheet.script.brief import Brief
from callsheet.script.survival import Survival

GROUP = "callsheet.writers"
"""The entry-point group in which other packages offer writers."""
BUILTIN = {
    "product-ad": "callsheet.script.formats.product_ad:ProductAd",
    "lookbook": "callsheet.script.formats.lookbook:Lookbook",
    "drama-episode": "callsheet.script.formats.drama_episode:DramaEpisode",
    "explainer": "callsheet.script.formats.explainer:Explainer",
    "endpoint": "callsheet.script.endpoint:EndpointWriter",
}


@dataclass(frozen=True)
class Rejected:
    """An answer a writer did not use, and why."""

    text: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """What a writer made: the board, the script as Fountain, what a person should look at, and what survived of the brief."""

    production: Production
    script: str
    flags: tuple[str, ...]
    kept: Survival
    rejected: tuple[Rejected, ...] = field(default=())
    reason: str = ""
    """Why this format was taken, when nobody asked for one."""


Three = tuple[Treatment, Treatment, Treatment]


class Writer(Protocol):
    """Turns a brief into a board. The same brief and treatment always give the same draft when the writer works offline."""

    name: str

    def treatments(self, brief: Brief) -> Three:
        """Three ways to make the film that really differ, best fit first."""
        ...

    def write(self, brief: Brief, treatment_id: str | None = None) -> Draft:
        """The board for one treatment, the best fit when none is named. Raises BriefError when the brief cannot carry this format."""
        ...


@dataclass(frozen=True)
class Choice:
    """A writer and the reason it was taken."""

    writer: Writer
    reason: str


def writer_names() -> list[str]:
    """Every writer that can be named."""
    return sorted({*BUILTIN, *(e.name for e in entry_points(group=GROUP))})


def load(name: str) -> Writer:
    """The writer called `name`. Raises NotFoundError naming the ones there are."""
    wanted = name.strip().casefold().replace("_", "-").replace(" ", "-")
    for entry in entry_points(group=GROUP):
        if entry.name == wanted:
            found: Writer = entry.load()()
            return found
    if wanted not in BUILTIN:
        from difflib import get_close_matches

        near = get_close_matches(wanted, writer_names(), n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise NotFoundError(
            f"there is no format or writer {name!r}", remedy=f"{hint}There are: {', '.join(writer_names())}."
        )
    module, _, attribute = BUILTIN[wanted].partition(":")
    made: Writer = getattr(import_module(module), attribute)()
    return made


def choose(brief: Brief, format: str | None = None) -> Choice:
    """The writer for a brief: the format asked for, by the caller or in the brief's front matter, or else the one that suits it best."""
    from callsheet.script.suit import best_format

    if format:
        return Choice(load(format), f"{format} was asked for")
    if brief.format:
        return Choice(load(brief.format), f"the brief asks for {brief.format}")
    name, reason = best_format(brief)
    return Choice(load(name), reason)


def writer_for(brief: Brief, format: str | None = None) -> Writer:
    """The writer `choose` takes."""
    return choose(brief, format).writer


def treatments(
    brief_text: str, name: str = "brief.md", *, format: str | None = None, writer: str | Writer | None = None
) -> Three:
    """Three treatments for a brief, best fit first. Raises BriefError."""
    brief = Brief.read(brief_text, name)
    return _writer(brief, format, writer).writer.treatments(brief)


def write(
    brief_text: str,
    name: str = "brief.md",
    *,
    format: str | None = None,
    treatment: str | None = None,
    writer: str | Writer | None = None,
) -> Draft:
    """Brief in, board out.

    `format` names a format, `treatment` one of the three treatments, `writer` a writer or its name (`endpoint` for a language
    model). What is not given is chosen to fit the brief. Raises BriefError, NotFoundError, ProviderError.
    """
    from dataclasses import replace

    brief = Brief.read(brief_text, name)
    choice = _writer(brief, format, writer)
    draft = choice.writer.write(brief, treatment)
    return replace(draft, reason=choice.reason)


def _writer(brief: Brief, format: str | None, writer: str | Writer | None) -> Choice:
    if writer is None:
        return choose(brief, format)
    chosen = load(writer) if isinstance(writer, str) else writer
    return Choice(chosen, f"{chosen.name} was asked for")


def pick_treatment(three: Three, wanted: str | None, name: str) -> Treatment:
    """The treatment called `wanted`, or the best fit. Raises BriefError naming the three there are."""
    if not wanted:
        return max(three, key=lambda t: t.fit)
    for treatment in three:
        if treatment.id == wanted:
            return treatment
    raise BriefError(
        f"there is no treatment {wanted!r} for this brief",
        where=name,
        remedy=f"There are: {', '.join(t.id for t in three)}.",
    )
