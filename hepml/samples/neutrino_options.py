"""What a user may choose about the neutrino sample; the defaults are the project's reference sample."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options

NeutrinoProcess = Literal["numu", "nue", "nutau", "nc", "cosmic"]
NeutrinoGeometry = Literal["scintillator", "liquid_argon"]

LOWEST_NUTAU_GEV = 3.5
"""ντ CC begins here: below 3.46 GeV a ν on a nucleon at rest has not the energy to make a τ."""

THRESHOLDS = {"scintillator": 8.0, "liquid_argon": 6.0}
SATURATIONS = {"scintillator": 3000.0, "liquid_argon": 255.0}

_LOWEST_GEV, _HIGHEST_GEV = 0.2, 100.0


class NeutrinoSampleOptions(Options):
    """Options of ``hepml sample neutrinos``; what is None is the geometry's own value."""

    processes: list[NeutrinoProcess] = pydantic.Field(
        ["numu", "nue", "nutau", "nc", "cosmic"],
        min_length=1,
        description="One file each: CC of each flavour, nc, cosmic",
    )
    geometry: NeutrinoGeometry = pydantic.Field(
        "scintillator", description="scintillator: two views of cells (NOvA-like); liquid_argon: three wire views"
    )
    energy_gev: tuple[float, float] = pydantic.Field(
        (0.5, 10.0), description="Neutrino energy, flat (ντ CC from 3.5); cosmic muons: falling spectrum"
    )
    antineutrino_fraction: float = pydantic.Field(0.0, ge=0, le=1, description="Share of antineutrinos")
    planes: int = pydantic.Field(100, ge=4, le=1000, description="scintillator: planes of each view")
    cells: int = pydantic.Field(80, ge=4, le=1000, description="scintillator: cells of a plane")
    plane_cm: float = pydantic.Field(6.6, gt=0, le=50, description="scintillator: thickness of a plane")
    cell_cm: float = pydantic.Field(3.9, gt=0, le=50, description="scintillator: width of a cell")
    wires: int = pydantic.Field(500, ge=20, le=2000, description="liquid_argon: wires of each view")
    ticks: int = pydantic.Field(500, ge=20, le=2000, description="liquid_argon: time ticks of a wire")
    wire_cm: float = pydantic.Field(
        0.5, gt=0, le=5, description="liquid_argon: pitch of the wires, and drift in a tick"
    )
    noise_hits: float | None = pydantic.Field(
        None, ge=0, le=10_000, description="Mean noise hits of an event; default 5, liquid_argon 20"
    )
    attenuation_cm: float | None = pydantic.Field(
        None, gt=0, description="Attenuation of light in the fibre (default 400) or of charge in the drift (1500)"
    )
    threshold: float | None = pydantic.Field(
        None, ge=1, description="Smallest signal of a hit: photoelectrons (default 8) or ADC counts (6)"
    )
    saturation: float | None = pydantic.Field(
        None, gt=1, le=30_000, description="Largest signal of a hit: photoelectrons (default 3000) or ADC counts (255)"
    )

    @property
    def least_signal(self) -> float:
        """Threshold of a hit, with the geometry's default filled in.

        Examples
        --------
        >>> NeutrinoSampleOptions(geometry="liquid_argon").least_signal
        6.0
        """
        return THRESHOLDS[self.geometry] if self.threshold is None else self.threshold

    @property
    def largest_signal(self) -> float:
        """Signal at which a hit saturates, with the geometry's default filled in."""
        return SATURATIONS[self.geometry] if self.saturation is None else self.saturation

    @pydantic.field_validator("energy_gev")
    @classmethod
    def _increasing(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not _LOWEST_GEV <= value[0] < value[1] <= _HIGHEST_GEV:
            msg = f"a window is [low, high) with {_LOWEST_GEV:g} ≤ low < high ≤ {_HIGHEST_GEV:g} GeV"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _possible(self) -> NeutrinoSampleOptions:
        if len(set(self.processes)) != len(self.processes):
            msg = f"processes lists one twice ({', '.join(self.processes)}): list each once"
            raise ValueError(msg)
        if "nutau" in self.processes and self.energy_gev[1] <= LOWEST_NUTAU_GEV:
            msg = f"ντ CC needs more than {LOWEST_NUTAU_GEV:g} GeV: raise energy_gev, or take nutau out of processes"
            raise ValueError(msg)
        if self.least_signal >= self.largest_signal:
            msg = f"threshold {self.least_signal:g} is not below saturation {self.largest_signal:g}: lower it"
            raise ValueError(msg)
        return self
