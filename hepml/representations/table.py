"""Flat tables: one number per column and example."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

import awkward as ak
import numpy as np
import pydantic
from numpy.typing import NDArray

from hepml.contracts import Additive, ArraySpec, CombineRule, Moments, Representation, RepresentationSpec
from hepml.errors import ShapeError
from hepml.options import Options
from hepml.representations.groups import checked_groups
from hepml.representations.parts import combine_values, differing_groups
from hepml.representations.ragged import flat_column, record
from hepml.representations.table_moments import add_moments

LARGEST_EXACT_INTEGER = 2**24
"""Whole numbers up to here are exact in float32."""


class Column(Options):
    """One column of a table."""

    name: str = pydantic.Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)
    unit: str = pydantic.Field("1", description="Of the values as given: 'GeV', 'rad', '1'")
    kind: Literal["continuous", "integer", "categorical"] = "continuous"
    missing: float | Literal["nan"] | None = pydantic.Field(
        None, description="The sentinel of undefined values (-999), or 'nan'; NaN is then missing as well, not an error"
    )
    combine: CombineRule = pydantic.Field(
        "same", description="How the parts of an example become one (Examples.partial); only integers can be summed"
    )

    @pydantic.field_validator("missing")
    @classmethod
    def _finite(cls, value: float | str | None) -> float | str | None:
        if isinstance(value, float) and not math.isfinite(value):
            msg = "the sentinel must be finite: write 'nan' where NaN itself means missing"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _sums_are_exact(self) -> Self:
        if self.combine == "sum" and self.kind != "integer":
            msg = f"combine is 'sum' and kind {self.kind!r}: only sums of integers do not depend on how parts are cut"
            raise ValueError(msg)
        return self


class TableOptions(Options):
    """The columns of a table, in order."""

    columns: tuple[Column, ...] = pydantic.Field(min_length=1)

    @pydantic.model_validator(mode="after")
    def _each_name_once(self) -> Self:
        names = [column.name for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            msg = f"columns {repeated} are listed twice: name each once"
            raise ValueError(msg)
        return self


class Table(Representation, Additive):
    """A table of flat columns; what is missing becomes NaN.

    Input columns are flat, one number (or truth value) per example, in the unit that the column states.  Each is stored
    under its own name as float32.  Where `missing` is declared, the sentinel, NaN and None all become NaN; where it is
    not, NaN must have been refused before.

    Examples
    --------
    >>> table = Table.of({"pt": "GeV", "mass": "GeV"}, missing=-999)
    >>> table.decode(table.encode(ak.Array({"pt": [250.0, 300.0], "mass": [80.4, -999.0]})))[""].tolist()
    [[250.0, 80.4000015258789], [300.0, nan]]
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
        """One array, shape (n_columns,), NaN where missing; moments are kept per column."""
        shape = (len(self.options.columns),)
        features = tuple(f"{column.name} [{column.unit}]" for column in self.options.columns)
        return {"": ArraySpec(shape, role="table", features=features, moments_shape=shape)}

    def encode(self, columns: ak.Array) -> ak.Array:
        """Turn flat columns, one row per example, into flat columns of float32.

        Raises
        ------
        ShapeError
            A column is absent or not flat, beyond float32, or not whole where its kind says so.
        """
        return record({column.name: _encode(column, columns) for column in self.options.columns}, n_rows=len(columns))

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
            column.name: _combine(column, flat_column(stored, column.name), group, n_groups)
            for column in self.options.columns
        }
        return record(columns, n_rows=n_groups)


def _combine(column: Column, values: NDArray[Any], group: NDArray[np.int64], n_groups: int) -> NDArray[np.float32]:
    if column.combine == "same" and len(differing_groups(values, group, n_groups=n_groups)):
        msg = f"column {column.name!r} differs between parts of one example: make it the same, or set its `combine`"
        raise ShapeError(msg)
    whole = combine_values(values.astype(np.float64), group, n_groups=n_groups, rule=column.combine)
    if column.combine == "sum" and (np.abs(whole) > LARGEST_EXACT_INTEGER).any():
        msg = (
            f"column {column.name!r} sums to {whole[np.nanargmax(np.abs(whole))]:.0f}: must be at most "
            f"{LARGEST_EXACT_INTEGER} in size; else count in larger units"
        )
        raise ShapeError(msg)
    return whole.astype(np.float32)


def _encode(column: Column, columns: ak.Array) -> NDArray[np.float32]:
    given = flat_column(columns, column.name, fill=None if column.missing is None else np.nan)
    with np.errstate(over="ignore"):
        values = given.astype(np.float32)
    if column.missing is not None and column.missing != "nan":
        # Compared as float32 on both sides: a float64 sentinel like −999.9 has no exact float32.
        values[values == np.float32(column.missing)] = np.nan
    beyond = np.isinf(values) & np.isfinite(given)
    if beyond.any():
        msg = f"column {column.name!r} holds {given[beyond][0]:g}, beyond float32: give it in a larger unit"
        raise ShapeError(msg)
    if column.kind != "continuous":
        _require_whole(column, values)
    return values


def _require_whole(column: Column, values: NDArray[np.float32]) -> None:
    present = values[np.isfinite(values)]
    wrong = present[(present != np.rint(present)) | (np.abs(present) > LARGEST_EXACT_INTEGER)]
    if len(wrong):
        msg = (
            f"column {column.name!r} is declared {column.kind} but holds {wrong[0]:g}: must be whole and at most "
            f"{LARGEST_EXACT_INTEGER} in size; else declare it continuous"
        )
        raise ShapeError(msg)
