"""What a user may choose about the samples of tracks; the defaults are the project's reference samples."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options

TrackDetector = Literal["toy", "barrel"]

LAYERS = {"toy": 50, "barrel": 10}
MOST_PARTICLES = 2000


class TrackSampleOptions(Options):
    """Options of ``hepml sample tracks``; what is None is the detector's own value."""

    detector: TrackDetector = pydantic.Field(
        "toy", description="toy: straight lines through layers of pixels (HEP.TrkX); barrel: helices through cylinders"
    )
    layers: int | None = pydantic.Field(None, ge=3, le=500, description="Layers; default 50, barrel 10")
    pixels: int = pydantic.Field(50, ge=2, le=1000, description="toy: pixels of a layer")
    seed_layers: int = pydantic.Field(5, ge=0, description="toy: first layers, with the track alone")
    noise_probability: float = pydantic.Field(0.2, ge=0, le=1, description="toy: of each pixel after the seed layers")
    background_tracks: int = pydantic.Field(0, ge=0, le=100, description="toy: more tracks, after the seed layers")
    particles: tuple[int, int] = pydantic.Field((10, 200), description="barrel: fewest and most particles of an event")
    pt_gev: tuple[float, float] = pydantic.Field((0.5, 20.0), description="barrel: pT, flat in its logarithm")
    eta_max: float = pydantic.Field(1.5, gt=0, le=4, description="barrel: η is flat from −this to this")
    d0_cm: float = pydantic.Field(0.01, ge=0, le=1, description="barrel: width of the distance to the z axis")
    z0_cm: float = pydantic.Field(5.0, ge=0, le=100, description="barrel: width of the starting points in z")
    field_t: float = pydantic.Field(2.0, gt=0, le=20, description="barrel: magnetic field along z")
    radii_cm: tuple[float, float] = pydantic.Field(
        (3.0, 100.0), description="barrel: first and last layer, the others evenly between"
    )
    half_length_cm: float = pydantic.Field(250.0, gt=0, description="barrel: half length of the layers")
    resolution_um: tuple[float, float] = pydantic.Field((50.0, 200.0), description="barrel: along the circle, along z")
    thickness_x0: float = pydantic.Field(
        0.02, ge=0, le=0.5, description="barrel: material of a layer in radiation lengths"
    )
    efficiency: float = pydantic.Field(0.98, ge=0, le=1, description="barrel: of a hit")
    noise_hits: float = pydantic.Field(5.0, ge=0, le=10_000, description="barrel: mean noise hits of a layer")

    @property
    def n_layers(self) -> int:
        """Number of layers, with the detector's default filled in.

        Examples
        --------
        >>> TrackSampleOptions(detector="barrel").n_layers
        10
        """
        return LAYERS[self.detector] if self.layers is None else self.layers

    @pydantic.field_validator("particles")
    @classmethod
    def _countable(cls, value: tuple[int, int]) -> tuple[int, int]:
        if not 1 <= value[0] <= value[1] <= MOST_PARTICLES:
            msg = f"numbers of particles are fewest,most with 1 ≤ fewest ≤ most ≤ {MOST_PARTICLES}"
            raise ValueError(msg)
        return value

    @pydantic.field_validator("pt_gev", "radii_cm")
    @classmethod
    def _increasing(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] < value[1]:
            msg = "a window is low,high with 0 < low < high"
            raise ValueError(msg)
        return value

    @pydantic.field_validator("resolution_um")
    @classmethod
    def _positive(cls, value: tuple[float, float]) -> tuple[float, float]:
        if min(value) <= 0:
            msg = "resolutions are above 0"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _possible(self) -> TrackSampleOptions:
        if self.detector == "toy" and self.seed_layers > self.n_layers:
            msg = f"seed_layers {self.seed_layers} is more than the {self.n_layers} layers: give fewer"
            raise ValueError(msg)
        return self
