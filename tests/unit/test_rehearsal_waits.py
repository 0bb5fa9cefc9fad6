"""How long sellers usually take: said with its source, guessed openly, kept in order by a rehearsal in a hurry."""

from fractions import Fraction

import pytest

from callsheet.catalog import UNKNOWN, load
from callsheet.catalog.offer import Latency
from callsheet.providers.families import family, speaks
from callsheet.rehearsal import House, Timing
from callsheet.rehearsal.cast import assembled
from callsheet.rehearsal.skins import KEY
from callsheet.rehearsal.standins import stand_in
from callsheet.rehearsal.waits import GUESS, Wait, summary, usual
from callsheet.testing.stage import SMALL, offers_of

CATALOGUE = load()


def test_what_the_catalogue_says_is_used_and_named() -> None:
    said = usual(CATALOGUE.offer("kling-4.0@fal"), Fraction(3))
    assert (said.queue_s, said.run_s) == (5, 120)
    assert "2 minutes" in said.source
    said = usual(CATALOGUE.offer("grok-imagine-video-1.5@xai"), Fraction(5))
    assert (said.queue_s, said.run_s) == (2, 30)
    assert said.source == "assumed by Callsheet for rehearsals"


def test_what_it_does_not_say_is_guessed_as_a_whole_and_called_so() -> None:
    offer = CATALOGUE.offer("kling-4.0@fal").model_copy(update={"latency": Latency()})
    assert usual(offer, Fraction(6)) == Wait(5, 90.0, GUESS)
    half = offer.model_copy(update={"latency": Latency(queue_s=7, each_s=1)})
    assert usual(half, Fraction(6)) == Wait(7, 36.0, GUESS)


def test_every_route_that_can_be_rehearsed_states_its_wait_with_a_source_that_owns_up() -> None:
    checked = set()
    for route in {offer.route for offer in CATALOGUE}:
        offers = offers_of(route)
        if not speaks(offers[0].protocol, route):
            continue
        for sold in family(offers[0].protocol, route)(route, offers, KEY).offers():
            offer = CATALOGUE.offer(sold.name)
            assert offer.latency.each_s is not UNKNOWN, offer.id
            assert offer.says("latency.each_s").doubt, offer.id
            checked.add(route)
    assert len(checked) >= 10


def test_a_house_in_a_hurry_keeps_the_proportions_and_others_keep_their_timing() -> None:
    now = [0.0]
    for haste, expected in ((0.0, 30.0), (120.0, (10 + 9 * 5 + 20 - 10) / 120.0)):
        offers = offers_of("runway")
        face = stand_in("runway-tasks", "runway", offers)
        seller = family("runway-tasks", "runway")("runway", offers, KEY)
        timing = Timing(spread=0.0, haste=haste)
        house = House(face.skin(seller.traits), lambda: now[0], SMALL, timing=timing, face=face)
        asked = face.asked(face.offer("gen4.5"), "gen4.5", "A boat.", Fraction(5), attempt="a")
        assert house.waits() is None
        from callsheet.rehearsal.exchange import Request

        assert house.order(asked, Request("POST", "/")).status == 200
        (job,) = house.jobs
        assert job.ends_at is not None
        assert job.ends_at - job.runs_at == pytest.approx(expected)
        told = house.waits()
        assert told is not None
        assert (told["clips"], told["each_s"], told["all_s"]) == (1, 75, 75)


def test_clips_of_one_seller_wait_for_each_other() -> None:
    waits = [Wait(0, 60.0, "x"), Wait(0, 60.0, "x"), Wait(0, 30.0, "y")]
    assert summary("fal", waits, 2) == {
        "provider": "fal", "clips": 3, "each_s": 50, "longest_s": 60, "all_s": 90, "sources": ["x", "y"],
    }  # fmt: skip
    assert summary("fal", waits, 1)["all_s"] == 150


def test_a_rehearsal_hurries_and_a_contract_does_not() -> None:
    _, houses = assembled(lambda: 0.0, None, {"fal": offers_of("fal")})
    assert houses[0].timing.haste
    assert not Timing().haste
