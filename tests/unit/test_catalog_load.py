"""Catalogue files: every fault with its line, overlays that say what they override."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from callsheet.catalog import UNKNOWN, Catalogue, Wanted, compare, load, overlays, price
from callsheet.catalog import read as reading
from callsheet.catalog.load import parse
from callsheet.errors import DocumentError, NotFoundError
from callsheet.film.price import Money

WRONG = """\
sources:
  mine: {where: our contract, on: 2026-11-01}
  bad: {where: x, on: yesterday}
source: mine
offfers: []
offers:
  - id: kling-4.0@fal
  - id: my-model@studio
    provider: Studio
    protocol: openai-videos
    status: actve
    durations: 10-3
    promt: {most: 3}
    prompt: {mosst: 3, negative: maybe}
    price: {currency: usd, per: second, rules: {480p: -1}}
    model: my-model
    seed:
    seed: true
    audio: loud
  - id: x@fal
    model: kling-4.0
    source: min
  - id: y@fal
    model: kling-4.0
    price: {currency: USD, per: second, rules: [{amount: 1, audio: true}, {amount: 2, resolution: 720p}]}
    camera:
change:
  kling-4.1@fal: {discount: 15%}
  kling-4.0@fal: {discount: 15}
  marey@fal: {discount: 15%}
rates: [{base: USD, quote: CNY, rate: 0, on: 2026-11-01, where: x}]
"""


def overlay(folder: Path, text: str, name: str = "catalog.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def faults(folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(DocumentError) as caught:
        load([overlay(folder, text)])
    assert str(caught.value).startswith(f"{folder / 'catalog.yaml'}: ")
    return [(p.line, p.field, p.nearest or p.message) for p in caught.value.problems]


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    found = faults(tmp_path, WRONG)
    assert found == [
        (3, "source.on", "yesterday: input should be a valid date or datetime, input is too short"),
        (5, "offfers", "offers"),
        (
            7,
            "offers[0]",
            "kling-4.0@fal is in the catalogue already, fal.yaml line 23; to alter it, write it under change",
        ),
        (8, "my-model@studio.model.family", "is required"),
        (11, "my-model@studio.status", "active"),
        (12, "my-model@studio.durations", "'10-3' is not a choice of lengths: write 3-15 or [4, 6, 8], in seconds"),
        (13, "my-model@studio.promt", "prompt"),
        (14, "my-model@studio.prompt.mosst", "most"),
        (14, "my-model@studio.prompt.negative", "maybe: input should be a valid boolean, unable to interpret input"),
        (15, "my-model@studio.price.currency", "usd is not written as expected"),
        (15, "my-model@studio.price.rules", "{480p: -1}: input should be greater than or equal to 0"),
        (18, "seed", "stands here twice"),
        (19, "my-model@studio.audio", "loud is not one of the values"),
        (22, "source", "mine"),
        (25, "y@fal.price", "two amounts, 1 and 2, apply to the same order"),
        (26, "y@fal.camera", "is empty; write unknown, or leave the line out"),
        (28, "change.kling-4.1@fal", "kling-4.0@fal"),
        (29, "kling-4.0@fal.price.discount", "'15' is not a percentage: write it like 15%"),
        (30, "change.marey@fal", "its price is unknown: state a price first"),
        (31, "rates[0].rate", "0: input should be greater than 0"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("offers: a: b", 1, "yaml"),
        ("offers:\n  - id: a@b\n\t- x", 3, "yaml"),
        ("offers: {a: b}", 1, "offers"),
        ("change: [a]", 1, "change"),
        ("offers:\n- nothing", 2, "offers[0]"),
        ("offers:\n- {id: a@b, status: active}", 2, "offers[0].status"),
        ("models: &a\n  x: *a", 1, "yaml"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{n}: &{n} [" + ", ".join([f"*{p}"] * 10) + "]\n" for p, n in zip("abcdef", "bcdefg", strict=True)
            ),
            1,
            "yaml",
        ),
    ],
)
def test_text_that_is_no_catalogue(tmp_path: Path, text: str, line: int, field: str) -> None:
    assert (line, field) in {(at, name) for at, name, _ in faults(tmp_path, text)}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        load([tmp_path / "none.yaml"])


def test_faults_of_two_files_name_their_file(tmp_path: Path) -> None:
    one, two = overlay(tmp_path, "a: 1", "one.yaml"), overlay(tmp_path, "\nb: 1", "two.yaml")
    with pytest.raises(DocumentError) as caught:
        load([one, two])
    assert f"{one} line 1: a: unknown field" in str(caught.value)
    assert f"{two} line 2: b: unknown field" in str(caught.value)


MINE = """\
source: {where: our contract, on: 2026-11-10}
change:
  "*@fal": {discount: 15%}
  kling-4.0@fal:
    limits: {concurrency: 12}
    prompt: {most: 2500, unit: chars}
  wan@local:
    price: {currency: EUR, per: second, rules: {any: 0.004}}
    resolutions: [480p, 720p]
offers:
  - id: our-wan@studio
    model: wan-2.7
    provider: Our cluster
    protocol: openai-videos
    status: active
    region: "NO"
