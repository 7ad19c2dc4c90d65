"""One block of showers: particles, their electrons, and the cells in which these deposit their energy."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import awkward as ak
import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.io.root_writer import Column
from hepml.samples.blocks import Block
from hepml.samples.shower_cells import Calorimeter, build_calorimeter
from hepml.samples.shower_options import LEAST_ELECTRON_GEV, ShowerSampleOptions
from hepml.samples.shower_profile import draw_shape, typical_shape
from hepml.samples.shower_spots import Axis, Electron, deposit_shower

Floats = NDArray[np.float64]

ELECTRON_PDG, PHOTON_PDG = 11, 22
_PDG = {"electron": ELECTRON_PDG, "photon": PHOTON_PDG}

CONVERSION_X0 = 9 / 7
"""Mean free path of a photon of high energy before it makes a pair, in radiation lengths."""

_TRUTH = ("energy", "theta", "phi", "impact_x_cm", "impact_y_cm", "leakage_energy")
_ELECTRON = ("energy", "start_x0", "maximum_x0", "alpha")
_MOST_ELECTRONS = 2


class Beam(NamedTuple):
    """What is shot at the calorimeter; a named tuple, which compiled code takes."""

    is_photon: bool
    low_gev: float
    high_gev: float
    flat_in_log: bool
    most_theta: float
    impact_cm: float
    fluctuations: bool
    sampling_term: float


def make_shower_block(block: Block, *, options: ShowerSampleOptions) -> dict[str, Column]:
    """Make one block; the result depends on the arguments alone, and fewer events are the first of more."""
    calorimeter, beam = build_calorimeter(options), build_beam(block.process, options)
    deposits = np.zeros((block.n, calorimeter.n_cells))
    truth, electrons = np.zeros((block.n, len(_TRUTH))), np.zeros((block.n, _MOST_ELECTRONS, len(_ELECTRON)))
    shoot(calorimeter, beam, np.random.default_rng(block.seed), deposits, truth, electrons)
    n_electrons = np.full(block.n, 2 if beam.is_photon else 1)
    made = electrons[np.arange(_MOST_ELECTRONS) < n_electrons[:, None]].astype(np.float32)
    return {
        "run": np.full(block.n, block.run, dtype=np.int32),
        "lumi": np.full(block.n, block.index + 1, dtype=np.uint32),
        "event": np.arange(block.first_event, block.first_event + block.n, dtype=np.int64),
        "generator_weight": np.ones(block.n, dtype=np.float32),
        "particle": np.full(block.n, _PDG[block.process], dtype=np.int32),
        **{name: truth[:, index].astype(np.float32) for index, name in enumerate(_TRUTH)},
        "electron": ak.unflatten(ak.zip({name: made[:, i] for i, name in enumerate(_ELECTRON)}), n_electrons),
        "cell": _cells(calorimeter, deposits, options.threshold_mev / 1000),
    }


def build_beam(particle: str, options: ShowerSampleOptions) -> Beam:
    """Return the beam of a particle."""
    return Beam(
        particle == "photon",
        *options.energy_gev,
        options.spectrum == "log",
        math.radians(options.angle_deg),
        options.impact_cm,
        options.fluctuations,
        options.sampling_term,
    )


@njit(cache=True)
def shoot(calorimeter: Calorimeter, beam: Beam, rng: Any, deposits: Floats, truth: Floats, electrons: Floats) -> None:
    """Fill cells (n, n_cells), truth (n, 6) and electrons (n, 2, 4) of n showers; arrays hold zeros before."""
    for i in range(len(deposits)):
        u = rng.random()
        if beam.flat_in_log:
            energy = beam.low_gev * (beam.high_gev / beam.low_gev) ** u
        else:
            energy = beam.low_gev + (beam.high_gev - beam.low_gev) * u
        theta, phi = beam.most_theta * rng.random(), math.pi * (2 * rng.random() - 1)
        x, y = beam.impact_cm * (2 * rng.random() - 1), beam.impact_cm * (2 * rng.random() - 1)
        axis, outside = Axis(x, y, theta, phi), 0.0
        share, start = (
            (_pair_share(energy, rng), -CONVERSION_X0 * math.log(1 - rng.random())) if beam.is_photon else (1.0, 0.0)
        )
        for k in range(2 if beam.is_photon else 1):
            electron = _electron(calorimeter, beam, energy * (1 - share if k else share), start, rng)
            outside += deposit_shower(calorimeter, axis, electron, beam.sampling_term, deposits[i], rng)
            electrons[i, k] = electron
        truth[i] = energy, theta, phi, x, y, outside


@njit(cache=True)
def _electron(calorimeter: Calorimeter, beam: Beam, energy: float, start: float, rng: Any) -> Electron:
    log_y, z = math.log(energy / calorimeter.medium.critical_gev), calorimeter.medium.z
    t, alpha = draw_shape(log_y, z, rng) if beam.fluctuations else typical_shape(log_y, z)
    return Electron(energy, start, t, alpha)


@njit(cache=True)
def _pair_share(energy: float, rng: Any) -> float:
    """Draw the share x of a photon's energy that one electron of its pair has: flat, but for 1 − (4/3) x (1 − x)."""
    least = LEAST_ELECTRON_GEV / energy
    while True:
        x = least + (1 - 2 * least) * rng.random()
        if rng.random() < 1 - 4 / 3 * x * (1 - x):
            return x


def _cells(calorimeter: Calorimeter, deposits: Floats, threshold_gev: float) -> ak.Array:
    """Return the cells that are read out, by layer, row and column."""
    event, cell = np.nonzero((deposits > 0) & (deposits >= threshold_gev))
    layer = np.searchsorted(calorimeter.first, cell, side="right") - 1
    inside = cell - calorimeter.first[layer]
    fields = {
        "layer": layer.astype(np.int16),
        "row": (inside // calorimeter.n_columns[layer]).astype(np.int16),
        "column": (inside % calorimeter.n_columns[layer]).astype(np.int16),
        "energy": deposits[event, cell].astype(np.float32),
    }
    return ak.unflatten(ak.zip(fields), np.bincount(event, minlength=len(deposits)))
