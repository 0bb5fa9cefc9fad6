"""The test shots that ship with Callsheet, and the production in which a calibration shoots them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from callsheet.errors import InputError

FILE = "data/test_shots.yaml"


@dataclass(frozen=True)
class TestShot:
    """One test shot: where it is on the calibration's board, its use case, and what is seen."""

    __test__ = False  # not a test of ours, whatever its name looks like to a runner

    address: str
    use_case: str
    action: str


@dataclass(frozen=True)
class TestShots:
    """A version of the set. `without` says of the other use cases why they have none."""

    __test__ = False

    version: int
    frames: int
    rate: int
    shots: Mapping[str, tuple[TestShot, ...]]
    without: Mapping[str, str]

    def of(self, use_cases: Sequence[str], prompts: int) -> Mapping[str, tuple[TestShot, ...]]:
        """The shots of these use cases. Raises InputError for a use case without any, or with fewer than `prompts`."""
        if not use_cases or prompts < 1:
            raise InputError(
                "a calibration needs a use case and a test shot", remedy=f"Known use cases: {', '.join(self.shots)}."
            )
        for name in use_cases:
            if name not in self.shots:
                why = self.without.get(name, "there is no such use case")
                raise InputError(f"{name} has no test shots: {why}", remedy=f"Known: {', '.join(self.shots)}.")
            if prompts > len(self.shots[name]):
                raise InputError(
                    f"{name} has {len(self.shots[name])} test shots, {prompts} are asked", remedy="Ask for fewer."
                )
        return {name: self.shots[name] for name in dict.fromkeys(use_cases)}

    def document(self) -> str:
        """The production that holds all of them, as YAML."""
        lines = [
            f'title: "Calibration: test shots, version {self.version}"',
            f"rate: {self.rate}",
            "deliverables: [{preset: preview-16x9}]",
            "episodes:",
            "  - sequences:",
        ]
        for name, shots in self.shots.items():
            lines += [f"      - code: {shots[0].address.split()[1]}", f"        title: {name}", "        shots:"]
            for shot in shots:
                action = json.dumps(shot.action, ensure_ascii=False)
                lines.append(
                    f"          - {{code: {shot.address.split()[2]}, action: {action}, duration: {self.frames}, use_case: {name}}}"
                )
        return "\n".join(lines) + "\n"


@cache
def test_shots() -> TestShots:
    """The set that this release ships."""
    import yaml

    read: dict[str, Any] = yaml.safe_load(files("callsheet.bakeoff").joinpath(FILE).read_text("utf-8"))
    shots = {
        name: tuple(
            TestShot(f"EP01 SQ{10 * at:03} SH{1000 * at + 10 * number}", name, action)
            for number, action in enumerate(actions, 1)
        )
        for at, (name, actions) in enumerate(read["shots"].items(), 1)
    }
    return TestShots(read["version"], read["frames"], read["rate"], shots, read["without"])
