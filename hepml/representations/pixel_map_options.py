"""What a user declares about pixel maps: the detector's views, the window, the pooling and the scale of charge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import pydantic

from hepml.options import Options

MOST_PIXELS = 2**30
"""Pixels of all views together."""

Size = Annotated[int, pydantic.Field(gt=0, le=2**20)]
Positive = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
Fraction = Annotated[float, pydantic.Field(ge=0, le=1)]
ViewName = Annotated[str, pydantic.Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=32)]


class PixelMapOptions(Options):
    """Views, grid, window and scale of pixel maps; the steps are taken in the order of their fields.

    Everything that is given as a pair is along planes (wires), then along cells (ticks).
    """

    views: Mapping[ViewName, int] = pydantic.Field(
        min_length=1, max_length=64, description="Name → code of the column `view`; a list of names for 0, 1, …"
    )
    shape: tuple[Size, Size] = pydantic.Field(description="Of each view: planes × cells, or wires × ticks")
    axes: tuple[str, str] = pydantic.Field(("plane", "cell"), description="What the two axes are called in plots")
    negative: Literal["refuse", "leave_out"] = pydantic.Field("refuse", description="What to do about charges below 0")
    window: tuple[Size, Size] | None = pydantic.Field(None, description="Cells that are kept; default: the whole view")
    centre: Literal["none", "charge", "given"] = pydantic.Field(
        "none", description="Of the window: the median of the charge in each view, or columns `centre_plane_<view>`, …"
    )
    anchor: tuple[Fraction, Fraction] = pydantic.Field((0.5, 0.5), description="Where in the window the centre comes")
    shared_axis: Literal["none", "plane", "cell"] = pydantic.Field(
        "none", description="What all views measure alike, so that the window is at the same place of it in all views"
    )
    pool: tuple[Size, Size] = pydantic.Field((1, 1), description="Cells in a pixel; their charge is summed")
    occupancy: bool = pydantic.Field(False, description="A second channel: the number of cells hit in the pixel")
    calibration: Positive | tuple[Positive, ...] = pydantic.Field(
        1.0, description="Factor from the charge as given to `unit`: one, or one for each view"
    )
    unit: str = pydantic.Field("1", description="Of the calibrated charge: 'ADC', 'PE', 'MeV'")
    saturation: Positive | None = pydantic.Field(None, description="Highest charge of a pixel, in `unit`")
    charge: Literal["linear", "log"] = pydantic.Field("linear", description="As it is, or ln(1 + q / log_charge)")
    log_charge: Positive = pydantic.Field(1.0, description="Where the logarithm begins to bend, in `unit`")

    @pydantic.field_validator("views", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            if len(set(map(str, value))) != len(value):
                msg = f"views {list(value)} repeat: name each once"
                raise ValueError(msg)
            return {name: code for code, name in enumerate(value)}
        return value

    @pydantic.model_validator(mode="after")
    def _each_view_has_its_own(self) -> Self:
        if len(set(self.views.values())) != len(self.views):
            msg = f"views {dict(self.views)} share a code: give each its own"
            raise ValueError(msg)
        if isinstance(self.calibration, tuple) and len(self.calibration) != len(self.views):
            msg = f"calibration has {len(self.calibration)} factors for {len(self.views)} views: give one, or one each"
            raise ValueError(msg)
        return self

    @pydantic.model_validator(mode="after")
    def _window_fits(self) -> Self:
        if (self.window is None) != (self.centre == "none"):
            msg = f"window is {self.window} and centre {self.centre!r}: give both, or neither for the whole view"
            raise ValueError(msg)
        if self.shared_axis != "none" and self.centre != "charge":
            msg = f"shared_axis is {self.shared_axis!r} and centre {self.centre!r}: it aligns windows around the charge"
            raise ValueError(msg)
        if self.n_pixels > MOST_PIXELS:
            msg = f"the views have {self.n_pixels} pixels, more than {MOST_PIXELS}: pool more cells, or set a window"
            raise ValueError(msg)
        return self

    @property
    def covered(self) -> tuple[int, int]:
        """Planes and cells that a map covers."""
        return self.shape if self.window is None else self.window

    @property
    def pixels(self) -> tuple[int, int]:
        """Rows and columns of a map; the last of each may cover fewer cells than the others."""
        return -(-self.covered[0] // self.pool[0]), -(-self.covered[1] // self.pool[1])

    @property
    def n_pixels(self) -> int:
        """Pixels of all views together."""
        return len(self.views) * self.pixels[0] * self.pixels[1]

    @property
    def cells_before_centre(self) -> tuple[int, int]:
        """Planes and cells of the window before the one of its centre."""
        return tuple(int(part * size) for part, size in zip(self.anchor, self.covered, strict=True))  # type: ignore[return-value]

    @property
    def calibration_by_view(self) -> tuple[float, ...]:
        """Factor from the charge as given to `unit`, of each view."""
        return self.calibration if isinstance(self.calibration, tuple) else (self.calibration,) * len(self.views)
