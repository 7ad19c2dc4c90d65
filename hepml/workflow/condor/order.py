"""What the jobs of a submission do: the work of ``process`` or of ``predict``, in the same words on both sides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from hepml.contracts import Manifest
from hepml.inference import Friend
from hepml.processing import Plan, Sink
from hepml.recipe import Process
from hepml.workflow.progress import Progress

Result = Manifest | list[Friend]
"""What `collect` makes: a dataset, or friend trees."""


class Order(ABC):
    """The work of one verb.  Whoever submits makes one of what the user says, each job one of what is shipped to it."""

    kind: Literal["dataset", "friends"]
    """Of the output folder: ``"dataset"`` or ``"friends"``."""

    @property
    @abstractmethod
    def name(self) -> str:
        """A name for people."""

    @property
    @abstractmethod
    def made_by(self) -> str:
        """Hash of all that the results depend on, but for the files: a job with another one would spoil them."""

    @property
    @abstractmethod
    def how(self) -> Process:
        """How files are read."""

    @property
    @abstractmethod
    def processor(self) -> tuple[type[Any], Any]:
        """The coffea processor class and its options."""

    @property
    @abstractmethod
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, in order."""

    @abstractmethod
    def files(self) -> list[tuple[str, str, str]]:
        """Return input, path and tree of each file, none of them opened."""

    @abstractmethod
    def plan(self, *, trust_cache: bool) -> Plan:
        """Open the files, or take what is known of them, and return what is to be read.

        Raises
        ------
        HepmlError
            A file cannot be read, or another is of another type.
        """

    @abstractmethod
    def sink(self, folder: Path) -> Sink:
        """Return where the examples of chunks go, below the output's folder or a job's."""

    @abstractmethod
    def claim(self, output: str | Path) -> Path:
        """Return the output's folder, ready to be written.

        Raises
        ------
        OutputError
            It holds something else, or cannot be written.
        """

    @abstractmethod
    def begin(self, folder: Path, plan: Plan | None) -> Result | None:
        """Make the claimed folder ready to take results; return what is there if it is complete.

        Raises
        ------
        DatasetError
            It holds what something else has made.
        """

    @abstractmethod
    def finish(self, folder: Path, plan: Plan, progress: Progress) -> Result:
        """Make one whole of the results of all chunks.

        Raises
        ------
        HepmlError
            As ``process`` or ``predict``.
        """

    @abstractmethod
    def ship(self, folder: Path) -> tuple[str, ...]:
        """Copy what jobs need into a folder, and return the names of these files and folders.

        Raises
        ------
        OutputError
            Something cannot be copied.
        """

    @abstractmethod
    def values(self) -> Mapping[str, Any]:
        """Return all of it as plain JSON, from which the jobs, with what was shipped, make it again."""
