"""What a user may choose about the building of tracks."""

from __future__ import annotations

from itertools import combinations
from typing import Self

import pydantic

from hepml.options import Options

_SEED_LAYERS = 5


class SeedOptions(Options):
    """Which three hits may begin a track; loose, for the propagator decides later."""

    layers: tuple[tuple[int, int, int], ...] = pydantic.Field(
        tuple(combinations(range(_SEED_LAYERS), 3)),
        description="Seed layers, one pass each: a pass sees only the hits that earlier ones have left; what a tracker "
        "has no layers for is passed over; hits before and between are not looked for, so inner layers come first; "
        "default: any three of the first five",
    )
    pt_gev: float = pydantic.Field(0.4, gt=0, description="Smallest pT")
    tan_lambda: float = pydantic.Field(2.4, gt=0, description="Largest |pz|/pT")
    d0_cm: float = pydantic.Field(0.05, gt=0, description="Largest distance to the z axis")
    z0_cm: float = pydantic.Field(25.0, gt=0, description="Largest |z| there")
    kink: float = pydantic.Field(0.03, gt=0, description="Largest angle at the second hit, in rad: multiple scattering")

    @pydantic.field_validator("layers")
    @classmethod
    def _rising(cls, value: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
        wrong = [layers for layers in value if not 0 <= layers[0] < layers[1] < layers[2]]
        if wrong or not value:
            msg = f"seed layers are lists of three that rise, [0, 1, 2]; found {wrong or value}"
            raise ValueError(msg)
        return value


class BuildOptions(Options):
    """How tracks are built."""

    seeds: SeedOptions = SeedOptions()
    gate: float = pydantic.Field(
        16.0, gt=0, description="χ² of a hit, from the prediction and its covariance, below which it may be the track's"
    )
    branches: int = pydantic.Field(2, ge=1, le=20, description="Continuations of a seed that are followed side by side")
    hole_cost: float = pydantic.Field(
        12.0, ge=0, description="χ² that a layer without a hit counts for, among branches"
    )
    max_holes: int = pydantic.Field(2, ge=0, description="Layers without a hit that a track may pass")
    min_hits: int = pydantic.Field(6, ge=3, description="Of a track")
    max_shared: int = pydantic.Field(1, ge=0, description="Hits that a track may share with better ones")

    @pydantic.model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.max_shared >= self.min_hits:
            msg = f"max_shared {self.max_shared} is not below min_hits {self.min_hits}: a track needs a hit of its own"
            raise ValueError(msg)
        return self
