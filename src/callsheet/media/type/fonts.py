"""The typefaces of the film: where they come from, which one draws a character, and which characters none can draw.

Latin comes from Archivo (grotesque, weight and width axes) and Fraunces (serif, optical size and softness axes), Chinese,
Japanese and Korean from Noto Sans CJK, Chinese serif from Noto Serif SC where it is installed. A folder named by the
environment variable `CALLSHEET_FONTS` is searched after them, so any other script or colour emoji can be added.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import skia

from callsheet.errors import GlyphError, MissingPartError
from callsheet.media.type.setting import ROLES, Setting, is_emoji
from callsheet.media.typeface import open_typeface

__all__ = [
    "Setting",
    "cjk_language",
    "coverage",
    "families",
    "font_collection",
    "font_files",
    "fonts_used",
    "require_glyphs",
]

ENVIRONMENT = "CALLSHEET_FONTS"
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_CJK_FACES = {"ja": 0, "ko": 1, "zh-hans": 2, "zh-hant": 3, "zh-hk": 4}


@dataclass(frozen=True)
class _Source:
    """One font file: `package` or "" for a font of the user's, and `index` of the face inside a collection."""

    package: str
    path: Path
    index: int = 0


def cjk_language(language: str) -> str:
    """The face of Noto Sans CJK that a language tag wants; simplified Chinese where the tag says nothing."""
    tag = language.lower().replace("_", "-")
    if tag.startswith("ja"):
        return "ja"
    if tag.startswith("ko"):
        return "ko"
    if tag.startswith(("zh-hk", "yue")):
        return "zh-hk"
    if tag.startswith(("zh-hant", "zh-tw", "zh-mo")):
        return "zh-hant"
    return "zh-hans"


def coverage(text: str, role: str = "text", language: str = "") -> list[str]:
    """The characters of `text` that no font in the role's chain can draw, each once, in order of appearance."""
    chain = [_typeface(source) for source in _chain(role, language)]
    missing: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if character in missing or _needs_no_glyph(character):
            continue
        if not any(face.unicharToGlyph(ord(character)) for face in chain):
            missing.append(character)
    return missing


