"""Where the examples of a chunk go: the interface between planning and executing, and what is made of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from hepml.contracts import Chunk, Examples


class Sink(ABC):
    """Takes the examples of each chunk; travels to worker processes, so it holds settings only.

    What it has taken lies on disk, complete or not at all: `execute` asks `finished` before a chunk is read, after a
    worker has died and when an interrupted command is run again.  `process` and `predict` differ in their sink alone.
    What a sink has taken elsewhere, as in a job on another machine, becomes this one's when its files are moved here.
    """

    @abstractmethod
    def finished(self, chunk: Chunk) -> bool:
        """Return whether nothing is left to do for `chunk`: written, or skipped where that is allowed."""

    @abstractmethod
    def write(self, chunk: Chunk, examples: Examples) -> int:
        """Store the examples of a chunk and return the number of rows stored; called in a worker process.

        Raises
        ------
        HepmlError
            The examples do not fit, or cannot be written.
        """

    @abstractmethod
    def skip(self, chunk: Chunk, reason: str) -> None:
        """Record that a chunk is left out because it cannot be read; called in the main process."""

    @abstractmethod
    def skipped(self, chunk: Chunk) -> bool:
        """Return whether a finished chunk was left out."""

    @abstractmethod
    def paths(self, chunk: Chunk) -> Sequence[Path]:
        """Return the files that a finished chunk may have; the last is the one that makes it finished."""

    @abstractmethod
    def verify(self, chunk: Chunk) -> None:
        """Check that what is stored of a finished chunk is undamaged and has all its entries.

        Raises
        ------
        DatasetError
            Names the file and what differs.
        """
