"""What a test is worth, which one is bought first, the test shots, and where ratings of a calibration are kept."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from callsheet.bakeoff.shots import test_shots as shipped_shots
from callsheet.errors import InputError
from callsheet.film import Document
from callsheet.film.shot import UseCase
from callsheet.routing.calibrated import VARIABLE, calibrated, place
from callsheet.routing.information import Prospect, choose, value
from callsheet.store import ProductionStore
from callsheet.store.place import Place

NEW = Prospect("product", "new", 1.0, 1.0, cost=0.5, clip=0.4, most=5, shots=10)


def test_a_verdict_is_worth_what_it_may_change() -> None:
    assert value(NEW, 0, 4.0, 1.5) == 0
    one, five = value(NEW, 1, 4.0, 1.5), value(NEW, 5, 4.0, 1.5)
    assert 0 < one < five
    # By hand: one verdict on Beta(1, 1) is yes or no with 1/2, and the rate is then 2/3 or 1/3.
    assert one == pytest.approx(10 * (0.5 * max(1.5, 4 * 2 / 3 - 0.5) + 0.5 * 1.5 - 1.5))
    known = replace(NEW, alpha=200.0, beta=200.0)
    assert value(known, 5, 4.0, 1.5) < 0.1 * five, "what is known already"
    assert value(NEW, 5, 4.0, 3.9) == 0, "it cannot become the best"
    assert value(replace(NEW, shots=20), 5, 4.0, 1.5) == pytest.approx(2 * five)


def test_where_the_cap_does_not_fit_all_the_most_telling_is_bought_first() -> None:
    worth = {"product": 4.0, "landscape": 4.0}
    rare = replace(NEW, use_case="landscape", shots=1)
    sure = replace(NEW, model="sure", alpha=30.0, beta=30.0)
    every = [NEW, rare, sure, replace(rare, model="sure", alpha=30.0, beta=30.0, most=0)]
    counts, worths = choose(every, worth, 10.0)
    assert list(counts.values()) == [5, 5, 5, 0], "it fits"
    assert worths["product", "new"] > worths["landscape", "new"]
    few, _ = choose(every, worth, 2.4)
    assert few["product", "new"] == max(few.values()) == 3, "a fourth and a fifth tell less than a first elsewhere"
    assert choose(every, worth, 0.4)[0] == {**dict.fromkeys(few, 0), ("product", "new"): 1}
    assert sum(count * 0.4 for count in few.values()) <= 2.4
    assert few == choose(list(reversed(every)), worth, 2.4)[0]
    rivals = [replace(one, model="sure", alpha=30.0, beta=30.0, most=0) for one in (NEW, rare)]
    dear = choose([replace(NEW, clip=4.0), replace(rare, clip=0.1), *rivals], worth, 2.0)[0]
    assert (dear["product", "new"], dear["landscape", "new"]) == (0, 5)
    assert choose([replace(NEW, clip=4.0)], worth, 2.0)[0]["product", "new"] == 0, (
        "it is the only one: nothing to choose"
    )
    assert set(choose([NEW], worth, 0.3)[0].values()) == {0}


def test_the_test_shots_are_a_production_that_can_be_ordered() -> None:
    found = shipped_shots()
    assert set(found.shots) | set(found.without) == set(get_args(UseCase))
    board = list(Document.parse(found.document()).production.board())
    every = [shot for shots in found.shots.values() for shot in shots]
    assert [(p.address, p.shot.action, p.shot.use_case) for p in board] == [
        (s.address, s.action, s.use_case) for s in every
    ]
    assert len({shot.action for shot in every}) == len(every)
    assert all(len(shots) >= 5 for shots in found.shots.values())
    for use_cases, prompts, said in (
        (["identity-locked"], 1, "people of your own cast"),
        (["cats"], 1, "no such use case"),
        (["product"], 99, "99 are asked"),
        ([], 1, "needs a use case"),
    ):
        with pytest.raises(InputError, match=said):
            found.of(use_cases, prompts)


def test_what_a_user_rated_is_read_once_and_damage_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "calibrations"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    assert place() == folder
    row = {
        "shot": "EP01 SQ010 SH010",
        "take": 1,
        "use_case": "product",
        "offer": "m@x",
        "model": "m",
        "on": "2026-11-20",
    }
    said = [
        {**row, "accepted": True, "reason": None, "by": "jo"},
        {**row, "accepted": True, "reason": None, "by": "mira"},
        {**row, "accepted": False, "reason": "look", "by": "mira"},
    ]
    (tmp_path / "production.yaml").write_text("title: Lamps\nepisodes: []\n", "utf-8")
    with ProductionStore.open(tmp_path, place=Place()) as store:
        (folder / "a.json").write_text(json.dumps({"callsheet": 1, "production": "a", "said": said}), "utf-8")
        (folder / "b.json").write_text(json.dumps({"callsheet": 1, "production": store.id, "said": said}), "utf-8")
        found = calibrated(store)
        assert [(r.by, r.accepted, r.weight, r.on) for r in found] == [
            ("jo", True, 0.5, date(2026, 11, 20)), ("mira", False, 0.5, date(2026, 11, 20)),
        ]  # fmt: skip
        for damage in ("{", '{"callsheet": 9, "production": "a", "said": []}', '{"callsheet": 1, "production": "a"}'):
            (folder / "a.json").write_text(damage, "utf-8")
            with pytest.raises(InputError):
                calibrated(store)
