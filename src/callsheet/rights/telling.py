"""Findings as people read them: what is said alike of several shots or files is said once, under the names of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from callsheet.rights.rule import OUTCOMES, Finding, Outcome

Heads = Mapping[tuple[Outcome, tuple[str, ...]], tuple[Finding, ...]]
"""Findings by what they do and by the names of what they are said of, worst first."""


def together(said: Iterable[tuple[str, Finding]]) -> Heads:
    """Group findings, each given with the name of what it is said of. Words that every name shares are left out of the finding: its own
    name as the subject, and that nobody says where the film is shown."""
    names: dict[Finding, list[str]] = {}
    for name, finding in said:
        subject = "" if finding.subject == name else finding.subject
        names.setdefault(replace(finding, subject=subject, remedy=finding.task), []).append(name)
    heads: dict[tuple[Outcome, tuple[str, ...]], list[Finding]] = {}
    for finding, found in names.items():
        heads.setdefault((finding.outcome, tuple(dict.fromkeys(found))), []).append(finding)
    ranked = sorted(heads.items(), key=lambda head: OUTCOMES.index(head[0][0]))
    return {head: tuple(findings) for head, findings in ranked}
