"""What `check` says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepml.contracts import CutFlow


@dataclass(frozen=True)
class InputCheck:
    """One input, after one chunk of its first file.

    Attributes
    ----------
    name, label : str
        As in the recipe.
    n_files : int
        Files that its patterns match.
    first_file : str
        The one that was opened.
    n_entries : int
        Of the first file.
    n_checked, n_rows : int
        Entries that were read, and examples made of them.
    cutflow : CutFlow
        Of these entries.
    dropped : mapping of str to int
        Examples with NaN or inf that are left out, by column.
    branches : tuple of str
        What is read.
    estimated_entries, estimated_rows : int
        Of all files, taking them to be like the first, by size.
    estimated_bytes : int
        On disk.
    estimated_seconds : float
        On one core.
    """

    name: str
    label: str | None
    n_files: int
    first_file: str
    n_entries: int
    n_checked: int
    n_rows: int
    cutflow: CutFlow
    dropped: Mapping[str, int]
    branches: tuple[str, ...]
    estimated_entries: int
    estimated_rows: int
    estimated_bytes: int
    estimated_seconds: float


@dataclass(frozen=True)
class CheckReport:
    """What `process` would make of a recipe.

    Attributes
    ----------
    inputs : tuple of InputCheck
        One by one.
    classes : tuple of str
        In label order.
    arrays : mapping of str to tuple of int
        Shapes of the dense arrays of a batch, by input of the processor and suffix.
    spectators, keys : tuple of str
        Names.
    stored_bytes_per_row, dense_bytes_per_row : float
        On disk, and in a batch.
    worker_memory_bytes : int
        Of one worker with the recipe's chunk size, roughly.
    """

    inputs: tuple[InputCheck, ...]
    classes: tuple[str, ...]
    arrays: Mapping[str, tuple[int, ...]]
    spectators: tuple[str, ...]
    keys: tuple[str, ...]
    stored_bytes_per_row: float
    dense_bytes_per_row: float
    worker_memory_bytes: int
