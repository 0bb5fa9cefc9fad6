"""The report as text."""

from collections.abc import Mapping
from typing import Any

TARGETS = {"all": (0.40, 0.75), "strict": (0.35, 0.55)}


def told(report: Mapping[str, Any], split: str) -> str:
    """The tables of a report, with the scenario that they hold for."""
    scenario = report["scenario"]
    prices = ", ".join(f"{model} {price:.3f}" for model, price in sorted(scenario["prices_per_take"].items()))
    how = "cross-validated within it" if scenario["cross_validated"] else "learned from the other splits"
    lines = [
        f"ShotRoute on split {split}, {how}.",
        f"Prices of a 5 s take: {prices}. Review {scenario['review']:.2f}, an accepted clip is worth {scenario['worth']:.2f}.",
    ]
    for kind, rows in report["policies"].items():
        lines += [
            "",
            f"{kind}: {report[kind]['shots']} shots",
            f"  {'policy':30}{'delivered':>10}{'total/s':>9}{'takes/s':>9}{'utility':>9}{'takes':>7}",
        ]
        lines += [
            f"  {name:30}{row['delivered']:10.3f}{row['total_per_second']:9.4f}{row['takes_per_second']:9.4f}"
            f"{row['utility']:9.3f}{row['takes']:7.2f}"
            for name, row in rows.items()
        ]
    lines += ["", "Against always-best, 95 % intervals by paired bootstrap over shots:"]
    for kind in report["policies"]:
        head = report[kind]
        saved, share = TARGETS.get(kind, (None, None))
        goal = "" if saved is None else f"  (targets: {saved:.2f}, at least 0, {share:.2f})"
        lines.append(
            f"  {kind:8} saves {head['saving_total']:.3f} {_ci(head['saving_ci'])}, delivers {head['delivered_delta']:+.3f}"
            f" {_ci(head['delivered_ci'])}, oracle gap {head['gap_share']:.3f} {_ci(head['gap_ci'])},"
            f" of the oracle that stops {head['gap_share_of_stopping_oracle']:.3f};"
            f" against use-case sequences saves {head['saving_over_use_case_sequence']:.3f}"
            f" {_ci(head['saving_over_use_case_sequence_ci'])}{goal}"
        )
    lines += ["", "All shots, other scenarios:"]
    for name, scenarios in (("price spread", report["price_spread"]), ("review cost", report["review_cost"])):
        for value, head in scenarios.items():
            lines.append(
                f"  {name} {value:5} saves {head['saving_total']:.3f} {_ci(head['saving_ci'])},"
                f" delivers {head['delivered_delta']:+.3f}, oracle gap {head['gap_share']:.3f}"
            )
    lines += ["", "As a stream, mean over orders:"]
    lines += [f"  {name:44}{value:8.3f}" for name, value in report["stream"].items()]
    lines += [
        "",
        f"first 50 shots, share of the static oracle table {report['first50_share']:.3f} (target 0.97)",
        f"wrong prior loses {report['wrong_prior_loss']:.3f} (target at most 0.02)",
        f"calibration error of P(accept) {report['calibration_error']:.3f}",
        f"one decision, 50 offers, three tries: {report['decision_ms']:.2f} ms (target 5)",
        f"one joint plan, 2,000 shots x 40 offers: {report['joint_plan_s']:.1f} s; under a deadline {report['joint_plan_deadline_s']:.1f} s "
        "(target 10)",
        f"whole report: {report['seconds']:.0f} s",
    ]
    return "\n".join(lines)


def _ci(interval: list[float]) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"
