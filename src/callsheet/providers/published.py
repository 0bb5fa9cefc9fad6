"""What sellers publish about their models today, held against the catalogue: nothing is changed by it, people are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from callsheet.catalog import Offer, Unknown
from callsheet.catalog.check import Finding
from callsheet.errors import ProviderError
from callsheet.providers.answers import read
from callsheet.providers.family import Family
from callsheet.providers.wire import Unanswered, Wire


@dataclass(frozen=True)
class Published:
    """A model as its seller lists it. None is what the list does not say."""

    model: str
    """The seller's own name for it."""
    durations: tuple[int, ...] | None = None
    resolutions: tuple[str, ...] | None = None
    aspects: tuple[str, ...] | None = None
    audio: bool | None = None
    seed: bool | None = None


async def pull(seller: Family, wire: Wire) -> tuple[Published, ...]:
    """What a seller publishes now. Raises ProviderError when it publishes nothing, or nothing that can be read."""
    call = seller.listing_of_models()
    if call is None:
        raise ProviderError(f"{seller.name} publishes no list of its models", remedy="Read its price page instead.")
    try:
        response = await wire.ask(call.method, seller.url + call.path, params=dict(call.params))
    except Unanswered as error:
        raise ProviderError(str(error), where=seller.name, remedy="Try again later.") from error
    said = read(response)
    if response.status_code >= 300 or said is None:
        raise ProviderError(
            f"its list of models cannot be read: HTTP {response.status_code}",
            where=seller.name,
            remedy="Try again later.",
        )
    return tuple(Published(**row) for row in seller.models_listed(said))


def compare(route: str, offers: Sequence[Offer], published: Sequence[Published]) -> tuple[Finding, ...]:
    """How the catalogue's offers of a route differ from what its seller publishes, by model."""
    listed = {one.model: one for one in published}
    found: list[Finding] = []
    known: set[str] = set()
    for offer in offers:
        names = set() if isinstance(offer.wire, Unknown) else set(offer.wire.values())
        known |= names
        for name in sorted(names):
            if name in listed:
                found += _differences(offer, listed[name])
            else:
                found.append(Finding("warning", offer.id, "wire", f"its seller does not list {name} today"))
    fresh = sorted(set(listed) - known)
    found += [
        Finding("warning", f"{name}@{route}", "wire", "its seller lists it, and the catalogue does not have it")
        for name in fresh
    ]
    return tuple(found)


def _differences(offer: Offer, now: Published) -> Iterator[Finding]:
    ours = offer.durations
    if now.durations is not None and not isinstance(ours, Unknown):
        wrong = [seconds for seconds in now.durations if not ours.allows(Fraction(seconds))]
        if wrong or (now.durations and max(now.durations) < ours.longest):
            yield Finding(
                "warning", offer.id, "durations", f"{ours}; its seller says {', '.join(map(str, now.durations))}"
            )
    for field, mine, theirs in (
        ("resolutions", offer.resolutions, now.resolutions),
        ("aspects", offer.aspects, now.aspects),
    ):
        if (
            theirs is not None
            and not isinstance(mine, Unknown)
            and {m.lower() for m in mine} != {t.lower() for t in theirs}
        ):
            yield Finding("warning", offer.id, field, f"{', '.join(mine)}; its seller says {', '.join(theirs)}")
    if now.seed is not None and not isinstance(offer.seed, Unknown) and offer.seed is not now.seed:
        yield Finding("warning", offer.id, "seed", f"{offer.seed}; its seller says {now.seed}")
    if now.audio is False and offer.audio in ("always", "toggle", "yes"):
        yield Finding("warning", offer.id, "audio", f"{offer.audio}; its seller says that it makes none")
