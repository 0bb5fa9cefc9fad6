"""Points in time as people write them, and lengths of time as people read them."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_AS = "write the day, the time and the zone, such as 2026-11-24T18:00:00Z or 2026-11-24T18:00:00+01:00"


def moment(value: object) -> datetime:
    """A point in time, in UTC. Raises ValueError, saying how to write it, for a day alone and for a time without a zone."""
    found = value
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value.strip())
        except ValueError:
            try:
                found = datetime.fromisoformat(value.strip())
            except ValueError:
                raise ValueError(f"{value!r} is not a point in time: {_AS}") from None
    if not isinstance(found, datetime):
        what = "a day without a time" if isinstance(found, date) else "not a point in time"
        raise ValueError(f"{value} is {what}: {_AS}")
    if found.tzinfo is None:
        raise ValueError(f"{value if isinstance(value, str) else found.isoformat()} has no zone: {_AS}")
    utc = found.astimezone(UTC)
    return datetime(utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond, tzinfo=UTC)


Moment = Annotated[datetime, BeforeValidator(moment)]
"""A point in time with its zone; kept in UTC."""


def told(at: datetime) -> str:
    """A point in time, to the minute: `2026-11-24 18:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def duration(seconds: float | None) -> str:
    """A length of time, rounded as waits are: `40 s`, `6 min`, `2 h 10 min`, `3 days`."""
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    if not whole:
        return "none"
    if whole < 2 * _MINUTE:
        return f"{whole} s"
    if whole < 2 * _HOUR:
        return f"{round(whole / _MINUTE)} min"
    if whole >= 3 * _DAY:
        return f"{round(whole / _DAY)} days"
    hours, rest = divmod(round(whole / _MINUTE), _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"
