"""The truth about bad lumisections, read for the evaluation alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import uproot
from numpy.typing import NDArray

from hepml.errors import InputError, nearest
from hepml.evaluation.map_sample import UNKNOWN
from hepml.io.root import inspect_file, reading_errors
from hepml.recipe import Faults

_EDGES = ("first_row", "end_row", "first_column", "end_column")


@dataclass(frozen=True)
class FaultTruth:
    """Kinds and cells of faults by run and lumisection; `row` is where a lumisection is in `columns`."""

    row: Mapping[tuple[int, int], int]
    columns: Mapping[str, NDArray[Any]]

    def kind(self, name: str, run: NDArray[np.int64], lumi: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the kind of fault of each lumisection; `UNKNOWN` where the truth has none."""
        rows = self._rows(run, lumi)
        found = self.columns[f"{name}_fault"][rows].astype(np.int64)
        return np.where(rows < 0, UNKNOWN, found)

    def cells(
        self, name: str, run: NDArray[np.int64], lumi: NDArray[np.int64], shape: tuple[int, int]
    ) -> NDArray[np.bool_]:
        """Return the cells with the fault, shape (n, rows, columns)."""
        rows = self._rows(run, lumi)
        top, bottom, left, right = (self.columns[f"{name}_{edge}"][rows][:, None] for edge in _EDGES)
        row, column = np.arange(shape[0])[None], np.arange(shape[1])[None]
        inside = ((row >= top) & (row < bottom))[:, :, None] & ((column >= left) & (column < right))[:, None, :]
        return np.asarray(inside & (self.kind(name, run, lumi) > 0)[:, None, None])

    def _rows(self, run: NDArray[np.int64], lumi: NDArray[np.int64]) -> NDArray[np.int64]:
        keys = zip(run.tolist(), lumi.tolist(), strict=True)
        return np.array([self.row.get(key, -1) for key in keys], np.int64)


def read_fault_truth(faults: Faults, maps: list[str]) -> FaultTruth:
    """Read the truth about these maps.

    Raises
    ------
    InputError
        The file, the tree or a branch is missing, or a lumisection comes twice.
    """
    known = inspect_file(faults.file, faults.tree).branches
    names = ["run", "lumi", *(f"{name}_{part}" for name in maps for part in ("fault", *_EDGES))]
    for name in names:
        if name not in known:
            msg = f"{faults.file}, tree {faults.tree!r}: lacks the branch {name!r}: {nearest(name, known)}"
            raise InputError(msg)
    with reading_errors(faults.file, faults.tree), uproot.open({faults.file: faults.tree}) as tree:
        columns = tree.arrays(names, library="np")
    keys = list(zip(columns["run"].tolist(), columns["lumi"].tolist(), strict=True))
    rows = {key: index for index, key in enumerate(keys)}
    if len(rows) < len(keys):
        msg = f"{faults.file}, tree {faults.tree!r}: has {len(keys) - len(rows)} lumisections twice: give each once"
        raise InputError(msg)
    return FaultTruth(rows, columns)
