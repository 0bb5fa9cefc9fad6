"""Words that the picture itself shows: on the board, in the order, in every prompt, in the drawing, and read back."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from money_makers import recipe
from numpy.typing import NDArray
from test_modes_board import board, faults, ordered

from callsheet.catalog import Offer, load
from callsheet.errors import GlyphError
from callsheet.film import Beat, Camera, Clip, GateFinding, Inspection, Location, Order, Rate, Recipe, Take
from callsheet.floor.gating import inspected
from callsheet.media.animatic.draw import draw, frame
from callsheet.media.encode import TAKE, ClipWriter
from callsheet.media.gates import Wanted
from callsheet.media.gates.footage import watch
from callsheet.media.gates.reading import Line, installed_reader, text, watermark
from callsheet.providers.beats import beats
from callsheet.providers.fitting import Unfit, fitted
from callsheet.providers.prompting import NEGATIVE, NEGATIVE_LETTERED, prompt
from callsheet.studio import Studio
from callsheet.testing.stage import order

STREET = Location(name="Street", setting="exterior")


def test_lettering_reaches_the_order_and_only_then_changes_its_digest() -> None:
    told = ordered(board("lettering: [NOVA, 新店开业]"))
    assert told.lettering == ("NOVA", "新店开业")
    assert Order.model_validate_json(told.model_dump_json()) == told
    assert "lettering" not in ordered(board("")).model_dump()
    digests = {Recipe(offer="a", engine="1", seed=1, order=one).digest for one in (told, ordered(board("")))}
    assert len(digests) == 2
    assert Wanted.by(told, "9:16").text == told.lettering


def test_lettering_is_short_and_can_be_read() -> None:
    for words in ("'!!!'", '"two\\nlines"'):
        ((line, said),) = faults(board(f"lettering: [{words}]"))
        assert said == "lettering is one line with a letter or a figure in it"
        assert line
    assert faults(board(f"lettering: [{'a' * 61}]"))
    assert faults(board("lettering: [a, b, c, d, e]"))


def offers() -> list[Offer]:
    """One of each protocol and route."""
    return list({(offer.protocol, offer.route): offer for offer in load()}.values())


def test_every_family_is_told_letter_by_letter() -> None:
    told = 0
    for offer in offers():
        try:
            found = fitted(offer, order(lettering=("NOVA", "Open 7-19")))
        except Unfit:
            continue
        told += 1
        assert '"NOVA" and "Open 7-19"' in found.prompt, offer.name
        assert found.negative in (None, NEGATIVE_LETTERED)
        assert not any("lettering" in part for part in found.dropped)
    assert told >= 8
    plain = prompt(offers()[0], order(text_room="part"), {})
    assert "Lettering" not in plain.text
    assert plain.negative in (None, NEGATIVE)


def limited(most: int) -> Offer:
    offer = next(o for o in load() if isinstance(o.prompt.most, int) and o.prompt.unit == "chars")
    return offer.model_copy(update={"prompt": offer.prompt.model_copy(update={"most": most})})


def test_lettering_is_never_left_out_and_never_cut() -> None:
    wanted = order(lettering=("NOVA",), text_room="part")
    said = prompt(limited(110), wanted, {})
    assert said.text.endswith('Lettering in the scene reads exactly "NOVA".')
    assert "no writing" in said.dropped
    assert "No other text" in prompt(limited(2000), wanted, {}).text
    with pytest.raises(Unfit, match="prompt"):
        fitted(limited(60), wanted)
    quoted = prompt(limited(2000), order(lettering=('Say "cheese"',)), {})
    assert '\u201cSay "cheese"\u201d' in quoted.text
    cut = order(lettering=("NOVA",), beats=(Beat(at=0, action="A door."), Beat(at=48, action="A window.")))
    told, _, wrong = beats(limited(2000), cut, Fraction(5), {})
    assert ([one.prompt.count('"NOVA"') for one in told], wrong) == ([1, 1], []), "in every picture"


def picture(*lettering: str, framing: Any = "16:9", height: int = 96, **more: Any) -> NDArray[np.uint8]:
    told = order("A street at noon.", 24, framing, location=STREET, location_id="s", lettering=lettering, **more)
    return frame(Recipe(offer="animatic", engine="1", seed=3, order=told), framing, {}, 12, height)[..., :3].copy()


def test_the_board_hangs_beside_the_room_that_supers_keep() -> None:
    for framing, free in (("16:9", np.s_[:, 77:]), ("9:16", np.s_[57:, :])):
        empty = picture(framing=framing, text_room="part").astype(int)
        hung = picture("NOVA", framing=framing, text_room="part").astype(int)
        changed = np.abs(hung - empty).max(axis=2) > 8
        assert changed.sum() > 200, framing
        assert changed.sum() == changed[free].sum(), f"{framing}: nothing of it stands in the room for text"
    lettered = picture("NOVA", beats=(Beat(at=0, action="A street."), Beat(at=10, action="A street at dusk.")))
    assert (lettered != picture(beats=(Beat(at=0, action="A street."), Beat(at=10, action="A street at dusk.")))).any()


def test_much_lettering_stands_whole_on_the_board_and_what_no_font_has_is_refused() -> None:
    long = [f"{n} do not leave your luggage here unattended, thank you, {n}" for n in range(4)]
    for framing in ("16:9", "9:16"):
        changed = np.abs(picture(*long, framing=framing).astype(int) - picture(framing=framing)).max(axis=2) > 8
        rows, columns = np.nonzero(changed)
        assert rows.max() < 0.75 * changed.shape[0]
        assert columns.max() < changed.shape[1] - 1 or rows[columns == columns.max()].size < 20, "but for the arm"
    with pytest.raises(GlyphError, match="U\\+16A0"):
        picture("ᚠᚢᚦ")


def line(words: str, top: float = 0.1, sure: float = 0.95) -> Line:
    return Line(words, sure, (0.1, top, 0.4, top + 0.08))


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        ("NOVA", "ok"), ("nova.", "ok"), ("THE NOVA SHOP", "ok"), ("NOVAA", "rank"), ("NOVVA", "rank"), ("NOWA", "rank"),
        ("INNOVATION", "reject"), ("NQYR", "reject"),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_not_the_word(read: str, outcome: str) -> None:
    wanted = Wanted(24, Fraction(24), text=("NOVA",))
    assert text([(3, [line(read)])], wanted).outcome == outcome


def test_what_was_ordered_is_no_watermark_however_it_is_spelt(tmp_path: Path) -> None:
    wanted = Wanted(24, Fraction(24), text=("Fresh bread daily", "NOVA"))
    with ClipWriter(tmp_path / "clip.mp4", 170, 96, Fraction(24), TAKE) as writer:
        for _ in range(4):
            writer.write_bgra(np.full((96, 170, 4), 90, np.uint8))
    seen = watch(tmp_path / "clip.mp4")
    for words in ("FRESH BREAD", "DAILY NOVA", "NQVA", "Frech braed daily"):
        assert watermark([(3, [line(words)])], wanted, seen).outcome == "ok", words
    assert watermark([(3, [line("NOVA"), line("Follow me", 0.5)])], wanted, seen).outcome == "rank"
    assert watermark([(3, [line("shutterstock")])], wanted, seen).outcome == "reject"


def test_what_nobody_could_check_is_told(tmp_path: Path) -> None:
    found = GateFinding(gate="text", outcome="not checked", score=None, words="there is no reader")
    seen = Inspection(version=2, findings=(found, found.model_copy(update={"gate": "sound"})))
    clip = Clip(framing="16:9", sha256="a" * 64, width=170, height=96, frames=96, rate=Rate(24), gates=seen)
    shot = recipe().order.code
    made = Take.model_validate(
        {"number": 1, "shot": shot, "recipe": recipe(), "clips": (clip,), "cost_micros": 0, "currency": "USD",
         "made_at": "2026-11-21T00:00:00Z"}
    )  # fmt: skip
    assert made.gates_said == "gates have nothing against it; text not checked: there is no reader"
    assert not made.rejected


def test_the_bid_says_that_lettering_will_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lettered = board("lettering: [NOVA]") + "deliverables: [{preset: preview-16x9}]\n"
    (tmp_path / "production.yaml").write_text(lettered, "utf-8")
    (told,) = Studio(tmp_path).bid().unchecked
    assert told.startswith("The lettering of SH010 is not checked")
    pytest.importorskip("rapidocr")
    monkeypatch.setenv("CALLSHEET_READ", "on")
    assert Studio(tmp_path).bid().unchecked == ()


def test_a_drawn_sign_is_read_back_and_a_misspelt_one_is_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rapidocr")
    told = order("A street at noon.", 1, location=STREET, location_id="s", camera=Camera(size="wide"))
    path = tmp_path / "clip.mp4"

    def drawn(*words: str) -> Recipe:
        return Recipe(offer="animatic", engine="1", seed=3, order=told.model_copy(update={"lettering": words}))

    draw(drawn("NOVA", "新店开业"), "16:9", {}, path, height=360)

    def said(wanted: Recipe) -> dict[str, str]:
        return {found.gate: found.outcome for found in inspected(path, wanted, "16:9").findings}

    assert said(drawn("NOVA", "新店开业"))["text"] == "not checked", "nobody reads yet"
    monkeypatch.setenv("CALLSHEET_READ", "on")
    assert "text" not in said(drawn()), "and nothing was ordered"
    mine = said(drawn("NOVA", "新店开业"))
    assert (mine["text"], "watermark" in mine) == ("ok", False)
    bought = drawn("AURORA", "新店开业").model_copy(update={"offer": "veo-9@fal"})
    assert said(bought)["text"] == "reject"
    stand_in = inspected(path, bought, "16:9", sized=False)
    assert not {"text", "watermark"} & set(stand_in.scores), "a stand-in shows nothing that was ordered"
    reader = installed_reader()
    assert reader is not None
    seen = watch(path, 1)
    page = [(index, reader(pixels)) for index, pixels in seen.samples]
    for words, outcome in (
        ("NOVA", "ok"),
        ("NOVVA", "rank"),
        ("NORA", "rank"),
        ("新店开业", "ok"),
        ("老店停业", "reject"),
    ):
        assert text(page, Wanted(1, Fraction(24), text=(words,))).outcome == outcome, words
