"""One planned piece of one input file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Chunk:
    """Entries `start` to `stop` (exclusive) of one tree of one file, read for one input of the recipe.

    Attributes
    ----------
    input : str
        Name of the recipe's input (coffea's dataset).
    path : str
        Path or URL of the ROOT file.
    tree : str
        Name of the tree inside it.
    uuid : str
        The file's own UUID.
    start, stop : int
        Entry range, half open.
    """

    input: str
    path: str
    tree: str
    uuid: str
    start: int
    stop: int

    @property
    def name(self) -> str:
        """Path stem of everything that is written for this chunk: ``<input>/<uuid>_<start>-<stop>``."""
        return f"{self.input}/{self.uuid}_{self.start}-{self.stop}"

    @property
    def n_entries(self) -> int:
        """Number of entries."""
        return self.stop - self.start
