"""A judge of faces: dlib's detector and its face embedding, the optional part `faces`. Nothing it measures outlives the process."""

import hashlib
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callsheet.errors import MissingPartError
from callsheet.media.stills import load_still

_WEIGHTS = ("shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat")
_LARGEST = 1280
"""Longest side at which a still is looked at: a face of a ninth of its height is still found."""
_KEPT = 32
"""Pictures whose faces are remembered, in memory alone: the cast's stills are looked at once and not once a frame."""

Embedding = NDArray[np.float64]


class DlibJudge:
    """Measures faces by dlib: Euclidean distance of embeddings, 128 numbers each. The same picture gives the same distance.

    Faces that are turned well away, or smaller than 80 pixels, are not found. In a still with several faces the largest one counts.
    """

    same = 0.55
    other = 0.6

    def __init__(self) -> None:
        """Load the weights. Raises MissingPartError when they are not installed."""
        landmarks, embedding = (str(_weights() / name) for name in _WEIGHTS)
        import dlib

        self._find = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(landmarks)
        self._model = dlib.face_recognition_model_v1(embedding)
        self._known: OrderedDict[bytes, list[Embedding]] = OrderedDict()

    def distance(self, picture: NDArray[np.uint8], references: Sequence[Path]) -> float | None:
        """See FaceJudge.distance. None also when no still shows a face. Raises MediaError for a still that cannot be read."""
        faces = self._faces(picture)
        people = [found[0] for path in references if (found := self._faces(_still(path)))] if faces else []
        far = [float(np.linalg.norm(face - person)) for face in faces for person in people]
        return round(min(far), 4) if far else None

    def _faces(self, picture: NDArray[np.uint8]) -> list[Embedding]:
        """Embeddings of the faces in a picture, the largest first."""
        pixels = np.ascontiguousarray(picture)
        name = hashlib.blake2b(pixels.data, digest_size=16, salt=str(pixels.shape[1]).encode()).digest()
        found = self._known.pop(name, None)
        if found is None:
            found = [
                np.array(self._model.compute_face_descriptor(pixels, self._landmarks(pixels, box)))
                for box in sorted(self._find(pixels, 0), key=_order)
            ]
        self._known[name] = found
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found


def _order(box: Any) -> tuple[int, int, int]:
    return -box.area(), box.left(), box.top()


def _still(path: Path) -> NDArray[np.uint8]:
    """A still on white, RGB, no larger than it needs to be."""
    pixels = load_still(path)
    rgb = pixels[..., :3] + (255 - pixels[..., 3:])
    step = -(-max(rgb.shape[:2]) // _LARGEST)
    if step > 1:  # the mean of each square: nothing is invented
        high, wide = (side // step * step for side in rgb.shape[:2])
        squares = rgb[:high, :wide].reshape(high // step, step, wide // step, step, 3)
        rgb = squares.mean(axis=(1, 3)).round().astype(np.uint8)
    return np.ascontiguousarray(rgb)


def _weights() -> Path:
    """Where the weights lie. The package is found and not imported: what it imports itself is not everywhere any more."""
    found = importlib.util.find_spec("face_recognition_models")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place) / "models"
        if all((folder / name).is_file() for name in _WEIGHTS):
            return folder
    raise MissingPartError(
        "the weights that recognise faces are not there", where="callsheet[faces]", remedy="Install callsheet[faces]."
    )
