"""Looking at a take before a person does."""

from collections.abc import Callable, Sequence
from pathlib import Path

from callsheet.errors import MediaError
from callsheet.media.gates.cuts import cuts
from callsheet.media.gates.delivered import decode, spec
from callsheet.media.gates.finding import CHEAP, Finding, Gate, Report, Wanted
from callsheet.media.gates.flashing import flashing
from callsheet.media.gates.footage import Footage, watch
from callsheet.media.gates.likeness import FaceJudge, identity
from callsheet.media.gates.reading import SAMPLES, Page, Reader, text, watermark
from callsheet.media.gates.standing import black, duplicates, freeze, static

_SEEING: dict[Gate, Callable[[Footage, Wanted], Finding]] = {
    "decode": decode,
    "spec": spec,
    "black": black,
    "freeze": freeze,
    "duplicates": duplicates,
    "flashing": flashing,
    "cuts": cuts,
    "static": static,
}


def inspect(
    path: Path,
    wanted: Wanted,
    gates: Sequence[Gate] = CHEAP,
    *,
    reader: Reader | None = None,
    faces: FaceJudge | None = None,
) -> Report:
    """Ask `gates` about the clip at `path`. It is decoded once.

    A clip that cannot be opened or decoded is rejected by the `decode` gate, asked or not; the others then say `not checked`. Gates that
    read or recognise do so through `reader` and `faces`, and say `not checked` without. Raises MediaError only when there is no file.
    """
    if not path.is_file():
        raise MediaError("there is no such clip", where=str(path))
    try:
        footage = watch(path, SAMPLES if _samples(gates, wanted, reader, faces) else 0)
    except MediaError as error:
        broken = Finding("decode", "reject", 0.0, error.what)
        rest = [Finding(gate, "not checked", None, "the clip cannot be decoded") for gate in gates if gate != "decode"]
        return Report((broken, *rest))

    pages: list[Page] = []
    if reader is not None and footage.samples and ("watermark" in gates or wanted.text):
        pages = [(index, reader(picture)) for index, picture in footage.samples]

    def asked(gate: Gate) -> Finding:
        match gate:
            case "sound" if not wanted.sound:
                return Finding("sound", "not checked", None, "no sound was ordered")
            case "sound":
                from callsheet.media.gates.hearing import sound  # its filters take a while to load

                return sound(path, footage.media, wanted)
            case "text":
                return text(pages, wanted)
            case "watermark":
                return watermark(pages, wanted, footage)
            case "identity":
                return identity(footage, wanted, faces)
            case _:
                return _SEEING[gate](footage, wanted)

    return Report(tuple(asked(gate) for gate in gates))


def _samples(gates: Sequence[Gate], wanted: Wanted, reader: Reader | None, faces: FaceJudge | None) -> bool:
    """Whether any gate that was asked will look at larger frames."""
    reads = reader is not None and ("watermark" in gates or ("text" in gates and bool(wanted.text)))
    return reads or (faces is not None and "identity" in gates and any(wanted.cast.values()))
