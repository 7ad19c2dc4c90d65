"""Occupancy: how often each cell of a detector was hit in a lumisection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Additive, ArraySpec, Moments, Representation, RepresentationSpec
from hepml.errors import ShapeError
from hepml.representations.groups import checked_groups
from hepml.representations.occupancy_counts import COUNTS, EXPOSURE, MOST_COUNT, given_counts, given_exposure
from hepml.representations.occupancy_options import OccupancyOptions
from hepml.representations.parts import combine_values, differing_groups
from hepml.representations.ragged import flat_column, list_column, ragged_columns, record
from hepml.representations.table_moments import add_moments


class Occupancy(Representation, Additive):
    """A map of counts, and what they grow with.

    Input columns are ``counts``, one map per example (nested lists, rows × columns, whole numbers), and with
    ``exposure="given"`` a flat ``exposure``, such as the luminosity: 0 or more, NaN where it is not known.  Finer maps
    are summed to the declared shape where that is exact.

    Stored columns are lists of the cells that were hit, ``cell`` (row × columns + column, increasing) and ``count``
    (uint32), and flat ``exposure`` (float32, NaN where there is none).  The batch has

    - ``counts``: (rows, columns, 1), float32; NaN in cells that are known to be dead;
    - ``exposure``: (1,); NaN where it is not known: then a map says only how its counts are shared.

    Maps of the parts of a lumisection can be added; their exposure must be the same: it is that of the lumisection.

    Examples
    --------
    >>> occupancy = Occupancy(OccupancyOptions(shape=(1, 3), known_dead=[(0, 1)]))
    >>> batch = occupancy.decode(occupancy.encode(ak.Array({"counts": [[[4, 0, 5]]], "exposure": [2.0]})))
    >>> batch["counts"][0, ..., 0].tolist(), batch["exposure"].tolist()
    ([[4.0, nan, 5.0]], [[2.0]])
    """

    Options = OccupancyOptions

    def __init__(self, options: OccupancyOptions) -> None:
        self.options = options

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("occupancy", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Input columns → unit."""
        return {COUNTS: "1"} | ({EXPOSURE: "1"} if self.options.exposure == "given" else {})

    @property
    def missing_allowed(self) -> frozenset[str]:
        """The exposure, where it is given."""
        return frozenset({EXPOSURE} if self.options.exposure == "given" else ())

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """The map of counts and the exposure; moments are of all live cells together."""
        axes = tuple((name, 0.0, float(n)) for name, n in zip(self.options.axes, self.options.shape, strict=True))
        counts = ArraySpec(
            (*self.options.shape, 1), features=("counts",), moments_shape=(1,), axes=axes, may_miss=(True,)
        )
        exposure = ArraySpec((1,), role="table", features=(EXPOSURE,), moments_shape=(1,), may_miss=(True,))
        return {COUNTS: counts, EXPOSURE: exposure}

    @property
    def known_dead(self) -> NDArray[np.bool_]:
        """Which cells are known to be dead, shape (rows, columns)."""
        dead = np.zeros(self.options.shape, np.bool_)
        for row, column in self.options.known_dead:
            dead[row, column] = True
        return dead

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn maps, one per row, into the cells that were hit.

        Raises
        ------
        ShapeError
            A column is absent or of another form, a count is no whole number from 0 on, an exposure is negative, or the
            maps have a binning that cannot be brought to the declared one exactly.
        """
        n = len(columns)
        counts = given_counts(columns, self.options.shape) if n else np.zeros((0, *self.options.shape), np.uint32)
        flat = counts.reshape(n, self.options.n_cells)
        rows, cell = np.nonzero(flat)
        return self._stored(rows, cell, flat[rows, cell], self._exposure(columns), n=n)

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn stored cells into dense maps and exposures, float32."""
        rows, cell, count = self._cells(stored)
        dense = np.zeros((len(stored), self.options.n_cells), np.float32)
        dense[rows, cell] = count
        dense[:, self.known_dead.ravel()] = np.nan
        exposure = flat_column(stored, EXPOSURE).astype(np.float32)
        return {COUNTS: dense.reshape(len(stored), *self.options.shape, 1), EXPOSURE: exposure[:, None]}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of all live cells, and of the exposures that are known, in each group."""
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        rows, cell, count = self._cells(stored)
        dead = self.known_dead.ravel()
        value = np.where(dead[cell], 0.0, count.astype(np.float64))
        n_cells = np.bincount(group, minlength=n_groups).astype(np.float64) * np.count_nonzero(~dead)
        sums = [
            np.bincount(group[rows], value**power, minlength=n_groups).astype(np.float64)[:, None] for power in (1, 2)
        ]
        of_exposure = np.zeros((3, n_groups, 1))
        add_moments(flat_column(stored, EXPOSURE).astype(np.float32)[:, None], group, of_exposure)
        return {COUNTS: Moments(n_cells[:, None], *sums), EXPOSURE: Moments(*of_exposure)}

    def combine(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> ak.Array:
        """Add the maps of the parts of each example.

        Raises
        ------
        ShapeError
            The exposures of its parts differ, or a sum is too large.
        """
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        exposure = flat_column(stored, EXPOSURE).astype(np.float32)
        wrong = differing_groups(exposure, group, n_groups=n_groups)
        if len(wrong):
            found = ", ".join(f"{value:g}" for value in np.unique(exposure[group == wrong[0]])[:3])
            msg = f"the parts of one map have exposures {found}: give all of them that of the whole lumisection"
            raise ShapeError(msg)
        rows, cell, count = self._cells(stored)
        place, index = np.unique(group[rows] * self.options.n_cells + cell, return_inverse=True)
        total = np.bincount(index, count.astype(np.float64), minlength=len(place))
        if total.size and total.max() > MOST_COUNT:
            msg = f"a cell of a map has {total.max():.0f} counts: at most {MOST_COUNT}"
            raise ShapeError(msg)
        whole = combine_values(exposure, group, n_groups=n_groups, rule="same")
        return self._stored(place // self.options.n_cells, place % self.options.n_cells, total, whole, n=n_groups)

    def _exposure(self, columns: ak.Array) -> NDArray[np.float32]:
        if self.options.exposure == "given":
            return given_exposure(columns)
        return np.full(len(columns), np.nan, np.float32)

    def _stored(
        self, rows: NDArray[Any], cell: NDArray[Any], count: NDArray[Any], exposure: NDArray[np.float32], *, n: int
    ) -> ak.Array:
        """Return stored columns from cells in the order of rows."""
        offsets = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int64)
        kind = np.uint16 if self.options.n_cells <= 2**16 else np.uint32
        cells = {
            "cell": list_column(offsets, cell.astype(kind)),
            "count": list_column(offsets, count.astype(np.uint32)),
        }
        return record({**cells, EXPOSURE: exposure}, n_rows=n)

    def _cells(self, stored: ak.Array) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
        """Return row, cell and count of everything that was hit."""
        offsets, lists = ragged_columns(stored, ["cell", "count"])
        inside = slice(offsets[0], offsets[-1])
        rows = np.repeat(np.arange(len(stored)), np.diff(offsets))
        return rows, lists["cell"][inside].astype(np.int64), lists["count"][inside]
