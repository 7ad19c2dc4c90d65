"""What a user may choose about the jet sample; the defaults are the project's reference sample."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic

from hepml.options import Options

JetProcess = Literal["w", "qcd", "top"]

# pT-hat range over the jets' pT window where none is given.  Wider above than below: jets lose energy out of the cone
# and to neutrinos.  Gives 240–320 GeV for 250–300 GeV.
_PTHAT_BELOW = 0.96
_PTHAT_ABOVE = 16 / 15
_LOWEST_GEV = 10.0


def _increasing(window: tuple[float, float]) -> tuple[float, float]:
    if window[0] >= window[1]:
        msg = "a window is [low, high) with low < high"
        raise ValueError(msg)
    return window


_NotNegative = Annotated[float, pydantic.Field(ge=0)]
Window = Annotated[tuple[_NotNegative, _NotNegative], pydantic.AfterValidator(_increasing)]
"""A half-open range [low, high)."""


class JetSampleOptions(Options):
    """Options of ``hepml sample jets``."""

    processes: list[JetProcess] = pydantic.Field(["w", "qcd"], min_length=1, description="One file each: w, qcd, top")
    pt_gev: Window = pydantic.Field((250.0, 300.0), description="Window of the jet's pT, after trimming")
    mass_gev: Window | None = pydantic.Field(None, description="Window of the jet's mass, after trimming")
    jet_abs_eta_max: float | None = pydantic.Field(None, gt=0, description="Largest |η| of the jet")
    particle_abs_eta_max: float = pydantic.Field(2.5, gt=0, description="Largest |η| of the particles to cluster")
    radius: float = pydantic.Field(1.0, gt=0, le=1.5, description="Radius of the anti-kT jets")
    trim: bool = pydantic.Field(False, description="Trim the jets")
    trim_radius: float = pydantic.Field(0.3, gt=0, description="Radius of the kT subjets of trimming")
    trim_fraction: float = pydantic.Field(0.05, gt=0, lt=1, description="Smallest subjet pT over jet pT that is kept")
    sqrt_s_tev: float = pydantic.Field(14.0, gt=0, description="Energy of the pp collision")
    pthat_gev: Window | None = pydantic.Field(
        None, description="Range of the hard process's pT; default 0.96 × lowest to 1.07 × highest jet pT"
    )

    @property
    def pthat_range_gev(self) -> tuple[float, float]:
        """Range of the hard process's pT in GeV, with the default filled in.

        Examples
        --------
        >>> JetSampleOptions().pthat_range_gev
        (240.0, 320.0)
        """
        low, high = self.pt_gev
        return self.pthat_gev or (_PTHAT_BELOW * low, _PTHAT_ABOVE * high)

    @pydantic.field_validator("pt_gev", "pthat_gev")
    @classmethod
    def _hard(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and value[0] < _LOWEST_GEV:
            msg = f"begin at {_LOWEST_GEV:g} GeV or more: the cross-sections of hard processes diverge below"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _possible(self) -> JetSampleOptions:
        if len(set(self.processes)) != len(self.processes):
            msg = f"processes lists one twice ({', '.join(self.processes)}): list each once"
            raise ValueError(msg)
        if self.pthat_range_gev[0] >= 500 * self.sqrt_s_tev:
            msg = f"a hard process of {self.pthat_range_gev[0]:g} GeV needs more than {self.sqrt_s_tev:g} TeV"
            raise ValueError(msg)
        return self
