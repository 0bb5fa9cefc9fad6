import shutil
from pathlib import Path

import pytest

from callsheet.errors import GlyphError, MissingPartError
from callsheet.media.type import fonts
from callsheet.media.type.fonts import coverage, fonts_used, require_glyphs
from callsheet.media.type.ink import measure
from callsheet.media.type.setting import Setting


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Grüße, señor: “50 % off” — €9.90 · ¥199", "en"),
        ("一把不会滴水的茶壶，直降50%！", "zh"),
        ("臺灣繁體字，龜", "zh-Hant"),
        ("お茶の時間", "ja"),
        ("안녕하세요", "ko"),
    ],
)
@pytest.mark.parametrize("role", ["display", "text", "serif"])
def test_the_shipped_fonts_draw_latin_and_cjk(text: str, language: str, role: str) -> None:
    assert coverage(text, role, language) == []


def test_missing_characters_are_listed_once_in_order() -> None:
    assert coverage("Tea 😀 ☕ नमस्ते 😀") == ["😀", "☕", "न", "म", "स", "्", "त", "े"]
    assert coverage("a\u200db\ufe0f\n\u3000") == []


def test_the_error_names_characters_place_and_remedy() -> None:
    with pytest.raises(GlyphError) as caught:
        require_glyphs("Tea 😀", "SH010 headline")
    said = str(caught.value)
    assert "SH010 headline" in said
    assert "😀 (U+1F600 grinning face)" in said
    assert "CALLSHEET_FONTS" in said


def test_weight_width_and_slant_change_the_type() -> None:
    widths = {
        measure("Hamburgefonstiv", s)
        for s in (
            Setting("display", weight=300),
            Setting("display", weight=900),
            Setting("display", weight=900, width=62),
            Setting("serif", weight=400, italic=True),
            Setting("serif", weight=400),
            Setting("serif", weight=400, optical=144),
        )
    }
    assert len(widths) == 6


def test_quotes_are_full_width_only_in_chinese_text() -> None:
    chinese = Setting(language="zh")
    assert measure("“你好”", chinese) == pytest.approx(4, abs=0.01)
    assert measure("“Hi”", chinese) < 2.5
    assert measure("“你好”", Setting(language="en")) < 3.2


def test_figures_are_tabular() -> None:
    setting = Setting("display", weight=700)
    assert measure("1111", setting) == pytest.approx(measure("8888", setting), rel=0.01)


def test_a_folder_of_the_users_is_searched_after_the_shipped_fonts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fonts._packaged("fontpkg_fraunces", "files/Fraunces[SOFT,WONK,opsz,wght].ttf")
    shutil.copy(source, tmp_path / "mine.ttf")
    monkeypatch.setenv(fonts.ENVIRONMENT, str(tmp_path))
    assert fonts._chain("text", "")[-1].path == tmp_path / "mine.ttf"
    assert fonts_used("Tea 茶", "text", "zh").keys() == {"fontpkg_archivo", "manimgx_fonts_cjk"}


@pytest.mark.parametrize("content", [None, b"not a font"])
def test_a_bad_font_folder_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    folder = tmp_path / "fonts"
    if content is not None:
        folder.mkdir()
        (folder / "broken.otf").write_bytes(content)
    monkeypatch.setenv(fonts.ENVIRONMENT, str(folder))
    with pytest.raises(MissingPartError, match=r"fonts"):
        coverage("😀")
