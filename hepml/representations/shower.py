"""Showers in a calorimeter: cells of all layers, normalised, beside the energies that they are normalised by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Moments, RepresentationSpec, Reversible
from hepml.errors import ShapeError
from hepml.representations.groups import checked_groups
from hepml.representations.ragged import list_column, record
from hepml.representations.shower_arrays import ENERGIES, cell_shapes, shower_arrays
from hepml.representations.shower_cells import fill_cells
from hepml.representations.shower_dense import (
    cells_in_gev,
    cells_over,
    dense_cells,
    energies_of,
    sparse_columns,
)
from hepml.representations.shower_given import CELL_UNITS, TRUE_ENERGY, given_cells, given_true_energy
from hepml.representations.shower_options import ShowerOptions
from hepml.representations.shower_stored import cell_type, normalised_cells, scale_code
from hepml.representations.sparse_pixels import add_pixel_moments
from hepml.representations.table_moments import add_moments


class Shower(Reversible):
    """The cells of a calorimeter (arXiv:1712.10321).

    Input columns are jagged, one list of cells per shower: ``layer``, ``row``, ``column`` (from 0 on) and ``energy``
    (GeV); and flat ``true_energy`` (GeV), that of the particle, above 0.  Several entries of a cell are summed.

    Stored columns are what was given, sparse: lists ``cell`` (number over all layers, by layer, row and column) and
    ``energy`` (float32, GeV), flat ``true_energy``, ``n_outside`` and ``outside_energy`` of cells in no layer,
    ``n_left_out`` of bad ones, and ``scale``, a code of `normalise`, so that datasets that differ in it alone are told
    apart.  The batch has

    - ``layer0``, ``layer1``, …: (rows, columns, 1) each; with a `grid` ``cells``: (layers, rows, columns, 1): energies
      divided as `normalise` says, so that what a generator learns is of one size at all energies;
    - ``energies``: a table in GeV: ``true_energy``, the condition; ``total_energy`` and ``layer0_energy``, …, what is
      in the cells: targets, and what turns normalised cells back.

    `in_gev`, `batch_of` and `columns_of` are the ways between, for showers that a model has made.

    Examples
    --------
    >>> shower = Shower(ShowerOptions(layers=[(1, 2), (1, 1)]))
    >>> cells = {"layer": [[0, 1]], "row": [[0, 0]], "column": [[1, 0]], "energy": [[6.0, 2.0]], "true_energy": [10.0]}
    >>> batch = shower.decode(shower.encode(ak.Array(cells)))
    >>> batch["layer0"].round(3).tolist(), batch["energies"].tolist()
    ([[[[0.0], [0.6000000238418579]]]], [[10.0, 8.0, 6.0, 2.0]])
    >>> ak.to_list(shower.columns_of(batch).energy)
    [[6.0, 2.0]]
    """

    Options = ShowerOptions

    def __init__(self, options: ShowerOptions) -> None:
        self.options = options

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("shower", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Input columns → unit: those of cells jagged, the true energy flat."""
        return {**CELL_UNITS, TRUE_ENERGY: "GeV"}

    @property
    def missing_allowed(self) -> frozenset[str]:
        """Energies of cells, where bad ones are left out; else none."""
        return frozenset({"energy"} if self.options.bad_cells == "leave_out" else ())

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """Cells, with moments for each, and the table of energies."""
        return shower_arrays(self.options)

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn jagged cells, one row per shower, into sparse showers.

        Raises
        ------
        ShapeError
            A column is absent or of another form, an energy is bad where that is refused, or a true energy is not
            above 0.
        """
        true = given_true_energy(columns)
        offsets, number, energy = given_cells(columns, self.options)
        kept, cell, value, counts, outside = fill_cells(offsets, number, energy, self.options.n_cells)
        return record(
            {
                "cell": list_column(kept, cell.astype(cell_type(self.options))),
                "energy": list_column(kept, value),
                TRUE_ENERGY: true,
                "n_outside": counts[:, 0].copy(),
                "outside_energy": outside.astype(np.float32),
                "n_left_out": counts[:, 1].copy(),
                "scale": np.full(len(columns), scale_code(self.options), np.uint8),
            },
            n_rows=len(columns),
        )

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn sparse showers into normalised cells and the table of energies, float32."""
        offsets, cell, value, energies = normalised_cells(stored, self.options)
        return dense_cells(offsets, cell, value, self._shapes) | {ENERGIES: energies}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of every cell and energy in each group; empty cells count as zeros."""
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        offsets, cell, value, energies = normalised_cells(stored, self.options)
        sums = np.zeros((n_groups, self.options.n_cells, 1, 2))
        add_pixel_moments(offsets, cell, value[:, None], group, sums)
        rows = np.bincount(group, minlength=n_groups).astype(np.float64)
        found, begin = {}, 0
        for suffix, shape in self._shapes.items():
            part = sums[:, begin : (begin := begin + int(np.prod(shape)))]
            count = np.broadcast_to(rows.reshape(-1, *[1] * len(shape)), (n_groups, *shape))
            found[suffix] = Moments(count, *(part[..., power].reshape(n_groups, *shape) for power in (0, 1)))
        of_table = np.zeros((3, n_groups, energies.shape[1]))
        add_moments(energies, group, of_table)
        return found | {ENERGIES: Moments(*of_table)}

    def in_gev(self, dense: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return the cells of a batch in GeV, by suffix: what `decode` has divided, multiplied again.

        Equal to what was stored but for rounding in the last digit of a float32.

        Raises
        ------
        ShapeError
            An array is absent or has another shape.
        """
        energies = self._checked(dense)
        return cells_in_gev(dense, energies, self._shapes, self.options)

    def batch_of(self, cells: Mapping[str, NDArray[Any]], true_energy: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Return the batch, as `decode` does, of dense cells in GeV and the true energies: the inverse of `in_gev`.

        Raises
        ------
        ShapeError
            An array is absent or has another shape.
        """
        energies = energies_of(cells, true_energy, self.options)
        self._checked({**cells, ENERGIES: energies})
        return {**cells_over(cells, energies, self._shapes, self.options), ENERGIES: energies}

    def columns_of(self, dense: Mapping[str, NDArray[Any]], *, least_gev: float = 0.0) -> ak.Array:
        """Return the columns that `encode` takes from a batch that a model or `decode` has made.

        Parameters
        ----------
        dense : mapping of str to array
            Normalised cells, and the table ``energies`` by which they are normalised.
        least_gev : float
            Cells with this energy or less are empty; so are negative ones, which a model may make.

        Raises
        ------
        ShapeError
            An array is absent or has another shape.
        """
        cells = self.in_gev(dense)
        return sparse_columns(cells, self.options, dense[ENERGIES][:, 0], least_gev=least_gev)

    @property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return cell_shapes(self.options)

    def _checked(self, dense: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """Return the table of energies of a batch all of whose arrays fit."""
        for suffix, spec in self.arrays.items():
            shape = np.shape(dense.get(suffix, 0.0))
            if shape[1:] != spec.shape or shape[:1] != np.shape(dense.get(ENERGIES, 0.0))[:1]:
                msg = f"array {suffix!r} must have shape (n, {', '.join(map(str, spec.shape))}), found {shape}"
                raise ShapeError(msg)
        return np.asarray(dense[ENERGIES], dtype=np.float32)
