"""A barrel tracker as a user writes it into a recipe."""

from __future__ import annotations

from itertools import pairwise
from typing import Self

import numpy as np
import pydantic

from hepml.contracts import Barrel
from hepml.options import Options

_FEWEST = 4  # three make a seed


class BarrelOptions(Options):
    """The tracker; by default that of ``hepml sample tracks --detector barrel``."""

    field_t: float = pydantic.Field(2.0, gt=0, le=20, description="Magnetic field along z")
    radii_cm: tuple[float, ...] = pydantic.Field(
        tuple(float(radius) for radius in np.linspace(3.0, 100.0, 10)), description="Of the layers, rising"
    )
    half_length_cm: float = pydantic.Field(250.0, gt=0)
    resolution_um: tuple[float, float] = pydantic.Field((50.0, 200.0), description="Along the circle, along z")
    thickness_x0: float = pydantic.Field(0.02, ge=0, le=0.5, description="Of a layer in radiation lengths")

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Self:
        radii = self.radii_cm
        if len(radii) < _FEWEST or radii[0] <= 0 or any(b <= a for a, b in pairwise(radii)):
            msg = f"radii_cm are four or more that rise from above 0; found {list(radii)}"
            raise ValueError(msg)
        if min(self.resolution_um) <= 0:
            msg = f"resolutions are above 0; found {list(self.resolution_um)}"
            raise ValueError(msg)
        return self

    @property
    def barrel(self) -> Barrel:
        """The tracker.

        Examples
        --------
        >>> BarrelOptions(radii_cm=(1, 2, 3, 4)).barrel.rphi_cm
        0.005
        """
        rphi, z = (micrometres / 1e4 for micrometres in self.resolution_um)
        return Barrel(self.field_t, np.array(self.radii_cm), self.half_length_cm, rphi, z, self.thickness_x0)
