"""From a brief to a board: reading briefs, writing scripts, breaking them down into shots."""

from callsheet.script.brief import Brief
from callsheet.script.survival import Survival
from callsheet.script.writer import Draft, Rejected, Writer, treatments, write, writer_for, writer_names

__all__ = ["Brief", "Draft", "Rejected", "Survival", "Writer", "treatments", "write", "writer_for", "writer_names"]
