"""A film that was begun in its folder goes on at a server: nothing is shot again, the masters have the same bytes, and changes made there count."""

from collections.abc import Callable
from pathlib import Path

import pytest
from barcode import Barcode

from callsheet.errors import ConflictError
from callsheet.studio import Studio

BOARD = """\
title: Two shots
rate: 24
deliverables: [{preset: preview-16x9}]
episodes:
  - sequences:
      - code: SQ010
        shots:
          - {code: SH010, action: Mountains at dawn., duration: 24}
          - {code: SH020, action: A lake at dusk., duration: 24}
"""


def test_made_in_the_folder_moved_and_made_at_the_server(tmp_path: Path, on_server: Callable[[], None]) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "production.yaml").write_text(BOARD, "utf-8")
    studio = Studio(folder, [Barcode()])
    here = studio.make()
    assert here.takes == {"made": 2, "reused": 0}

    on_server()
    with pytest.raises(ConflictError, match="move"):
        studio.make()
    studio.move()
    there = studio.make()
    assert there.takes == {"made": 0, "reused": 2}
    assert there.segments["made"] == 0
    assert [d["sha256"] for d in there.deliverables] == [d["sha256"] for d in here.deliverables]

    board = folder / "production.yaml"
    board.write_text(board.read_text("utf-8").replace("A lake at dusk.", "A lake at noon."), "utf-8")
    changed = studio.make()
    assert changed.takes == {"made": 1, "reused": 1}
    assert studio.verify().balanced

    # Somebody else, on another machine, changes what only the server remembers: this machine must not believe its own stamp.
    studio.shoot(["SH020"], retake=True)
    assert studio.make().deliverables == changed.deliverables
    studio.pick("SH020", 3)
    assert studio.make().deliverables != changed.deliverables
