"""Shots that are made from other shots: planned after them, shot from their take, shot again when it changes, and cut where the new begins."""

from pathlib import Path

import numpy as np
import pytest

from callsheet import Studio
from callsheet.errors import NotFoundError
from callsheet.media.decode import still_frame

BOARD = """\
title: Street
deliverables:
  - preset: preview-16x9
episodes:
  - sequences:
      - code: SQ010
        shots:
          - code: SH010
            action: A lamp on a table.
            duration: 8
          - code: SH020
            action: A street at night.
            duration: 8
            footage: {shot: SH010, work: WORK}
"""


def written(folder: Path, work: str) -> Studio:
    folder.mkdir()
    (folder / "production.yaml").write_text(BOARD.replace("WORK", work))
    return Studio(folder)


def test_an_extension_is_drawn_from_the_take_before_and_again_when_that_changes(tmp_path: Path) -> None:
    studio = written(tmp_path / "street", "extend")
    studio.shoot()
    first, pick = studio.takes("SH020")
    assert (len(first), pick) == (1, 1)
    source = studio.takes("SH010")[0][0].clips[0].sha256
    assert [(r.role, r.sha256) for r in first[0].recipe.order.references] == [("extend:16:9", source)]
    with studio._store() as store:
        end = still_frame(store.blobs.path(source), -1).astype(int)
        begin = still_frame(store.blobs.path(first[0].clips[0].sha256), 0).astype(int)
    assert np.abs(end - begin).mean() < 6, "it goes on where the other ends"
    assert studio.shoot().reused == 2
    board = tmp_path / "street" / "production.yaml"
    board.write_text(board.read_text().replace("A lamp on a table", "A boat on a lake"))
    studio.shoot()
    assert len(studio.takes("SH020")[0]) == 2


def test_work_that_nobody_here_does_is_refused_with_the_reason(tmp_path: Path) -> None:
    studio = written(tmp_path / "street", "restyle")
    with pytest.raises(NotFoundError, match="restyles no footage"):
        studio.bid()
