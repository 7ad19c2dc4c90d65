"""What a user declares about sequences: the features of an item, their order, and how many are kept."""

from __future__ import annotations

import math
from typing import Any, Literal, Self

import pydantic

from hepml.options import Options

TRANSFORMS_COLUMN = "transforms"
"""The stored column that says how features are changed: no feature has this name."""

ColumnName = pydantic.Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)


class ItemFeature(Options):
    """One feature of an item; in options, its name alone is enough.

    Examples
    --------
    >>> ItemFeature(name="d0_error", unit="mm", missing=-1).missing
    (-1.0,)
    """

    name: str = ColumnName
    unit: str = pydantic.Field("1", description="Of the values as given: 'GeV', 'rad', '1'")
    transform: Literal["none", "log", "signed_log"] = pydantic.Field(
        "none", description="ln x, of what is above 0; or sign(x) · ln(1 + |x| / scale)"
    )
    scale: float = pydantic.Field(
        1.0, gt=0, allow_inf_nan=False, description="Where the signed logarithm begins to bend, in `unit`"
    )
    missing: tuple[float | Literal["nan"], ...] = pydantic.Field(
        (), description="Sentinels of undefined values (-1, or a list), or 'nan'; NaN is then missing as well"
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _short_form(cls, values: Any) -> Any:
        return {"name": values} if isinstance(values, str) else values

    @pydantic.field_validator("missing", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        if value is None:
            return ()
        return tuple(value) if isinstance(value, list | tuple) else (value,)

    @pydantic.model_validator(mode="after")
    def _fits(self) -> Self:
        if self.name == TRANSFORMS_COLUMN:
            msg = f"a feature cannot be called {self.name!r}, which a stored column is: give it another name"
            raise ValueError(msg)
        if any(not math.isfinite(value) for value in self.sentinels):
            msg = "sentinels must be finite: write 'nan' where NaN itself means missing"
            raise ValueError(msg)
        if self.scale != 1.0 and self.transform != "signed_log":
            msg = f"scale is {self.scale:g} and transform {self.transform!r}: it belongs to signed_log alone"
            raise ValueError(msg)
        return self

    @property
    def sentinels(self) -> tuple[float, ...]:
        """The numbers that mean missing."""
        return tuple(value for value in self.missing if not isinstance(value, str))


class Order(Options):
    """The order of items; in options, the name of the column alone is enough."""

    by: str = ColumnName
    descending: bool = pydantic.Field(True, description="The largest first; what has no value comes last either way")
    absolute: bool = pydantic.Field(False, description="By the size of the value, whatever its sign")

    @pydantic.model_validator(mode="before")
    @classmethod
    def _short_form(cls, values: Any) -> Any:
        return {"by": values} if isinstance(values, str) else values


class SequenceOptions(Options):
    """Features, order and length of sequences; the steps are taken in the order of the fields."""

    features: tuple[ItemFeature, ...] = pydantic.Field(min_length=1)
    not_finite: Literal["refuse", "missing", "drop_item"] = pydantic.Field(
        "refuse",
        description="What to do about an undeclared NaN, an infinity and what has no logarithm: the value becomes "
        "missing, or its item is left out",
    )
    order: Order | None = pydantic.Field(None, description="By any column, a feature or not; default: as given")
    length: int = pydantic.Field(gt=0, le=10_000, description="Items that are kept, the first ones")

    @pydantic.model_validator(mode="after")
    def _each_name_once(self) -> Self:
        names = [feature.name for feature in self.features]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            msg = f"features {repeated} are listed twice: name each once"
            raise ValueError(msg)
        return self

    @property
    def column_names(self) -> tuple[str, ...]:
        """The features, and the column that orders them where it is none of these."""
        names = tuple(feature.name for feature in self.features)
        return names if self.order is None or self.order.by in names else (*names, self.order.by)
