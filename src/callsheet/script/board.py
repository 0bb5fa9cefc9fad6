"""From a source file to the board of a production: what is written when, and what is left alone."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callsheet.errors import BriefError, ConflictError, NotFoundError, StorageError
from callsheet.film import Document, Production, Source, Timecode, Treatment, digest
from callsheet.store import ProductionStore

if TYPE_CHECKING:
    from callsheet.script.writer import Draft

SOURCES = ("brief.md", "script.fountain", "document.md")
"""What a board is written from, in order of preference."""
SCREENPLAY = "script.fountain"
_WRITTEN = "written from "


@dataclass(frozen=True)
class Written:
    """A board as written, or as it was when `reused`."""

    title: str
    shots: int
    length: str
    source: Source
    treatments: tuple[Treatment, ...]
    reused: bool
    warnings: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "title": self.title,
            "shots": self.shots,
            "length": self.length,
            "reused": self.reused,
            "source": self.source.model_dump(mode="json"),
            "treatments": [t.model_dump(mode="json") for t in self.treatments],
            "warnings": list(self.warnings),
        }


def start(folder: Path, brief: Path, format_name: str | None, treatment: str | None) -> Written:
    """Start a production in `folder` from a file outside it; the stills that the brief names come along.

    Raises ConflictError when there is a production already, BriefError when the file cannot be used. Nothing is left behind then.
    """
    if (folder / "production.yaml").exists():
        raise ConflictError(
            "there is a production already",
            where=str(folder),
            remedy="Choose another folder, or run `callsheet write`.",
        )
    # Writers are loaded only when something is written: a run that changes nothing should not wait for them.
    from callsheet.script.writer import write

    text = _text(brief)
    name = {".fountain": SCREENPLAY}.get(
        brief.suffix.lower(), "document.md" if format_name == "explainer" else "brief.md"
    )
    draft = write(text, name, format=format_name, treatment=treatment)
    fresh = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in _files(text, name):
            _bring(brief.parent, folder, file)
        if not (folder / name).exists() or (folder / name).resolve() != brief.resolve():
            (folder / name).write_text(text, "utf-8")
        with ProductionStore.open(folder) as store, store.locked():
            return _keep(store, folder, draft, name, text, None)
    except OSError as error:
        _undo(folder, fresh)
        raise StorageError(
            f"cannot start the production: {error.strerror}",
            where=str(folder),
            remedy="Choose a folder that can be written.",
        ) from error
    except BaseException:
        _undo(folder, fresh)
        raise


def _undo(folder: Path, fresh: bool) -> None:
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)


def write_board(
    store: ProductionStore,
    folder: Path,
    *,
    treatment: str | None = None,
    format_name: str | None = None,
    writer: str | None = None,
    source: Path | None = None,
    force: bool = False,
    insist: bool = True,
) -> Written:
    """Write the board, unless what is there was written from the same source in the same way.

    A board that people edited, or wrote themselves, is only replaced with `force`; without it that is a ConflictError, or just a warning
    when the caller does not `insist`.
    """
    text = document = None
    if (folder / "production.yaml").exists():
        text = store.read()
        document = Document.parse(text.text)
    asked = bool(treatment or format_name or writer or source)
    name = _source_name(folder, document, source)
    if document is not None and (name is None or document.production.source is None) and not asked:
        return _written(document.production, True)
    if name is None:
        raise NotFoundError(
            "there is nothing to write a board from",
            where=str(folder),
            remedy=f"Put one of {', '.join(SOURCES)} there.",
        )
    brief = _text(folder / name)
    if document is not None and text is not None:
        before = document.production.source
        same = (
            before is not None and before.file == name and before.sha256 == hashlib.sha256(brief.encode()).hexdigest()
        )
        if same and not _differs(document.production, treatment, format_name, writer, before):
            return _written(document.production, True)
        if not force and _edited(store, text.digest):
            if insist:
                raise ConflictError(
                    "the board was edited by hand since it was written",
                    where=str(folder / "production.yaml"),
                    remedy="`callsheet write --force` replaces it; the board as it is stays as a version.",
                )
            return _written(
                document.production,
                True,
                f"{name} changed, but the board was edited by hand and is kept: see `callsheet write --force`",
            )
    chosen = format_name or (document.production.format if document is not None and not source else None)
    from callsheet.script.writer import write

    with store.locked():
        draft = write(brief, name, format=chosen, treatment=treatment, writer=writer)
        return _keep(store, folder, draft, name, brief, text.digest if text else None)


def _differs(
    production: Production, treatment: str | None, format_name: str | None, writer: str | None, before: Source | None
) -> bool:
    taken = before.treatment if before else None
    wrote = before.writer if before else None
    return bool(
        (treatment and treatment != taken)
        or (format_name and format_name != production.format)
        or (writer and writer != wrote)
    )


def _source_name(folder: Path, document: Document | None, source: Path | None) -> str | None:
    if source is not None:
        inside = source if not source.is_absolute() else source.relative_to(folder.absolute())
        if not (folder / inside).is_file():
            raise NotFoundError(
                "there is no such file",
                where=str(folder / inside),
                remedy="Name a file inside the production's folder.",
            )
        return inside.as_posix()
    if document is not None and document.production.source is not None:
        name = document.production.source.file
        return name if (folder / name).is_file() else None
    return next((name for name in SOURCES if (folder / name).is_file()), None)


def _edited(store: ProductionStore, text_digest: str) -> bool:
    """Whether the document is not, letter for letter, one that a writer made."""
    return not any(v.digest == text_digest and v.why.startswith(_WRITTEN) for v in store.versions())


def _keep(store: ProductionStore, folder: Path, draft: "Draft", name: str, brief: str, expected: str | None) -> Written:
    """Write the draft into the folder as the newest version."""
    production = draft.production
    known = production.source
    production.source = Source(
        file=name,
        sha256=hashlib.sha256(brief.encode()).hexdigest(),
        writer=known.writer if known else production.format,
        treatment=known.treatment if known else None,
        flags=list(draft.flags),
    )
    document = Document.of(production)
    if expected is not None:
        store.snapshot("edited")
    for rejected in draft.rejected:
        text = f"{rejected.reason}\n\n{rejected.text}\n".encode()
        store.put_artefact(
            digest(["rejected", store.id, rejected.text]),
            "rejected",
            store.blobs.put_bytes(text),
            {"reason": rejected.reason},
        )
    store.write(document.dump(), expected)
    store.snapshot(_WRITTEN + name)
    warnings = () if name == SCREENPLAY else _screenplay(store, folder, draft.script)
    return _written(production, False, *warnings)


def _screenplay(store: ProductionStore, folder: Path, script: str) -> tuple[str, ...]:
    """Lay the script beside the board, unless people have one of their own there."""
    key = digest(["screenplay", store.id])
    path = folder / SCREENPLAY
    before = store.artefacts([key]).get(key)
    if path.exists() and (before is None or before.sha256 != store.digest_of(path)):
        return (f"{SCREENPLAY} is yours and was left alone",)
    sha256 = store.blobs.put_bytes(script.encode())
    store.put_artefact(key, "screenplay", sha256, {})
    store.blobs.copy_to(sha256, path)
    return ()


def _written(production: Production, reused: bool, *warnings: str) -> Written:
    frames = sum(p.shot.duration - p.shot.transition.frames for p in production.board())
    length = str(Timecode(frames, production.rate, production.rate.drops))
    source = production.source or Source(file="production.yaml", sha256="", writer="hand")
    count = sum(1 for _ in production.board())
    return Written(production.title, count, length, source, tuple(production.treatments), reused, warnings)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("there is no such file", where=str(path), remedy="Check the path of the brief.") from None
    except OSError as error:
        raise BriefError(f"cannot be read: {error.strerror}", where=str(path), remedy="Give a text file.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(
            f"is not text: byte {error.start} is not UTF-8",
            where=str(path),
            remedy="Save the brief as UTF-8 text, not as a document or picture.",
        ) from None


def _files(text: str, name: str) -> list[str]:
    """The files that a brief names."""
    from callsheet.script.brief import Brief

    return [] if name == SCREENPLAY else [still.file for still in Brief.read(text, name).stills]


def _bring(origin: Path, folder: Path, file: str) -> None:
    source, target = origin / file, folder / file
    if not source.is_file():
        raise NotFoundError(
            "the brief names a still that is not there",
            where=str(source),
            remedy="Put it there, or take it out of the brief.",
        )
    if source.resolve() == target.resolve():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
