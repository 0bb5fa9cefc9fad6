"""One production over six sellers, each with a billing rule of its own: what we book is what their meters say, to the micro-unit."""

import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callsheet.money.attempts import Attempts
from callsheet.money.audit import verify
from callsheet.rehearsal import Plain
from callsheet.rehearsal.cast import assembled, listed
from callsheet.store import ProductionStore
from callsheet.store import tables as t
from callsheet.studio import Studio

ROUTES = ("runway", "ark-intl", "xai", "kling-intl", "dashscope-intl", "minimax-intl")
"""By credits, tokens, ticks, units, seconds in and out, and the second on a frame grid."""
SHOTS = (
    ("seedance-2.0@runway:720p", ""),
    ("seedance-2.0@ark-intl:720p", ""),
    ("grok-imagine-video-1.5@xai:720p", ""),
    ("kling-3.0@kling-intl:1080p", ""),
    ("wan-3.0@dashscope-intl:480p", "            references: {videos: [walk.mp4]}\n"),
    ("minimax-h3@minimax-intl:768p", ""),
)


def board() -> str:
    """Six shots, each for one seller."""
    shots = "".join(
        f"          - code: SH0{number}0\n            action: A lamp is carried through room {number}.\n            duration: 120\n"
        f"            constraints: {{only: ['{offer}']}}\n{more}"
        for number, (offer, more) in enumerate(SHOTS, 1)
    )
    return (
        "title: Six rooms\nrate: 24\ndeliverables: [{preset: preview-16x9}]\n"
        f"episodes:\n  - sequences:\n      - code: SQ010\n        title: Rooms\n        shots:\n{shots}"
    )


def _posted(store: ProductionStore, account: str) -> int:
    """What holds have put on an account, in micro-units."""
    of = (
        select(func.sum(t.posting.c.micros))
        .join(t.entry)
        .where(t.entry.c.kind == "hold", t.posting.c.account == account)
    )
    with store.database.reading() as db:
        return int(db.execute(of).scalar_one())


@pytest.mark.timeout(280)
def test_six_bills_equal_six_meters(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "production.yaml").write_text(board(), "utf-8")
    (folder / "walk.mp4").write_bytes(Plain(height=240)({"order": {"frames": 48, "rate": "24"}}, "16:9"))
    sellers, _ = assembled(time.monotonic, None, listed(folder, ROUTES))
    quoted = Studio(folder, sellers).bid()
    holds = {shot.line.shot: shot.hold for shot in quoted.shots}
    rehearsed = Studio(folder).rehearse(on=ROUTES)
    assert rehearsed.error is None, rehearsed.error
    assert rehearsed.balanced
    assert rehearsed.attempts == {"settled": 6, "released": 0, "unknown": 0, "open": 0}
    meters = {meter["provider"]: meter for meter in rehearsed.meters}
    assert {name: meter["charges"] for name, meter in meters.items()} == dict.fromkeys(ROUTES, 1)
    booked: Counter[str] = Counter()
    with ProductionStore.open(folder / ".callsheet" / "rehearsal") as store:
        for attempt in Attempts(store.database, store.id, store.clock).all():
            assert attempt.cost is not None
            assert attempt.cost <= attempt.held
            booked[attempt.provider] += attempt.cost.micros
            assert attempt.held == holds.pop(attempt.shot), "what the bid said would be held"
        assert verify(store.database).balanced
        held, thought = (_posted(store, account) for account in ("held", "estimated"))
    assert holds == {}
    (total,) = quoted.totals
    assert total.hold is not None
    assert total.outlook is not None
    assert (held, thought) == (total.hold.micros, total.outlook.expected.micros)
    billed = {name: meter["billed"]["micros"] for name, meter in meters.items()}
    assert dict(booked) == billed
    assert all(micros > 0 for micros in billed.values())
    # 5 s each: what every price list makes of them, worked out by hand.
    assert billed["runway"] == 1_800_000, "0.36 a second"
    assert billed["kling-intl"] == 560_000, "0.112 a second"
    assert billed["dashscope-intl"] == 350_000, "0.05 for each of 5 s made and 2 s given"