def require_glyphs(text: str, where: str, *, role: str = "text", language: str = "") -> None:
    """Raise GlyphError naming each character of `text` that cannot be drawn; `where` is the shot or line it stands in."""
    missing = coverage(text, role, language)
    if not missing:
        return
    named = ", ".join(f"{c} (U+{ord(c):04X} {unicodedata.name(c, 'unnamed').lower()})" for c in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    kind = "Emoji need a colour emoji font: put" if any(is_emoji(c) for c in missing) else "Put"
    raise GlyphError(
        f"no font can draw {named}{more}",
        where=where,
        remedy=f"{kind} a font that has them (.ttf, .otf or .ttc) in a folder and set {ENVIRONMENT} to it, or change the text.",
    )


def font_files(language: str = "") -> list[Path]:
    """The font files of plain text in `language`, first choice first."""
    return [source.path for source in _chain("text", language)]


def fonts_used(text: str, role: str = "text", language: str = "") -> dict[str, str]:
    """The identity of every font that draws some of `text`: package name to version, user's file name to SHA-256.

    Part of the key of whatever is drawn, so that a changed font redraws exactly what it draws.
    """
    used: dict[str, str] = {}
    for character in unicodedata.normalize("NFC", text):
        if _needs_no_glyph(character):
            continue
        for source in _chain(role, language):
            if _typeface(source).unicharToGlyph(ord(character)):
                name = source.package or source.path.name
                if name not in used:
                    used[name] = version(source.package.replace("_", "-")) if source.package else _digest(source.path)
                break
    return dict(sorted(used.items()))


@lru_cache(maxsize=512)
def families(setting: Setting) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Family names for a setting, registered with `font_collection`: in Latin order and in CJK-first order.

    The second order is for quotes, dashes and dots that both kinds of font have, where they stand in CJK text.
    """
    names: list[str] = []
    cjk: list[str] = []
    for source in _chain(setting.role, setting.language, setting.italic):
        axes = _axes(source, setting)
        name = f"{source.path.stem}.{source.index}" + "".join(f":{k}{v:g}" for k, v in axes)
        _register(name, source, axes)
        names.append(name)
        if _speaks_cjk(source):
            cjk.append(name)
    return tuple(names), (*cjk, *(n for n in names if n not in cjk))


@cache
def font_collection() -> skia.textlayout.FontCollection:
    """The collection that lays out every paragraph; it knows only the fonts named above, never the system's."""
    collection = skia.textlayout.FontCollection()
    collection.setDefaultFontManager(_provider())
    return collection


@cache
def _provider() -> skia.textlayout.TypefaceFontProvider:
    return skia.textlayout.TypefaceFontProvider()


_registered: set[str] = set()


def _register(name: str, source: _Source, axes: tuple[tuple[str, float], ...]) -> None:
    if name in _registered:
        return
    face = _typeface(source)
    if axes:
        position = skia.FontArguments.VariationPosition
        # Skia keeps only a pointer to the coordinates: they must live until the clone is made.
        coordinates = position.Coordinates(
            [position.Coordinate(int.from_bytes(tag.encode(), "big"), value) for tag, value in axes]
        )
        arguments = skia.FontArguments()
        arguments.setCollectionIndex(source.index)
        arguments.setVariationDesignPosition(position(coordinates))
        face = face.makeClone(arguments)
    _provider().registerTypeface(face, name)
    _registered.add(name)


def _axes(source: _Source, setting: Setting) -> tuple[tuple[str, float], ...]:
    if source.package == "fontpkg_archivo":
        return ("wght", float(setting.weight)), ("wdth", float(setting.width))
    if source.package == "fontpkg_fraunces":
        return (
            ("wght", float(setting.weight)),
            ("opsz", float(min(144, max(9, setting.optical)))),
            ("SOFT", 0.0),
            ("WONK", 0.0),
        )
    if source.package == "manimgx_fonts_cjk":
        return (("wght", float(setting.cjk_weight)),)
    return ()


@cache
def _typeface(source: _Source) -> skia.Typeface:
    face = open_typeface(source.path, source.index)
    if face is None:
        raise MissingPartError(
            f"{source.path.name} is not a font that can be read",
            where=str(source.path),
            remedy=f"Replace the file, or take it out of the folder that {ENVIRONMENT} names.",
        )
    return face


def _speaks_cjk(source: _Source) -> bool:
    return bool(_typeface(source).unicharToGlyph(ord("一")))


def _chain(role: str, language: str, italic: bool = False) -> tuple[_Source, ...]:
    if role not in ROLES:
        raise ValueError(f"font role {role!r} is not one of {', '.join(ROLES)}")
    return _chain_of(role, cjk_language(language), os.environ.get(ENVIRONMENT, ""), "-Italic" if italic else "")


@lru_cache(maxsize=64)
def _chain_of(role: str, face: str, folder: str, slant: str) -> tuple[_Source, ...]:
    archivo = _Source("fontpkg_archivo", _packaged("fontpkg_archivo", f"files/Archivo{slant}[wdth,wght].ttf"))
    fraunces = _Source(
        "fontpkg_fraunces", _packaged("fontpkg_fraunces", f"files/Fraunces{slant}[SOFT,WONK,opsz,wght].ttf")
    )
    sans = _Source("manimgx_fonts_cjk", _packaged("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc"), _CJK_FACES[face])
    song = list(_optional("pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf")) if face == "zh-hans" else []
    first = [fraunces, archivo, *song] if role == "serif" else [archivo]
    return (*first, sans, *_supplied(folder))


def _packaged(package: str, inside: str) -> Path:
    for source in _optional(package, inside):
        return source.path
    name = package.replace("_", "-")
    raise MissingPartError(
        f"the font package {name} is not installed", remedy=f"Install it with: python -m pip install {name}"
    )


def _optional(package: str, inside: str) -> Iterator[_Source]:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(place) / inside
        if path.is_file() and _has_version(package):
            yield _Source(package, path)
            return


def _has_version(package: str) -> bool:
    try:
        version(package.replace("_", "-"))
    except PackageNotFoundError:
        return False
    return True


def _supplied(folder: str) -> list[_Source]:
    if not folder:
        return []
    root = Path(folder)
    if not root.is_dir():
        raise MissingPartError(
            f"{ENVIRONMENT} names no folder: {folder}", remedy=f"Make the folder, or unset {ENVIRONMENT}."
        )
    return [_Source("", path) for path in sorted(root.rglob("*")) if path.suffix.lower() in _SUFFIXES]


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _needs_no_glyph(character: str) -> bool:
    # Variation selectors, joiners and bidirectional marks shape their neighbours and draw nothing themselves.
    return unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp") or 0xFE00 <= ord(character) <= 0xFE0F
