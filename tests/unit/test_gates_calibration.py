"""P(accept) from gate scores: it learns what is there, admits when nothing is, and asks for enough verdicts."""

import numpy as np
import pytest

from callsheet.media.gates.calibration import LEAST_VERDICTS, Judged, calibrate, expected_error


def verdicts(count: int, strength: float, seed: int = 5) -> list[Judged]:
    """Takes of a reviewer who minds `cuts` with this strength and nothing else; every third take has no `text` score."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        cuts, motion = (float(value) for value in chance.uniform(0, 1, 2))
        likes = 1 / (1 + np.exp(-strength * (cuts - 0.5)))
        scores = {"cuts": cuts, "static": motion, "black": 1.0, "text": None if number % 3 else float(chance.uniform())}
        made.append(Judged(scores, bool(chance.uniform() < likes)))
    return made


def test_it_learns_what_the_reviewer_minds_and_knows_how_sure_it_is() -> None:
    found = calibrate(verdicts(600, 8.0))
    assert found is not None
    weights = dict(zip(found.gates, found.weights, strict=True))
    assert "black" not in weights, "the same for all says nothing"
    assert weights["cuts"] > 5 * max(abs(weights["static"]), abs(weights["text"]))
    assert found.useful
    assert found.brier < 0.16 < found.brier_of_share
    assert found.ece < 0.08
    bad, fine = found.p_accept({"cuts": 0.05, "static": 0.5}), found.p_accept({"cuts": 0.95, "static": 0.5})
    assert bad < 0.15 < 0.85 < fine
    assert found.why({"cuts": 0.05, "static": 0.5, "text": 0.5})[0][0] == "cuts"


def test_where_there_is_nothing_to_learn_it_tells_the_common_share() -> None:
    found = calibrate(verdicts(300, 0.0))
    assert found is not None
    share = found.accepted / found.verdicts
    told = [found.p_accept(verdict.scores) for verdict in verdicts(50, 0.0, seed=9)]
    assert max(abs(p - share) for p in told) < 0.12
    assert found.brier == pytest.approx(found.brier_of_share, abs=0.01)


def test_too_few_or_one_sided_verdicts_give_nothing() -> None:
    assert calibrate([]) is None
    assert calibrate(verdicts(LEAST_VERDICTS - 1, 8.0)) is None
    assert calibrate([Judged({"cuts": n / 200}, n > 3) for n in range(200)]) is None


def test_the_same_verdicts_give_the_same_model_and_what_was_not_checked_counts_as_usual() -> None:
    judged = verdicts(200, 6.0)
    found = calibrate(judged)
    assert found == calibrate(judged)
    assert found is not None
    usual = dict(zip(found.gates, found.usual, strict=True))
    assert found.p_accept({}) == pytest.approx(found.p_accept(usual))
    assert found.p_accept({"unknown": 0.0}) == pytest.approx(found.p_accept({}))


def test_the_calibration_error_is_the_distance_from_what_happened() -> None:
    accepted = np.array([1.0, 0.0] * 50)
    assert expected_error(np.full(100, 0.5), accepted) == pytest.approx(0.0)
    assert expected_error(np.full(100, 0.9), accepted) == pytest.approx(0.4)
