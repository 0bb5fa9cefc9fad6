"""The legal brief: unlawful routes are refused with rule and source, a lawful one shoots, and a consent that ends stops every way in."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from callsheet.cli import app
from callsheet.errors import CallsheetError, RightsError
from callsheet.film import Money
from callsheet.floor import shooting
from callsheet.floor.crew import Crew
from callsheet.floor.results import Shooting
from callsheet.money.attempts import Attempts
from callsheet.progress import Progress, silent
from callsheet.providers.families import family
from callsheet.providers.installed import routes
from callsheet.rehearsal import KEY, House, Memory, Plain, Timing, address
from callsheet.rehearsal.standins import stand_in
from callsheet.rights.register import rulings
from callsheet.store import ProductionStore
from callsheet.studio import Studio

LAWFUL = "runway-gen-4.5@runway"
ROUTES = ("runway", "ark-intl", "fal", "openai")
SHOOT, ENDED = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2027, 10, 2, 12, tzinfo=UTC)
BOARD = """\
title: The tea she drinks
rate: 24
rights: {territories: [US, DE], channels: [broadcast], paid_media: true, use: advertising, until: '2027-06-30', indemnity: true}
deliverables:
  - preset: preview-16x9
    labels: [{kind: ai-generated, text: Made with AI}]
cast:
  anna:
    name: Anna
    age: adult
    consent:
      person: anna-k
      paper: papers/anna.txt
      granted_on: 2026-10-01
      until: 2027-10-01
      disclosed_at: 2026-10-01
      uses: [advertising]
      territories: [US, EU]
      models: [runway-gen-4.5, seedance-2.0, hunyuan-video-1.5]
episodes:
  - sequences:
      - code: SQ010
        title: Kitchen
        shots:
          - code: SH010
            action: Anna lifts the cup and smiles.
            duration: 96
            cast: [anna]
            use_case: talking-head
            supers: [{text: Made with AI, role: legal}]
"""
CONTRACT = """\
sources:
  contract: {where: our enterprise contract of 2026-10-02, on: 2026-10-05}
source: contract
change:
  runway-gen-4.5@runway:
    legal: {faces: consent, minors: blocked, commercial: true, territory_excluded: [], indemnity: 'yes'}
