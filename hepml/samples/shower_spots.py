"""One electromagnetic shower as spots of energy in the cells of a calorimeter; compiled."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.shower_cells import OUTSIDE, Calorimeter, cell_of
from hepml.samples.shower_profile import n_spots, share_before, spot_shape
from hepml.samples.shower_radius import draw_offset, radial_shape

STEP_X0 = 0.5
"""Along the axis: within a step energy is flat, and the radial profile that of its middle."""

_REMAINDER = 1e-5  # of the energy: what is left is put into the last step
_NO_SAMPLING = 1e-9


class Axis(NamedTuple):
    """Where a particle enters (cm, in the face), and its angles: to the depth axis, and around it."""

    x_cm: float
    y_cm: float
    theta: float
    phi: float


class Electron(NamedTuple):
    """An electron: energy, depth along the axis at which its shower begins, and the shower's T (all X0) and α."""

    energy_gev: float
    start_x0: float
    maximum_x0: float
    alpha: float


@njit(cache=True)
def deposit_shower(
    calorimeter: Calorimeter,
    axis: Axis,
    electron: Electron,
    sampling_term: float,
    deposits: NDArray[np.float64],
    rng: Any,
) -> float:
    """Add the energy of a shower (GeV) to the cells, and return how much of it lies outside.

    Each step along the axis has the energy of the mean profile, fluctuating as a gamma distribution of relative width
    `sampling_term`/√E, in spots of equal energy (hep-ex/0001020).  There are as many spots as the profile of their
    number says, but at least one a step.
    """
    z, t, alpha = calorimeter.medium.z, electron.maximum_x0, electron.alpha
    spot_t, spot_alpha = spot_shape(t, alpha, z)
    all_spots = n_spots(electron.energy_gev, z)
    deepest = calorimeter.edges_cm[-1] / math.cos(axis.theta) / calorimeter.medium.x0_cm - electron.start_x0
    if axis.theta > 0:  # spots beside the axis may lie less deep than it
        deepest += calorimeter.half_x_cm / calorimeter.medium.x0_cm
    depth, before, spots_before, outside = 0.0, 0.0, 0.0, 0.0
    while before < 1.0 and depth < deepest:
        after = share_before(depth + STEP_X0, t, alpha)
        if after > 1 - _REMAINDER:
            after = 1.0
        spots_after = share_before(depth + STEP_X0, spot_t, spot_alpha)
        energy = _seen(electron.energy_gev * (after - before), sampling_term, rng)
        number = max(1, int(all_spots * (spots_after - spots_before) + rng.random()))
        shape = radial_shape((depth + 0.5 * STEP_X0) / t, electron.energy_gev, z)
        begin = electron.start_x0 + depth
        outside += _deposit_step(calorimeter, axis, begin, energy, number, shape, deposits, rng)
        depth, before, spots_before = depth + STEP_X0, after, spots_after
    return outside + electron.energy_gev * (1.0 - before)


@njit(cache=True)
def _seen(energy: float, sampling_term: float, rng: Any) -> float:
    """Return an energy after the fluctuation of sampling, whose mean it is."""
    quantum = sampling_term * sampling_term
    if quantum < _NO_SAMPLING or energy <= 0.0:
        return energy
    return rng.standard_gamma(energy / quantum) * quantum


@njit(cache=True)
def _deposit_step(
    calorimeter: Calorimeter,
    axis: Axis,
    begin_x0: float,
    energy: float,
    number: int,
    shape: tuple[float, float, float],
    deposits: NDArray[np.float64],
    rng: Any,
) -> float:
    """Add the spots of one step to the cells, and return the energy outside."""
    x0, moliere = calorimeter.medium.x0_cm, calorimeter.medium.moliere_cm
    cos, sin = math.cos(axis.theta), math.sin(axis.theta)
    cos_phi, sin_phi = math.cos(axis.phi), math.sin(axis.phi)
    weight, core, tail = shape[0], shape[1] * moliere, shape[2] * moliere
    each, outside = energy / number, 0.0
    for _ in range(number):
        along = (begin_x0 + STEP_X0 * rng.random()) * x0
        up, side = draw_offset(weight, core, tail, rng)
        forward = along * sin + up * cos  # in the face, along the direction of φ
        x = axis.x_cm + forward * cos_phi - side * sin_phi
        y = axis.y_cm + forward * sin_phi + side * cos_phi
        cell = cell_of(calorimeter, x, y, along * cos - up * sin)
        if cell == OUTSIDE:
            outside += each
        else:
            deposits[cell] += each
    return outside
