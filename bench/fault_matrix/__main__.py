"""Plays the fault matrix and prints its table; ends with 1 when our own buyer charged twice, lost a clip or left the books wrong."""

import argparse
import contextlib
import json
import signal
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bench.fault_matrix import plan
from bench.fault_matrix.kills import SHOTS, survive
from bench.fault_matrix.lane import eprint
from bench.fault_matrix.matrix import play, postgres, room
from bench.fault_matrix.points import POINTS

_TOLD = 20


def main() -> int:
    """Play, tell, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.fault_matrix", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="each fault and each crash point once")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.add_argument(
        "--database", choices=("sqlite", "postgres", "both"), default="", help="default: both, with --quick sqlite"
    )
    parser.add_argument(
        "--kills", type=int, default=0, metavar="N", help=f"instead: {SHOTS} shots at three houses, killed N times"
    )
    parser.add_argument("--seed", type=int, default=1, help="of --kills")
    parser.add_argument("--lanes", type=int, default=5, help="cases played at the same time")
    parser.add_argument("--fault", action="append", help="only this fault, or calm")
    parser.add_argument(
        "--every-house", action="store_true", help="each crash point at each of the three houses: three times as many"
    )
    parser.add_argument("--ours", action="store_true", help="without the two baselines")
    parser.add_argument("--outcomes", type=Path, help="file that gets one line of JSON for each case")
    parser.add_argument(
        "--careless", action="store_true", help="play with a buyer that sends again what was lost; this must fail"
    )
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, and folders removed
    began = time.monotonic()
    which = asked.database or ("sqlite" if asked.quick or asked.kills else "both")
    databases = ("sqlite", "postgres") if which == "both" else (which,)
    with room() as folder, contextlib.ExitStack() as stack:
        servers = {"postgres": stack.enter_context(postgres())} if "postgres" in databases else {}
        if asked.kills:
            found = survive(folder, servers.get("postgres", ""), asked.kills, asked.seed)
            print(json.dumps(found) if asked.json else "\n".join(f"{name}: {value}" for name, value in found.items()))
            return int(not found["clean"])
        groups: list[Any] = (
            plan.quick(databases)
            if asked.quick
            else [*plan.full(databases, every_house=asked.every_house), *plan.durable()]
        )
        if asked.ours:
            groups = [g for g in groups if _policy_of(g) is None]
        if asked.fault:
            groups = [g for g in groups if _fault_of(g) in asked.fault]
        outcomes = play(groups, folder, servers, asked.lanes, asked.careless)
    if asked.outcomes:
        asked.outcomes.write_text("".join(json.dumps(outcome) + "\n" for outcome in outcomes))
    found = summary(outcomes)
    found["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(found) if asked.json else table(found))
    for outcome in [o for o in outcomes if o["case"]["policy"] is None and _wrong(o)][:_TOLD]:
        eprint(f"{outcome['name']}: {json.dumps(outcome['verdict'])}")
    return int(any(found[name] for name in ("double_charges", "lost_clips", "unbalanced", "stuck")))


def _policy_of(group: Any) -> str | None:
    policy: str | None = group.case.policy if isinstance(group, plan.Single) else group.policy
    return policy


def _fault_of(group: Any) -> str:
    fault = group.case.fault if isinstance(group, plan.Single) else group.fault
    return str(fault or "calm")


def _wrong(outcome: dict[str, Any]) -> bool:
    verdict = outcome["verdict"]
    return bool(verdict["double"] or verdict["lost"] or verdict["unbalanced"] or verdict["stuck"])


def summary(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """The counts of everything, and of each fault."""
    ours = [o for o in outcomes if o["case"]["policy"] is None]
    by_fault: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for outcome in outcomes:
        by_fault[outcome["case"]["fault"] or "calm"].append(outcome)
    struck = {point.partition("#")[0] for o in ours for point in o["case"]["kills"][: o["killed"]]}
    return {
        **_ours(ours),
        "naive": _other(outcomes, "naive"),
        "job_id": _other(outcomes, "job-id"),
        "points": {"all": len(POINTS), "missed": sorted(set(POINTS) - struck)},
        "databases": dict(Counter(o["case"]["database"] for o in ours)),
        "durable": sum(o["case"]["durable"] for o in ours),
        "faults": {
            fault: {
                **_ours([o for o in found if o["case"]["policy"] is None]),
                "naive": _other(found, "naive"),
                "job_id": _other(found, "job-id"),
            }
            for fault, found in sorted(by_fault.items(), key=lambda item: _order(item[0]))
        },
    }


def _order(fault: str) -> int:
    return [str(f or "calm") for f in plan.FAULTS].index(fault)


def _ours(outcomes: list[dict[str, Any]]) -> dict[str, int]:
    verdicts = [o["verdict"] for o in outcomes]
    return {
        "cases": len(verdicts),
        "double_charges": sum(v["double"] for v in verdicts),
        "lost_clips": sum(v["lost"] for v in verdicts),
        "unbalanced": sum(bool(v["unbalanced"]) for v in verdicts),
        "stuck": sum(bool(v["stuck"]) for v in verdicts),
        "unknown": sum(v["unknown"] for v in verdicts),
        "takes": sum(v["takes"] for v in verdicts),
        "invoice": sum(v["invoice"] for v in verdicts),
        "kills": sum(o["killed"] for o in outcomes),
    }


def _other(outcomes: list[dict[str, Any]], policy: str) -> dict[str, int]:
    found = [o for o in outcomes if o["case"]["policy"] == policy]
    return {
        "cases": len(found),
        "double_charges": sum(o["verdict"]["double"] for o in found),
        "lost_clips": sum(o["verdict"]["lost"] for o in found),
    }


_HEAD = f"{'':24}{'ours':>6}{'double':>8}{'lost':>6}{'unknown':>9}   {'naive':>6}{'double':>8}{'lost':>6}   {'job id':>7}{'double':>8}{'lost':>6}"


def table(found: dict[str, Any]) -> str:
    """One line a fault."""
    rows = [_HEAD]
    for fault, of in [*found["faults"].items(), ("together", found)]:
        naive, other = of["naive"], of["job_id"]
        rows.append(
            f"{fault:24}{of['cases']:>6}{of['double_charges']:>8}{of['lost_clips']:>6}{of['unknown']:>9}   "
            f"{naive['cases']:>6}{naive['double_charges']:>8}{naive['lost_clips']:>6}   "
            f"{other['cases']:>7}{other['double_charges']:>8}{other['lost_clips']:>6}"
        )
    rows.append(
        f"\n{found['kills']} kills, {found['unbalanced']} books unbalanced, {found['stuck']} attempts stuck, "
        f"{found['seconds']:.0f} s; on " + ", ".join(f"{name}: {count}" for name, count in found["databases"].items())
    )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
