"""python -m bench.shotroute --ratings FILE --split NAME [--json]."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from bench.shotroute.ratings import divide, read
from bench.shotroute.report import calibration_error, compare, headline, market, rows, streams, teach
from bench.shotroute.speed import decision_ms, joint_plan_seconds
from bench.shotroute.text import told

KINDS = ("all", "strict", "lenient")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.shotroute", description=__doc__)
    parser.add_argument("--ratings", type=Path, required=True)
    parser.add_argument("--split", required=True, help="judged on this split, learned from train (and dev for others)")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON only")
    asked = parser.parse_args()
    begun = time.perf_counter()
    models, shots = read(asked.ratings)
    folds = divide(shots, asked.split)
    taught = teach(folds, models)
    scenario = market(models)
    compared = compare(folds, taught, models, scenario)
    online = streams(folds, taught, models, scenario, compared)
    report: dict[str, Any] = {kind: headline(compared, kind) for kind in KINDS}
    report |= {
        "first50_share": online["first50_share"],
        "wrong_prior_loss": online["wrong_prior_loss"],
        "wrong_prior_loss_to_thompson": online["wrong_prior_loss_to_thompson"],
        "decision_ms": decision_ms(),
        "joint_plan_s": joint_plan_seconds(),
        "joint_plan_deadline_s": joint_plan_seconds(deadline=True),
        "calibration_error": calibration_error(folds, taught),
        "scenario": {
            "prices_per_take": dict(zip(models, scenario.prices, strict=True)),
            "review": scenario.review,
            "worth": scenario.worth,
            "cross_validated": len(folds) > 1,
        },
        "policies": {kind: rows(compared, kind) for kind in KINDS if headline(compared, kind)["shots"]},
        "stream": online,
        "price_spread": {
            f"x{spread:g}": headline(compare(folds, taught, models, market(models, spread)), "all")
            for spread in (1.0, 4.0, 17.0)
        },
        "review_cost": {
            f"{review:g}": headline(compare(folds, taught, models, market(models, 0, review)), "all")
            for review in (0.0, 0.25, 1.0)
        },
    }
    report["seconds"] = time.perf_counter() - begun
    print(json.dumps(report, indent=1) if asked.json else told(report, asked.split))


if __name__ == "__main__":
    main()
