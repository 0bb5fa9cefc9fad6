"""What is wrong, or about to be, with the catalogue on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from callsheet.catalog.catalogue import Catalogue
from callsheet.catalog.known import Unknown
from callsheet.catalog.offer import Offer

FRESH_DAYS = 90
"""What was last verified longer ago than this is warned of."""
SOON_DAYS = 30


@dataclass(frozen=True)
class Finding:
    """An error must be mended before the catalogue is used; a warning is for a person to look at."""

    level: Literal["error", "warning"]
    offer: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.level}: {self.offer}: {self.field}: {self.message}"


def check(catalogue: Catalogue, today: date) -> tuple[Finding, ...]:
    """Every finding, errors first, then by offer.

    Errors: an offer that is called active past its sunset, a retired one without its day and a replacement that is not there or is itself
    gone. Warnings: a price or status verified over 90 days ago or after `today`, a sunset within 30 days, a status that is unknown or doubted.
    """
    found = [finding for offer in catalogue for finding in _check(catalogue, offer, today)]
    return tuple(sorted(found, key=lambda f: (f.level != "error", f.offer, f.field)))


def _check(catalogue: Catalogue, offer: Offer, today: date) -> Iterator[Finding]:
    sunset = offer.sunset_on
    if isinstance(sunset, date) and sunset <= today and offer.status != "retired":
        yield Finding("error", offer.id, "status", f"called {offer.status}, but it ended on {sunset}")
    if offer.status == "retired" and sunset is None:
        yield Finding("error", offer.id, "sunset_on", "retired, but no day is given; write unknown if it is not known")
    if offer.replacement:
        if offer.replacement not in catalogue:
            yield Finding("error", offer.id, "replacement", f"{offer.replacement} is not in the catalogue")
        elif not catalogue.offer(offer.replacement).live_on(today):
            yield Finding("error", offer.id, "replacement", f"{offer.replacement} is not sold itself")
    if offer.status_on(today) == "retired":
        return
    if isinstance(sunset, date) and (sunset - today).days <= SOON_DAYS:
        yield Finding("warning", offer.id, "sunset_on", f"ends in {(sunset - today).days} days, on {sunset}")
    if isinstance(offer.status, Unknown):
        doubt = offer.says("status").doubt
        yield Finding("warning", offer.id, "status", f"unknown whether it is sold{': ' + doubt if doubt else ''}")
    elif doubt := offer.says("status").doubt:
        yield Finding("warning", offer.id, "status", doubt)
    for field in ("status", *(() if isinstance(offer.price, Unknown) else ("price",))):
        said = offer.says(field)
        age = (today - said.on).days
        if age > FRESH_DAYS:
            yield Finding("warning", offer.id, field, f"verified {age} days ago, on {said.on}: {said.where}")
        elif age < 0:
            yield Finding("warning", offer.id, field, f"verified on {said.on}, which is yet to come")


def table(findings: tuple[Finding, ...]) -> str:
    """The findings as lines of text, with a count at the end."""
    errors = sum(f.level == "error" for f in findings)
    warnings = len(findings) - errors
    return "\n".join([*map(str, findings), f"{errors} errors, {warnings} warnings"])
