"""What a user may choose about the flavour sample; the defaults are the project's reference sample."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options
from hepml.samples.jet_options import Window

Flavour = Literal["b", "c", "light"]

FLAVOUR_CODES: dict[Flavour, int] = {"b": 5, "c": 4, "light": 0}
"""What the branch ``flavour`` holds."""


class FlavourSampleOptions(Options):
    """Options of ``hepml sample flavour``."""

    flavours: list[Flavour] = pydantic.Field(["b", "c", "light"], min_length=1, description="One file each")
    pt_gev: Window = pydantic.Field((20.0, 200.0), description="Window of the jet's pT")
    pt_bins: int = pydantic.Field(
        9, ge=1, le=100, description="Bins of log pT with as many jets of each flavour in each: spectra that agree"
    )
    jet_abs_eta_max: float = pydantic.Field(2.1, gt=0, description="Largest |η| of the jet")
    particle_abs_eta_max: float = pydantic.Field(2.5, gt=0, description="Largest |η| of the particles to cluster")
    radius: float = pydantic.Field(0.4, gt=0, le=1.5, description="Radius of the anti-kT jets")
    hadron_pt_gev: float = pydantic.Field(5.0, ge=0, description="Smallest pT of the b or c hadron of a jet")
    hadron_delta_r: float = pydantic.Field(0.3, gt=0, description="Largest ΔR of that hadron to the jet's axis")
    track_pt_gev: float = pydantic.Field(0.5, gt=0, description="Smallest pT of a track")
    track_efficiency: float = pydantic.Field(0.9, ge=0, le=1, description="Of finding a track")
    decay_radius_mm: float = pydantic.Field(100.0, gt=0, description="Radius up to which decays leave tracks")
    largest_d0_z0_mm: tuple[float, float] = pydantic.Field(
        (3.5, 5.0), description="Largest |d0| and |z0 sin θ| of a track"
    )
    d0_resolution_um: tuple[float, float] = pydantic.Field(
        (12.0, 80.0), description="a and b of σ(d0) = a ⊕ b/(pT √sin θ), pT in GeV"
    )
    z0_resolution_um: tuple[float, float] = pydantic.Field((50.0, 100.0), description="The same of z0 sin θ")
    vertex_resolution_um: tuple[float, float] = pydantic.Field(
        (10.0, 25.0), description="Of the primary vertex, in x and y, and in z"
    )
    tail_fraction: float = pydantic.Field(0.02, ge=0, le=1, description="Of tracks that are measured worse than said")
    tail_scale: float = pydantic.Field(4.0, ge=1, description="How much worse")
    field_t: float = pydantic.Field(2.0, gt=0, le=20, description="Magnetic field along z")
    underlying_event: bool = pydantic.Field(False, description="Further parton interactions: seven times as slow")
    sqrt_s_tev: float = pydantic.Field(13.0, gt=0, description="Energy of the pp collision")

    @pydantic.field_validator("flavours")
    @classmethod
    def _once(cls, value: list[Flavour]) -> list[Flavour]:
        if len(set(value)) != len(value):
            msg = f"lists one twice ({', '.join(value)}): list each once"
            raise ValueError(msg)
        return value

    @pydantic.field_validator("pt_gev")
    @classmethod
    def _hard(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] < 15:
            msg = "begin at 15 GeV or more: below, jets are not those of the hard process"
            raise ValueError(msg)
        return value

    @pydantic.field_validator("d0_resolution_um", "z0_resolution_um", "vertex_resolution_um", "largest_d0_z0_mm")
    @classmethod
    def _positive(cls, value: tuple[float, float]) -> tuple[float, float]:
        if min(value) <= 0:
            msg = "resolutions and limits are above 0"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _possible(self) -> FlavourSampleOptions:
        if self.pt_gev[0] >= 400 * self.sqrt_s_tev:
            msg = f"jets of {self.pt_gev[0]:g} GeV need more than {self.sqrt_s_tev:g} TeV"
            raise ValueError(msg)
        return self
