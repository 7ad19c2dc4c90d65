"""Flat tables: one number per column and example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Additive, ArraySpec, Moments, Representation, RepresentationSpec
from hepml.representations.groups import checked_groups
from hepml.representations.ragged import flat_column, record
from hepml.representations.table_columns import Column, TableOptions
from hepml.representations.table_moments import add_moments
from hepml.representations.table_values import combine_values_of, encode_values


class Table(Representation, Additive):
    """A table of flat columns; what is missing becomes NaN.

    Input columns are flat, one number (or truth value) per example, in the unit that the column states.  Each is stored
    under its own name as float32.  Where `missing` is declared, the sentinel, NaN and None all become NaN; where it is
    not, NaN must have been refused before.  A value of a column with `categories` becomes its place in that list, so
    that the codes are 0 to k − 1 whatever numbers the input uses.

    Examples
    --------
    >>> table = Table.of({"pt": "GeV", "mass": "GeV"}, missing=-999)
    >>> table.decode(table.encode(ak.Array({"pt": [250.0, 300.0], "mass": [80.4, -999.0]})))[""].tolist()
    [[250.0, 80.4000015258789], [300.0, nan]]
    >>> leptons = Table.of([Column(name="lepton", categories=[11, 13, 15])])
    >>> leptons.decode(leptons.encode(ak.Array({"lepton": [13, 11]})))[""].tolist()
    [[1.0], [0.0]]
    """

    Options = TableOptions

    def __init__(self, options: TableOptions) -> None:
        self.options = options

    @classmethod
    def of(
        cls, columns: Iterable[Column] | Mapping[str, str], *, missing: float | Literal["nan"] | None = None
    ) -> Table:
        """Return the table of these columns.

        Parameters
        ----------
        columns : iterable of Column, or mapping of str to str
            Columns in full, or name → unit for continuous ones.
        missing : float or "nan", optional
            The `missing` of every column given as name → unit.
        """
        if isinstance(columns, Mapping):
            columns = [Column(name=name, unit=unit, missing=missing) for name, unit in columns.items()]
        return cls(TableOptions(columns=tuple(columns)))

    @property
    def spec(self) -> RepresentationSpec:
        """What rebuilds this representation."""
        return RepresentationSpec("table", self.options.model_dump(mode="json"))

    @property
    def columns(self) -> Mapping[str, str]:
        """Flat input columns → unit."""
        return {column.name: column.unit for column in self.options.columns}

    @property
    def missing_allowed(self) -> frozenset[str]:
        """The columns that declare `missing`."""
        return frozenset(column.name for column in self.options.columns if column.missing is not None)

    @property
    def arrays(self) -> Mapping[str, ArraySpec]:
        """One array, shape (n_columns,), NaN where missing; moments are kept per column, of codes too."""
        columns = self.options.columns
        shape = (len(columns),)
        categories = tuple(len(column.categories) for column in columns)
        may_miss = tuple(column.missing is not None for column in columns)
        return {
            "": ArraySpec(
                shape,
                role="table",
                features=tuple(f"{column.name} [{column.unit}]" for column in columns),
                moments_shape=shape,
                categories=categories if any(categories) else (),
                may_miss=may_miss if any(may_miss) else (),
            )
        }

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn flat columns, one row per example, into flat columns of float32.

        Raises
        ------
        ShapeError
            A column is absent or not flat, or a value is beyond float32, not whole where the kind says so, or none of
            the categories.
        """
        return record(
            {column.name: encode_values(column, columns) for column in self.options.columns}, n_rows=len(columns)
        )

    def decode(self, stored: ak.Array) -> dict[str, NDArray[Any]]:
        """Turn stored columns into one C-contiguous float32 array of shape (n_rows, n_columns)."""
        dense = np.empty((len(stored), len(self.options.columns)), dtype=np.float32)
        for index, column in enumerate(self.options.columns):
            dense[:, index] = flat_column(stored, column.name, fill=np.nan)
        return {"": dense}

    def moments(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> dict[str, Moments]:
        """Return the moments of every column in each group; missing values do not count."""
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        sums = np.zeros((3, n_groups, len(self.options.columns)))
        add_moments(self.decode(stored)[""], group, sums)
        return {"": Moments(sums[0], sums[1], sums[2])}

    def combine(self, stored: ak.Array, group: NDArray[np.int64], *, n_groups: int) -> ak.Array:
        """Return one row per group, each column by its own rule; what is missing in a part is missing in the whole.

        Raises
        ------
        ShapeError
            A column that must be the same differs, or a sum is beyond what float32 holds exactly.
        """
        group = checked_groups(group, n_rows=len(stored), n_groups=n_groups)
        columns = {
            column.name: combine_values_of(column, flat_column(stored, column.name), group, n_groups=n_groups)
            for column in self.options.columns
        }
        return record(columns, n_rows=n_groups)
