"""The two detectors: what they are made of, how they are cut into cells, and how signals become numbers.

Coordinates in cm: z along the beam from 0, y up, x to the side, both around 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hepml.samples.neutrino_options import NeutrinoSampleOptions
from hepml.samples.stopping_power import ELECTRON_MEV, LIQUID_ARGON, POLYSTYRENE, Material, mean_loss

SCINTILLATOR, WIRES = 0, 1

_WIRE_DEGREES = 35.7  # of the inclined wires to the vertical, as in DUNE
_MUON_MIP_MEV = 250.0  # where a muon loses least


class Volume(NamedTuple):
    """The cells; a named tuple, which compiled code takes.

    Attributes
    ----------
    kind : int
        SCINTILLATOR: planes across the beam, in turn with vertical and with horizontal cells.  WIRES: three planes of
        wires at one side, towards which charge drifts along x.
    n_views : int
        2 or 3.
    x_half_cm, y_half_cm, z_cm : float
        Half sizes across, and length.
    n_planes, n_cells : int
        Of each view: planes and cells, or wires and ticks.
    plane_cm, cell_cm : float
        Thickness of a plane and width of a cell, or pitch of the wires and drift in a tick.
    attenuation_cm : float
        Along the fibre of a cell, or along the drift.
    cos_u, sin_u : float
        Of the angle of the first view's wires to the vertical; the second view has the opposite one, the third none.
    """

    kind: int
    n_views: int
    x_half_cm: float
    y_half_cm: float
    z_cm: float
    n_planes: int
    n_cells: int
    plane_cm: float
    cell_cm: float
    attenuation_cm: float
    cos_u: float
    sin_u: float


class Medium(NamedTuple):
    """What particles pass; a named tuple, which compiled code takes.

    Attributes
    ----------
    material : Material
        Its constants.
    critical_mev, moliere_cm : float
        Ec = 2.66 (X0 Z/A)^1.1 and R_M = X0 21.2 MeV/Ec, with X0 in g/cm² in Ec, hep-ex/0001020.
    mip_mev_per_cm : float
        Least mean loss of a muon.
    mip_quenching : float
        Quenching there; visible energy is relative to it.
    step_cm : float
        Longest step of a track.
    delta_mev : float
        Electrons knocked on with more than this are drawn one by one.
    spot_mev : float
        Mean energy of a spot of a shower.  Number and energies fluctuate (Poisson, exponential): twice this energy is
        the c² of the resolution c/√E.
    """

    material: Material
    critical_mev: float
    moliere_cm: float
    mip_mev_per_cm: float
    mip_quenching: float
    step_cm: float
    delta_mev: float
    spot_mev: float


@dataclass(frozen=True)
class Detector:
    """One detector.

    Attributes
    ----------
    volume, medium : Volume, Medium
        As above.
    yield_per_mev : float
        Photoelectrons or ADC counts for 1 MeV of a minimum-ionising particle, without attenuation.
    counting : bool
        Signals are counts of photoelectrons, with their statistics; else they have Gaussian noise.
    noise_sigma : float
        Of a signal that is not counted.
    threshold, saturation, noise_hits : float
        Least and largest signal of a hit, mean number of noise hits in an event.
    time_sigma_ns : float
        Resolution of the time of a hit.
    """

    volume: Volume
    medium: Medium
    yield_per_mev: float
    counting: bool
    noise_sigma: float
    threshold: float
    saturation: float
    noise_hits: float
    time_sigma_ns: float


def build_detector(options: NeutrinoSampleOptions) -> Detector:
    """Return the detector that the options describe.

    The scintillator is taken as uniform polystyrene, whose published constants are close to those of NOvA's PVC cells
    of mineral oil (radiation length 41 against 38 cm); what is passive there is in the 9%/√E of its showers.
    """
    if options.geometry == "scintillator":
        width = options.cells * options.cell_cm / 2
        volume = _volume(options, SCINTILLATOR, 2, (width, width, 2 * options.planes * options.plane_cm), 400.0)
        medium = _medium(POLYSTYRENE, step_cm=1.5, delta_mev=0.05, spot_mev=4.05)
        return _detector(options, volume, medium, (6.0, True, 0.0, 5.0, 10.0))
    width, drift = options.wires * options.wire_cm, options.ticks * options.wire_cm
    volume = _volume(options, WIRES, 3, (drift / 2, width / 2, width), 1500.0)
    medium = _medium(LIQUID_ARGON, step_cm=0.3, delta_mev=0.01, spot_mev=0.5)
    return _detector(options, volume, medium, (55.0, False, 2.0, 20.0, 0.0))


def _volume(
    options: NeutrinoSampleOptions, kind: int, n_views: int, size: tuple[float, float, float], attenuation_cm: float
) -> Volume:
    wires = kind == WIRES
    angle = np.deg2rad(_WIRE_DEGREES)
    return Volume(
        kind=kind,
        n_views=n_views,
        x_half_cm=size[0],
        y_half_cm=size[1],
        z_cm=size[2],
        n_planes=options.wires if wires else options.planes,
        n_cells=options.ticks if wires else options.cells,
        plane_cm=options.wire_cm if wires else options.plane_cm,
        cell_cm=options.wire_cm if wires else options.cell_cm,
        attenuation_cm=options.attenuation_cm or attenuation_cm,
        cos_u=float(np.cos(angle)),
        sin_u=float(np.sin(angle)),
    )


def _medium(material: Material, *, step_cm: float, delta_mev: float, spot_mev: float) -> Medium:
    radiation = material.radiation_cm * material.density
    critical = 2.66 * (radiation * material.z_over_a) ** 1.1
    mip = float(mean_loss(material, _MUON_MIP_MEV, 206.768 * ELECTRON_MEV))
    return Medium(
        material=material,
        critical_mev=critical,
        moliere_cm=material.radiation_cm * 21.2 / critical,
        mip_mev_per_cm=mip,
        mip_quenching=1 / (1 + material.birks * mip / material.density),
        step_cm=step_cm,
        delta_mev=delta_mev,
        spot_mev=spot_mev,
    )


def _detector(
    options: NeutrinoSampleOptions,
    volume: Volume,
    medium: Medium,
    defaults: tuple[float, bool, float, float, float],
) -> Detector:
    yield_per_mev, counting, noise_sigma, noise_hits, time_sigma_ns = defaults
    return Detector(
        volume=volume,
        medium=medium,
        yield_per_mev=yield_per_mev,
        counting=counting,
        noise_sigma=noise_sigma,
        threshold=options.least_signal,
        saturation=options.largest_signal,
        noise_hits=noise_hits if options.noise_hits is None else options.noise_hits,
        time_sigma_ns=time_sigma_ns,
    )