"""


def mine(folder: Path) -> Catalogue:
    return load([overlay(folder, MINE)])


def test_an_overlay_tells_what_it_overrides(tmp_path: Path) -> None:
    catalogue = mine(tmp_path)
    told = [(o.field, o.was, o.now, o.line) for o in catalogue.overridden("kling-4.0@fal")]
    assert told == [
        ("price.discount", "0%", "15%", 3),
        ("limits.concurrency", "2", "12", 5),
        ("prompt.most", "unknown", "2500", 6),
        ("prompt.unit", "unknown", "chars", 6),
    ]
    assert all(o.file == str(tmp_path / "catalog.yaml") for o in catalogue.overrides)
    assert str(catalogue.overrides[0]).startswith("hunyuan-video-1.5@fal: price.discount was 0%, now 15% (")
    assert not catalogue.overridden("marey@fal"), "it has no price to take anything from"
    assert catalogue.overridden("wan@local")[-1].was == "unknown"


def test_what_an_overlay_says_has_its_source(tmp_path: Path) -> None:
    catalogue = mine(tmp_path)
    kling = catalogue.offer("kling-4.0@fal")
    assert kling.says("limits.concurrency").where == "our contract"
    assert kling.says("limits.over").where == "fal documentation excerpts"
    assert kling.says("price.rules").where == "fal model pages"
    found = price(kling, Wanted(Fraction(10), "720p"))
    assert found
    assert found.expected == Money(1_334_500, "USD")
    assert found.source == "fal model pages, less 15% (our contract)"
    local = price(catalogue.offer("wan@local"), Wanted(Fraction(5), "480p"))
    assert local
    assert (str(local), local.source, local.on) == ("0.02 EUR", "our contract", date(2026, 11, 10))


def test_an_offer_of_ones_own_stands_on_a_known_model(tmp_path: Path) -> None:
    catalogue = mine(tmp_path)
    own = catalogue.offer("our-wan@studio")
    assert catalogue.added == ("our-wan@studio",)
    assert own.model.maker == "Alibaba"
    assert own.can("edit") is True
    assert own.can("upscale") is UNKNOWN
    assert own.region == "NO"
    assert len(catalogue) == len(load()) + 1


def test_the_shipped_catalogue_is_not_touched(tmp_path: Path) -> None:
    changed = {d.offer for d in compare(load(), mine(tmp_path))}
    assert changed == {"our-wan@studio", *(o.offer for o in mine(tmp_path).overrides)}
    assert load().offer("kling-4.0@fal").limits.concurrency == 2
    assert load().overrides == ()


def test_the_later_file_wins(tmp_path: Path) -> None:
    catalogue = load([overlay(tmp_path, MINE, "a.yaml"), overlay(tmp_path, MINE.split("offers:")[0].replace("15%", "20%"), "b.yaml")])  # fmt: skip
    last = [o for o in catalogue.overridden("kling-4.0@fal") if o.field == "price.discount"]
    assert [(o.was, o.now) for o in last] == [("0%", "15%"), ("15%", "20%")]


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    import os

    path = overlay(tmp_path, MINE)
    assert load([path]).added
    overlay(tmp_path, "rates: []")
    os.utime(path, ns=(1, 1))
    assert not load([path]).added


def test_where_overlays_come_from(tmp_path: Path) -> None:
    home, folder, production = tmp_path / "home", tmp_path / "team", tmp_path / "film"
    config = home / ".config" / "callsheet" / "catalog"
    for place in (config, folder, production):
        place.mkdir(parents=True)
    named = [
        overlay(config, "", "b.yaml"),
        overlay(folder, "", "z.yaml"),
        tmp_path / "gone.yaml",
        overlay(production, ""),
    ]
    overlay(config, "", "notes.txt")
    environ = {"CALLSHEET_CATALOG": f"{folder}:{tmp_path / 'gone.yaml'}"}
    assert overlays(production, environ, home) == tuple(named)
    assert overlays(None, {}, tmp_path) == ()


def test_scalars_are_the_text_that_was_written() -> None:
    text = """
source: {where: a page, on: 2026-11-01}
offers:
  - id: one@here
    model: {id: one, family: f, version: 2.10}
    provider: yes
    protocol: q
    status: active
    aspects: [16:9, 9:16]
    region: NO
    price: {currency: USD, per: second, rules: {any: 0.1}}
"""
    found = parse(text).offer("one@here")
    assert (found.model.version, found.provider, found.region) == ("2.10", "yes", "NO")
    assert found.aspects == ("16:9", "9:16")
    assert str(price(found, Wanted(Fraction(3)))) == "0.30 USD"


def test_a_loader_without_the_c_library_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(reading.__file__).parent / "data"
    texts = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}
    fast = {name: reading.read(text, name, []) for name, text in texts.items()}
    monkeypatch.setattr(reading, "_LOADER", yaml.SafeLoader)
    assert {name: reading.read(text, name, []) for name, text in texts.items()} == fast


def test_the_sellers_name_for_a_model() -> None:
    kling = load().offer("kling-4.0@fal")
    assert kling.wire_name("edit") == "kling/v4/video-to-video/edit"
    assert kling.wire_name("extend") is UNKNOWN
    assert load().offer("kling-3.0@kling-intl").wire_name("extend") == "kling-v3"


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(NotFoundError) as caught:
        load().offer("kling-4.0@fall")
    assert "kling-4.0@fal" in caught.value.remedy
    with pytest.raises(NotFoundError) as caught:
        load().offer("kling-4.0")
    assert "kling-4.0@venice" in caught.value.remedy
    with pytest.raises(NotFoundError, match=r"no field 'legal\.indemnty'"):
        load().offer("kling-4.0@fal").field("legal.indemnty")
    with pytest.raises(NotFoundError, match="says nothing about seed"):
        load().offer("kling-4.0@fal").says("seed")