"""


class Stage:
    """A production, four sellers as they stand today, and what time it is."""

    def __init__(self, folder: Path, run_s: float = 0.1) -> None:
        (folder / "papers").mkdir(parents=True)
        (folder / "papers" / "anna.txt").write_text("Signed by Anna K.\n", "utf-8")
        (folder / "production.yaml").write_text(BOARD, "utf-8")
        (folder / "catalog.yaml").write_text(CONTRACT, "utf-8")
        self.folder, self.now = folder, SHOOT
        known = routes(folder)
        self.sellers = [family(known[r][0].protocol, r)(r, known[r], KEY, address(r)) for r in ROUTES]
        runway = self.sellers[0]
        runway.traits = type(runway.traits)(**{**vars(runway.traits), "poll_every_s": 0.1})
        face = stand_in(runway.protocol, "runway", known["runway"])
        timing = Timing(queue_s=0.0, run_s=run_s)
        self.house = House(face.skin(runway.traits), time.monotonic, Plain(height=96), None, timing, face=face)
        self.studio = Studio(folder, self.sellers, clock=lambda: self.now)

    def shoot(self, *shots: str, retake: bool = False, on: Callable[[Progress], None] = silent) -> Shooting:
        async def main() -> Shooting:
            with ProductionStore.open(self.folder, lambda: self.now) as store:
                crew = Crew(self.sellers, Memory(self.house, off_loop=True), rehearsal=True)
                return await shooting.shoot(store, crew, shots, retake, on)

        return asyncio.run(main())

    def cli(self, *words: str) -> tuple[int, Any]:
        """Exit code and JSON of a command."""
        obj = {"providers": self.sellers, "clock": lambda: self.now}
        verb, *rest = words
        run = CliRunner().invoke(app, [verb, str(self.folder), *rest, "--json"], obj=obj)
        if isinstance(run.exception, CallsheetError):
            return run.exception.exit_code, str(run.exception)
        return run.exit_code, json.loads(run.stdout)

    def record(self) -> list[tuple[str, bool, tuple[str, ...]]]:
        with ProductionStore.open(self.folder) as store:
            return [(r.verb, r.refused, r.rules) for r in rulings(store)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path / "film")


def ways_in(stage: Stage) -> dict[str, Callable[[], object]]:
    """Every verb that would use the likeness again."""
    studio = stage.studio
    return {
        "make": lambda: studio.make(),  # first: it would know the film as finished, and a refusal is remembered
        "shoot": lambda: studio.shoot(),
        "retake": lambda: studio.shoot(["SH010"], retake=True),
        "pick": lambda: studio.pick("SH010", 1),
        "conform": lambda: studio.conform(),
        "deliver": lambda: studio.deliver(),
        "bakeoff": lambda: studio.bakeoff([LAWFUL], cap=Money(5_000_000, "USD")),
        "bakeoff in rehearsal": lambda: studio.bakeoff([LAWFUL], cap=Money(5_000_000, "USD"), rehearse=True),
        "rehearse": lambda: studio.rehearse(on=["runway"]),
    }


def test_the_legal_brief_is_shot_by_the_lawful_route_and_stopped_when_the_consent_ends(stage: Stage) -> None:
    code, why = stage.cli("why", "SH010")
    assert code == 0
    assert why["offer"] == LAWFUL == stage.studio.why("SH010").offer
    out = dict(why["record"]["excluded"])
    assert "its terms leave out EU" in out["hunyuan-video-1.5@fal"]
    assert (
        "[model-region; the terms of the offer, as the catalogue has them, read 2026-11-21]"
        in out["hunyuan-video-1.5@fal"]
    )
    assert "[model-faces;" in out["seedance-2.0@ark-intl"]
    assert "litellm" in out["seedance-2.0@ark-intl"], "who says so"
    assert "retired since 2026-09-24" in out["sora-2@openai"]
    assert "[model-indemnity-required;" in out["seedance-2.0@runway"]
    assert why["record"]["law"]["on"] == "2026-11-21"

    assert [take.recipe.offer for take in stage.shoot().made] == [LAWFUL]
    made = stage.studio.make()
    assert [rule for rule in ("eu-mark", "eu-deepfake-label") if any(rule in told for told in made.required)] == [
        "eu-mark"
    ]
    deliver = stage.folder / "deliver"
    manifest = json.loads((deliver / "manifest.json").read_text("utf-8"))
    assert [one["rule"] for one in manifest["rights"]["required"]] == ["eu-mark"]
    sheet = json.loads((deliver / "rights.json").read_text("utf-8"))
    shot = sheet["shots"][0]
    assert (shot["offer"], shot["terms"]["indemnity"]) == (LAWFUL, "yes")
    assert "our enterprise contract" in shot["terms"]["sources"]["indemnity"]
    consent = shot["people"][0]["consent"]
    assert (consent["person"], consent["until"], len(consent["paper_sha256"])) == ("anna-k", "2027-10-01", 64)
    assert any("model-region" in reason for _, reason in shot["excluded"])
    assert "model-faces" in (deliver / "callsheet.html").read_text("utf-8")
    assert stage.studio.make().takes == {"made": 0, "reused": 1}
    assert stage.cli("rights")[0] == 0

    stage.now = ENDED
    for name, attempt in ways_in(stage).items():
        with pytest.raises(RightsError, match="consent-expired") as refusal:
            attempt()
        assert "the consent of Anna ended on 2027-10-01" in str(refusal.value), name
        assert "Have the consent renewed" in refusal.value.remedy, name
    for words in (
        ("shoot",),
        ("shoot", "SH010", "--retake"),
        ("pick", "SH010", "1"),
        ("conform",),
        ("deliver",),
        ("make",),
    ):
        code, told = stage.cli(*words)
        assert (code, "consent-expired" in told) == (7, True), words
    code, standing = stage.cli("rights")
    assert (code, standing["blocked"]) == (7, True)
    assert {(one["kind"], one["name"]) for one in standing["reached"]} == {
        ("shot", "EP01 SQ010 SH010"),
        ("take", "EP01 SQ010 SH010 take 1"),
        ("cut", "EP01"),
        ("deliverable", "EP01 preview-16x9"),
        ("deliverable", "the-tea-she-drinks_preview-16x9.mp4"),
    }
    refused = {verb for verb, was, rules in stage.record() if was and "consent-expired" in rules}
    assert refused == {"route", "pick", "conform", "deliver", "bakeoff"}
    assert ("deliver", False, ("eu-mark",)) in [
        (v, r, tuple(x for x in rules if x == "eu-mark")) for v, r, rules in stage.record()
    ]
    assert any(ruling["refused"] for ruling in standing["record"])
    code, takes = stage.cli("takes", "SH010")
    assert takes["takes"][0]["blocked"] == ["the consent of Anna ended on 2027-10-01 [consent-expired]"]
    assert stage.house.meter.billed.micros > 0
    assert len(stage.studio.takes("SH010")[0]) == 1, "nothing was shot again"


def test_a_withdrawn_consent_stops_every_way_in_and_a_new_one_opens_them(stage: Stage) -> None:
    stage.shoot()
    code, told = stage.cli("revoke", "anna-k", "--why", "by letter of today", "--by", "mira")
    assert (code, told["on"], told["by"]) == (0, "2026-11-21", "mira")
    assert {one["kind"] for one in told["reached"]} == {"shot", "take", "cut", "deliverable"}
    for name, attempt in ways_in(stage).items():
        with pytest.raises(RightsError, match="revoked-consent-cascade"):
            attempt()
        assert name
    said = stage.studio.review("SH010", 1, "accept", by="mira")
    assert said.verdict.accepted
    code, refused = stage.cli("revoke", "bela", "--why", "a slip")
    assert (code, "nothing here is called 'bela'" in refused) == (3, True)
    # She signs again, after that day.
    document = stage.folder / "production.yaml"
    document.write_text(BOARD.replace("2026-10-01", "2026-11-25").replace("2027-10-01", "2028-01-01"), "utf-8")
    stage.now = datetime(2026, 11, 29, tzinfo=UTC)
    assert stage.cli("rights")[0] == 0
    assert stage.studio.conform().masters
    assert len(stage.studio.takes("SH010")[0]) == 1, "a new paper is no reason to shoot again"


def test_a_consent_that_ends_while_the_order_waits_is_not_given_to_the_seller(stage: Stage) -> None:
    def late(event: Progress) -> None:
        stage.now = ENDED

    with pytest.raises(RightsError, match="1 shot has no take: EP01 SQ010 SH010: RightsError"):
        stage.shoot(on=late)
    assert stage.house.meter.billed == Money(0, "USD")
    with ProductionStore.open(stage.folder) as store:
        attempts = Attempts(store.database, store.id, store.clock).all()
    assert [(a.state, a.verdict) for a in attempts] == [("released", "unsent")]
    assert "ended on 2027-10-01" in attempts[0].reason
    assert [verb for verb, refused, _ in stage.record() if refused] == ["create"]


def test_what_is_paid_for_is_fetched_although_it_may_not_be_used(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "film", run_s=2.0)

    async def leave() -> None:
        with ProductionStore.open(stage.folder, lambda: stage.now) as store:
            crew = Crew(stage.sellers, Memory(stage.house, off_loop=True), rehearsal=True)
            under_way = asyncio.ensure_future(shooting.shoot(store, crew, (), False, silent))
            attempts = Attempts(store.database, store.id, store.clock)
            while not any(attempt.state == "submitted" for attempt in attempts.all()):
                await asyncio.sleep(0.05)
            under_way.cancel()
            await asyncio.gather(under_way, return_exceptions=True)

    asyncio.run(leave())
    stage.studio.revoke("cast.anna", why="by letter")
    with pytest.raises(RightsError, match="revoked-consent-cascade"):
        stage.shoot()
    takes, picked = stage.studio.takes("SH010")
    assert ([take.recipe.offer for take in takes], picked) == ([LAWFUL], None)


def test_nobody_unlawful_takes_part_in_a_bake_off(stage: Stage) -> None:
    with pytest.raises(RightsError, match=r"\[model-faces;"):
        stage.studio.bakeoff(["seedance-2.0"], cap=Money(5_000_000, "USD"))
    assert [verb for verb, refused, _ in stage.record() if refused] == ["bakeoff"]


def test_a_paper_that_is_not_there_is_no_paper(stage: Stage) -> None:
    (stage.folder / "papers" / "anna.txt").unlink()
    with pytest.raises(RightsError, match="there is no signed paper to the consent of Anna"):
        stage.studio.bid()


def test_without_a_lawful_offer_the_error_names_rules_and_remedies(stage: Stage) -> None:
    (stage.folder / "catalog.yaml").unlink()
    with pytest.raises(
        RightsError, match=r"EP01 SQ010 SH010: no offer may shoot this shot: .*\[model-indemnity-required\]"
    ) as refusal:
        stage.studio.bid()
    assert (
        "Choose a route whose seller indemnifies." in refusal.value.remedy or "legal.indemnity" in refusal.value.remedy
    )
    code, told = stage.cli("bid")
    assert (code, RightsError.http_status) == (7, 451)
    assert "model-faces" in told
    assert [verb for verb, refused, _ in stage.record() if refused] == ["route"]
    code, standing = stage.cli("rights")
    assert code == 7
    assert standing["lines"][0]["by"].startswith("0 of ")
