"""One error tree. Every class has one exit code and one HTTP status.

CallsheetError              1   500   something Callsheet could not do
├── InputError              2   422   what was given cannot be used
│   ├── BriefError          2   422   a brief, script or document that cannot become a board
│   ├── DocumentError       2   422   production.yaml is wrong; holds every problem with its line
│   ├── MediaError          2   422   a still, clip or sound that cannot be read
│   └── GlyphError          2   422   text that no installed font can draw
├── NotFoundError           3   404   a production, shot, take or version that is not there
├── ConflictError           4   409   somebody else holds it, or it changed meanwhile
│   └── ApprovalError      11   409   what would be shot is not what was approved
├── VersionError            5   409   stored by a newer Callsheet
├── BudgetError             6   402   it would cost more than the budget allows, or its price is unknown
├── RightsError             7   451   a licence, consent or territory forbids it
├── ProviderError           8   502   a provider or writer endpoint failed
├── StorageError            9   507   disk full, folder read-only, stored bytes damaged
└── MissingPartError       10   501   an optional part or system library is not installed
"""

from dataclasses import dataclass


class CallsheetError(Exception):
    """Callsheet could not do this.

    `what` happened, `where` (file and line, shot, take), and the `remedy`: what to do next.
    """

    exit_code = 1
    http_status = 500

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[CallsheetError], args: tuple[object, ...], state: dict[str, object]) -> CallsheetError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(CallsheetError):
    """What was given cannot be used."""

    exit_code = 2
    http_status = 422


class BriefError(InputError):
    """A brief, script or document that cannot become a board."""


@dataclass(frozen=True)
class Problem:
    """One fault in a document: `line` counts from 1, `field` is a dotted path, `allowed` says what would be accepted."""

    line: int
    field: str
    message: str
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        text = f"line {self.line}: {self.field}: {self.message}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        if self.allowed:
            text += f" (allowed: {self.allowed})"
        return text


class DocumentError(InputError):
    """production.yaml is wrong; `problems` holds every fault found, in line order."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.line, p.field))
        listing = "\n".join(f"  {p}" for p in self.problems)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            f"{count}\n{listing}", where=name, remedy="Nothing was changed. Correct the lines above and run again."
        )


class MediaError(InputError):
    """A still, clip or sound that cannot be read."""


class GlyphError(InputError):
    """Text that no installed font can draw."""


class NotFoundError(CallsheetError):
    """A production, shot, take or version that is not there."""

    exit_code = 3
    http_status = 404


class ConflictError(CallsheetError):
    """Somebody else holds it, or it changed meanwhile."""

    exit_code = 4
    http_status = 409


class ApprovalError(ConflictError):
    """What would be shot is not what was approved."""

    exit_code = 11


class VersionError(CallsheetError):
    """Stored by a newer Callsheet."""

    exit_code = 5
    http_status = 409


class BudgetError(CallsheetError):
    """It would cost more than the budget allows, or its price is unknown."""

    exit_code = 6
    http_status = 402


class RightsError(CallsheetError):
    """A licence, consent or territory forbids it."""

    exit_code = 7
    http_status = 451


class ProviderError(CallsheetError):
    """A provider or writer endpoint failed."""

    exit_code = 8
    http_status = 502


class StorageError(CallsheetError):
    """Disk full, folder read-only, or stored bytes damaged."""

    exit_code = 9
    http_status = 507


class MissingPartError(CallsheetError):
    """An optional part or system library is not installed."""

    exit_code = 10
    http_status = 501
