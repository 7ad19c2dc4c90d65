"""What a user may choose about the points on curves."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options

Curve = Literal["line", "parabola"]


class PointsOptions(Options):
    """Options of ``hepml sample points``."""

    curves: list[Curve] = pydantic.Field(["line", "parabola"], min_length=1, description="One file each")
    noise: float = pydantic.Field(0.1, ge=0, description="Standard deviation of y around the curve")
    slope: float = pydantic.Field(0.7, description="line: m of y = m x + c")
    intercept: float = pydantic.Field(0.3, description="line: c of y = m x + c")
