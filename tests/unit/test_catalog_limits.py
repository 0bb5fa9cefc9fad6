"""Every limit that an offer states: an order at it passes, one over it is refused."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from callsheet.catalog import Offer, Unknown, load, price
from callsheet.catalog.limits import Asked, prompt_length, refusals

CATALOGUE = load()


def fields(offer: Offer, asked: Asked) -> set[str]:
    return {refusal.field for refusal in refusals(offer, asked)}


def plain(offer: Offer) -> Asked:
    """An order that breaks nothing."""
    seconds = Fraction(5) if isinstance(offer.durations, Unknown) else offer.durations.shortest
    return Asked((), seconds, audio=offer.audio == "always")


def _counts() -> list[Any]:
    names = {
        "images": "images",
        "videos": "videos",
        "audio": "sounds",
        "keyframes": "keyframes",
        "video_s": "video_s",
        "audio_s": "sound_s",
    }
    return [
        pytest.param(offer, name, asked, limit, id=f"{offer.id}-{name}")
        for offer in CATALOGUE
        for name, asked in names.items()
        if isinstance(limit := getattr(offer.references, name), int)
    ]  # fmt: skip


@pytest.mark.parametrize(("offer", "name", "asked", "limit"), _counts())
def test_files_at_and_over_the_limit(offer: Offer, name: str, asked: str, limit: int) -> None:
    at, over = (replace(plain(offer), **{asked: count}) for count in (limit, limit + 1))
    assert fields(offer, at) == set()
    assert f"references.{name}" in fields(offer, over)


@pytest.mark.parametrize("offer", CATALOGUE.offers, ids=lambda o: o.id)
def test_lengths_sizes_and_words_at_and_over_the_limit(offer: Offer) -> None:
    asked = plain(offer)
    assert refusals(offer, asked) == ()
    if not isinstance(offer.durations, Unknown):
        assert fields(offer, replace(asked, seconds=offer.durations.longest)) == set()
        for seconds in (
            offer.durations.longest + 1,
            offer.durations.shortest - 1,
            offer.durations.shortest + Fraction(1, 2),
        ):
            assert fields(offer, replace(asked, seconds=seconds)) == {"durations"}
    if not isinstance(offer.resolutions, Unknown):
        assert all(fields(offer, replace(asked, resolution=r)) == set() for r in offer.resolutions)
        assert fields(offer, replace(asked, resolution="8k")) == {"resolutions"}
    if not isinstance(offer.aspects, Unknown):
        assert all(fields(offer, replace(asked, aspect=a)) == set() for a in offer.aspects)
        assert fields(offer, replace(asked, aspect="99:1")) == {"aspects"}
    if isinstance(offer.prompt.most, int):
        assert fields(offer, replace(asked, prompt="x" * offer.prompt.most)) == set()
        assert fields(offer, replace(asked, prompt="x" * (offer.prompt.most + 1))) == {"prompt.most"}
    assert ("audio" in fields(offer, replace(asked, audio=not asked.audio))) == (offer.audio in ("none", "always"))
    assert ("seed" in fields(offer, replace(asked, seed=True))) == (offer.seed is False)


def test_what_excludes_and_needs_what() -> None:
    seedance = CATALOGUE.offer("seedance-2.0@fal")
    asked = Asked(("last_frame", "reference_audio"), Fraction(5))
    assert [str(r) for r in refusals(seedance, asked)] == [
        "excludes: last_frame and reference_audio cannot be asked together",
        "requires: last_frame needs first_frame",
    ]
    o3 = CATALOGUE.offer("kling-o3@kling-intl")
    assert fields(o3, Asked(("reference_videos",), Fraction(5), audio=True)) == {"excludes"}
    grok = CATALOGUE.offer("grok-imagine-video-1.5@xai")
    assert fields(grok, Asked(("reference_images",), Fraction(5), "720p")) == set()
    assert fields(grok, Asked(("reference_images",), Fraction(5), "1080p")) == {"caps"}
    h3_max = CATALOGUE.offer("minimax-h3-max@minimax-intl")
    assert fields(h3_max, Asked(("reference_images",), Fraction(5), images=1)) == {"lacks", "references.images"}


def test_input_and_output_together() -> None:
    wan = CATALOGUE.offer("wan-3.0@dashscope-intl")
    asked = Asked(("reference_videos",), Fraction(15), videos=1, video_s=Fraction(15))
    assert fields(wan, asked) == set()
    assert fields(wan, replace(asked, seconds=Fraction(16))) == {"references.with_output_s"}
    assert fields(wan, Asked(("text",), Fraction(30))) == set()


def test_files_of_all_kinds_together() -> None:
    h3 = CATALOGUE.offer("minimax-h3@fal")
    asked = Asked(("reference_images",), Fraction(5), audio=True, images=9, videos=3)
    assert fields(h3, asked) == set()
    assert fields(h3, replace(asked, sounds=1)) == {"references.total"}


@pytest.mark.parametrize(
    ("prompt", "unit", "length"),
    [("a茶🍵", "chars", 3), ("a茶🍵", "utf16", 4), ("a茶🍵", "tokens", 8), ("", "chars", 0)],
)
def test_prompts_are_counted_in_the_sellers_unit(prompt: str, unit: str, length: int) -> None:
    assert prompt_length(prompt, unit) == length


def test_an_order_can_be_priced() -> None:
    asked = Asked(("edit", "reference_videos"), Fraction(10), "720p", videos=1, video_s=Fraction(3))
    assert str(price(CATALOGUE.offer("kling-4.0@fal"), asked.wanted)) == "1.88 USD"
