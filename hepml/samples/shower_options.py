"""What a user may choose about the samples of showers; the defaults are the project's reference sample."""

from __future__ import annotations

from typing import Literal

import pydantic

from hepml.options import Options
from hepml.samples.shower_medium import Material

ShowerParticle = Literal["electron", "photon"]
ShowerGeometry = Literal["calogan", "grid"]

LEAST_ELECTRON_GEV = 0.1
"""No electron of a photon's pair has less: far below 1 GeV the parametrisation of fluctuations has no meaning."""

_LOWEST_GEV, _HIGHEST_GEV = 0.5, 1000.0
_MOST_CELLS = 2**17


class ShowerSampleOptions(Options):
    """Options of ``hepml sample showers``; what is None is the geometry's own value."""

    particles: list[ShowerParticle] = pydantic.Field(["electron", "photon"], min_length=1, description="One file each")
    energy_gev: tuple[float, float] = pydantic.Field(
        (1.0, 100.0), description="Lowest and highest energy; the same twice for one energy"
    )
    spectrum: Literal["flat", "log"] = pydantic.Field("flat", description="flat in the energy, or in its logarithm")
    angle_deg: float = pydantic.Field(0.0, ge=0, le=60, description="Largest angle to the depth axis; flat from 0")
    impact_cm: float = pydantic.Field(0.0, ge=0, description="Half width of the flat spread of the point of entry")
    geometry: ShowerGeometry = pydantic.Field(
        "calogan", description="calogan: layers of 3×96, 12×12 and 12×6 cells (arXiv:1712.10321); grid: layers alike"
    )
    material: Material | None = pydantic.Field(
        None, description="lead_argon (2 mm Pb, 4 mm LAr; default of calogan), lead (default of grid) or tungsten"
    )
    layers: int = pydantic.Field(12, ge=1, le=500, description="grid: layers")
    rows: int = pydantic.Field(12, ge=1, le=500, description="grid: rows of a layer")
    columns: int = pydantic.Field(12, ge=1, le=500, description="grid: columns of a layer")
    layer_x0: float = pydantic.Field(2.0, gt=0, le=50, description="grid: thickness of a layer in radiation lengths")
    cell_rm: float = pydantic.Field(0.5, gt=0, le=50, description="grid: width of a cell in Molière radii")
    fluctuations: bool = pydantic.Field(True, description="Of the depth and the length of showers (ln T and ln α)")
    sampling_term: float = pydantic.Field(
        0.1, ge=0, le=1, description="a of the relative resolution a/√(E/GeV) from sampling; 0: none"
    )
    threshold_mev: float = pydantic.Field(0.1, ge=0, description="Least energy of a cell that is read out")

    @property
    def medium(self) -> Material:
        """Material, with the geometry's default filled in.

        Examples
        --------
        >>> ShowerSampleOptions(geometry="grid").medium
        'lead'
        """
        return self.material or ("lead_argon" if self.geometry == "calogan" else "lead")

    @pydantic.field_validator("energy_gev")
    @classmethod
    def _increasing(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not _LOWEST_GEV <= value[0] <= value[1] <= _HIGHEST_GEV:
            msg = f"energies are low,high with {_LOWEST_GEV:g} ≤ low ≤ high ≤ {_HIGHEST_GEV:g} GeV"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _possible(self) -> ShowerSampleOptions:
        if len(set(self.particles)) != len(self.particles):
            msg = f"particles lists one twice ({', '.join(self.particles)}): list each once"
            raise ValueError(msg)
        n_cells = self.layers * self.rows * self.columns
        if self.geometry == "grid" and n_cells > _MOST_CELLS:
            msg = f"a grid of {n_cells} cells is too large: give at most {_MOST_CELLS}"
            raise ValueError(msg)
        return self
