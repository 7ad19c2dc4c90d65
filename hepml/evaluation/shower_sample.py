"""Showers of one origin, as they are compared: full simulation, or a generator under the same conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError

FULL_SIMULATION = "full simulation"
"""Name in place of a run's: of the truth, and of the floor, where truth is judged as if it were generated."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ShowerSample:
    """n showers of one origin.

    Attributes
    ----------
    name : str
        Of the run, or `FULL_SIMULATION`.
    energy_gev, weight : array of float, shape (n,)
        True energy, above 0, and signed weight.
    kind : array of int, shape (n,)
        Particle.
    shapes : mapping of str to array of float, shape (n,)
        Shape variables, among them ``total_energy_gev``.
    cells : array of float32, shape (n, n_cells)
        Energy of all cells over the true energy, layer by layer.
    sizes : tuple of (int, int)
        Rows and columns of each layer.
    member : str, optional
        Which member of the run made them.
    """

    name: str
    energy_gev: Floats
    weight: Floats
    kind: NDArray[np.int64]
    shapes: Mapping[str, Floats]
    cells: NDArray[np.float32]
    sizes: tuple[tuple[int, int], ...]
    member: str | None = None

    def __post_init__(self) -> None:
        rows = {
            **{name: len(getattr(self, name)) for name in ("energy_gev", "weight", "kind", "cells")},
            **{name: len(values) for name, values in self.shapes.items()},
        }
        n_cells = sum(a * b for a, b in self.sizes)
        if len(set(rows.values())) > 1 or self.cells.shape[1:] != (n_cells,):
            msg = f"{self.name}: showers with {n_cells} cells have {self.cells.shape} cells, and rows {rows}: give each"
            raise ShapeError(msg)

    @property
    def n(self) -> int:
        """Number of showers."""
        return len(self.energy_gev)

    @property
    def table(self) -> Floats:
        """Shape variables as columns, shape (n, d)."""
        return np.column_stack(list(self.shapes.values()))

    def select(self, rows: NDArray[Any]) -> ShowerSample:
        """Return some of the showers."""
        columns = {each.name: getattr(self, each.name)[rows] for each in fields(self) if each.name in _PER_SHOWER}
        return replace(self, shapes={name: values[rows] for name, values in self.shapes.items()}, **columns)

    def layers(self, cells: NDArray[Any]) -> list[NDArray[Any]]:
        """Return numbers of cells, shape (…, n_cells), layer by layer, each shape (…, rows, columns)."""
        ends = np.cumsum([a * b for a, b in self.sizes])[:-1]
        return [
            part.reshape(*cells.shape[:-1], *size)
            for part, size in zip(np.split(cells, ends, axis=-1), self.sizes, strict=True)
        ]


_PER_SHOWER = frozenset({"energy_gev", "weight", "kind", "cells"})
