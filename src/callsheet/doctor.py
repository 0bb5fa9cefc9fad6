"""What works on this machine, what is missing, and what to do about it."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from callsheet.errors import CallsheetError


@dataclass(frozen=True)
class Check:
    """One part: whether it works, what was found, and the remedy when it does not. Parts that are not `needed` only widen what is possible."""

    part: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def examine(folder: Path) -> list[Check]:
    """Try every part for real."""
    return [
        _python(),
        _tried(
            "drawing", _drawing, "Skia needs libEGL and libGL: on Debian or Ubuntu, apt-get install libegl1 libgl1."
        ),
        _tried("H.264 and AAC", _codecs, "Reinstall the `av` package."),
        _tried("fonts, Latin", lambda: _fonts("Callsheet", "en"), "Reinstall the `fontpkg-archivo` package."),
        _tried("fonts, Chinese", lambda: _fonts("通告单", "zh"), "Reinstall the `manimgx-fonts-cjk` package."),
        _voice("en"),
        _voice("zh"),
        _reader(),
        _judge(),
        _disk(folder),
        Check("processors", True, f"{os.cpu_count()} cores"),
    ]


def _python() -> Check:
    return Check("Python", sys.version_info >= (3, 11), platform.python_version(), "Install Python 3.11 or newer.")


def _tried(part: str, attempt: Callable[[], str], remedy: str) -> Check:
    try:
        return Check(part, True, attempt())
    except (ImportError, OSError, CallsheetError) as error:
        return Check(part, False, str(error).splitlines()[0], remedy)


def _drawing() -> str:
    import skia

    surface = skia.Surface(8, 8)
    surface.getCanvas().clear(skia.ColorRED)
    return f"Skia {skia.__version__}"


def _codecs() -> str:
    import av
    from av.codec import Codec

    Codec("libx264", "w")
    Codec("aac", "w")
    return f"PyAV {av.__version__}"


def _fonts(sample: str, language: str) -> str:
    from callsheet.media.type.fonts import fonts_used, require_glyphs

    require_glyphs(sample, "doctor", language=language)
    return ", ".join(f"{name} {version}" for name, version in fonts_used(sample, language=language).items())


def _voice(language: str) -> Check:
    from callsheet.media.sound.voice import voice_for

    voice = voice_for(language)
    extra = " `pip install 'callsheet[voice-zh]'` brings one." if language == "zh" else ""
    remedy = f"Lines get a scratch guide track that has timing and melody but no words.{extra}"
    return Check(f"voice, {language}", voice.kind == "speech", f"{voice.name} {voice.version}", remedy, needed=False)


def _reader() -> Check:
    from callsheet.media.gates.reading import has_reader

    on = has_reader()
    found = "rapidocr; clips are read with CALLSHEET_READ=on" if on else "none: lettering is not checked"
    return Check("reader of lettering", on, found, "`pip install 'callsheet[ocr]'` brings one.", needed=False)


def _judge() -> Check:
    from callsheet.media.gates.judges import judge

    try:
        judging = judge()
    except (ImportError, OSError, CallsheetError) as error:
        return Check("judge of faces", False, str(error).splitlines()[0], "Reinstall callsheet[faces].", needed=False)
    found = f"{type(judging).__name__}; faces are measured with CALLSHEET_FACES=on"
    none = "none: the cast's faces are not checked"
    remedy = "`pip install 'callsheet[faces]'` brings one."
    return Check("judge of faces", judging is not None, found if judging is not None else none, remedy, needed=False)


def _disk(folder: Path) -> Check:
    place = folder if folder.is_dir() else Path.cwd()
    free = shutil.disk_usage(place).free // 2**20
    remedy = "Free at least 500 MiB and make the folder writable."
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Check("folder", False, f"{place}: {error.strerror}", remedy)
    return Check("folder", free >= 500, f"{place.resolve()}, {free} MiB free", remedy)
