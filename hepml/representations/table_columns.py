"""The columns of a table: what a user declares about each."""

from __future__ import annotations

import math
from typing import Any, Literal, Self

import pydantic

from hepml.contracts import CombineRule
from hepml.options import Options


class Column(Options):
    """One column of a table; in options, its name alone is enough.

    Examples
    --------
    >>> Column(name="mass", unit="GeV", missing=-999).kind
    'continuous'
    >>> Column(name="lepton", categories=[11, 13, 15]).kind
    'categorical'
    """

    name: str = pydantic.Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)
    unit: str = pydantic.Field("1", description="Of the values as given: 'GeV', 'rad', '1'")
    kind: Literal["continuous", "integer", "categorical"] = pydantic.Field(
        "continuous", description="With `categories` always categorical; integer and categorical values must be whole"
    )
    categories: tuple[int, ...] = pydantic.Field(
        (), description="All values as they are in the input, in any order: [11, 13, 15]; a number k for 0 to k − 1"
    )
    missing: float | Literal["nan"] | None = pydantic.Field(
        None, description="The sentinel of undefined values (-999), or 'nan'; NaN is then missing as well, not an error"
    )
    combine: CombineRule = pydantic.Field(
        "same", description="How the parts of an example become one (Examples.partial); only integers can be summed"
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _short_forms(cls, values: Any) -> Any:
        if isinstance(values, str):
            return {"name": values}
        if isinstance(values, dict) and values.get("categories"):
            return {"kind": "categorical", **values}
        return values

    @pydantic.field_validator("categories", mode="before")
    @classmethod
    def _number_of_categories(cls, value: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return value
        if value < 2:
            msg = "a column has two categories or more: give their number k for 0 to k − 1, or list their values"
            raise ValueError(msg)
        return range(value)

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

    @pydantic.model_validator(mode="after")
    def _categories_fit(self) -> Self:
        if not self.categories:
            return self
        if self.kind != "categorical":
            msg = f"kind is {self.kind!r} but categories are listed: leave one of them out"
            raise ValueError(msg)
        if len(set(self.categories)) < max(len(self.categories), 2):
            msg = f"categories are {list(self.categories)}: list two or more different values"
            raise ValueError(msg)
        if self.missing in self.categories:
            msg = f"{self.missing:g} is both missing and a category: leave it out of one of them"
            raise ValueError(msg)
        if self.combine != "same":
            msg = f"combine is {self.combine!r}, but categories have no order: parts must have the same one"
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
