"""Muons, pions and protons in matter, step by step in compiled code: energy loss, scattering, stopping.

Close collisions are drawn one by one from ξ/T², distant ones as a Gaussian of the right width, so that a thin layer
shows Landau's tail and the mean stays Bethe's: Review of Particle Physics, "Passage of particles through matter".
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from hepml.samples.cell_deposits import World, deposit, is_inside
from hepml.samples.neutrino_detector import Medium
from hepml.samples.particle_stack import KINETIC, TIME, Ray, X, Y, Z, move, scatter
from hepml.samples.stopping_power import landau_width, largest_transfer, mean_loss

LIGHT_CM_PER_NS = 29.9792458
STOPPED, LEFT, INTERACTED = 0, 1, 2

_SCATTERING_MEV = 13.6
_SHORTEST_STEP_CM = 0.02
_LARGEST_LOSS = 0.15  # of the kinetic energy in a step
_LEAST_MEV = 1.0  # below, the rest is deposited where the particle is


@njit(cache=True)
def follow_track(world: World, ray: Ray, mass_mev: float, path_cm: float, rng: Any) -> int:
    """Follow a particle until it stops, leaves, or has gone `path_cm`; return which, and leave it in `ray` there."""
    medium = world.medium
    while True:
        if not is_inside(world.volume, ray[X], ray[Y], ray[Z]):
            return LEFT
        loss = mean_loss(medium.material, ray[KINETIC], mass_mev)
        if ray[KINETIC] < _LEAST_MEV:
            deposit(world, ray[X], ray[Y], ray[Z], _visible(medium, ray[KINETIC], loss), ray[TIME])
            ray[KINETIC] = 0.0
            return STOPPED
        step = min(medium.step_cm, path_cm, max(_LARGEST_LOSS * ray[KINETIC] / loss, _SHORTEST_STEP_CM))
        _take_step(world, ray, mass_mev, step, loss, rng)
        path_cm -= step
        if path_cm <= 0.0:
            return INTERACTED


@njit(cache=True)
def _take_step(world: World, ray: Ray, mass_mev: float, step: float, loss: float, rng: Any) -> None:
    """Go one step; the energy is deposited in its middle."""
    medium = world.medium
    lost = min(fluctuated_loss(medium, ray[KINETIC], mass_mev, step, loss, rng), ray[KINETIC])
    tau = ray[KINETIC] / mass_mev
    beta = np.sqrt(tau * (tau + 2.0)) / (tau + 1.0)
    move(ray, 0.5 * step)
    deposit(world, ray[X], ray[Y], ray[Z], _visible(medium, lost, loss), ray[TIME])
    move(ray, 0.5 * step)
    ray[TIME] += step / (beta * LIGHT_CM_PER_NS)
    momentum = beta * (tau + 1.0) * mass_mev
    # Without the logarithm of Highland's formula, whose angles do not add up in squares from step to step.
    scatter(ray, _SCATTERING_MEV / (beta * momentum) * np.sqrt(step / medium.material.radiation_cm), rng)
    ray[KINETIC] -= lost


@njit(cache=True)
def fluctuated_loss(medium: Medium, kinetic_mev: float, mass_mev: float, step: float, loss: float, rng: Any) -> float:
    """Draw the energy loss in MeV of one step, whose mean is ``loss * step``.

    Examples
    --------
    A muon of 1 GeV in 10 cm of liquid argon:

    >>> from hepml.samples.neutrino_detector import build_detector
    >>> from hepml.samples.neutrino_options import NeutrinoSampleOptions
    >>> medium = build_detector(NeutrinoSampleOptions(geometry="liquid_argon")).medium
    >>> bool(15 < fluctuated_loss(medium, 1000.0, 105.66, 10.0, 2.3, np.random.default_rng(1)) < 60)
    True
    """
    xi = landau_width(medium.material, kinetic_mev, mass_mev) * step
    largest = largest_transfer(kinetic_mev, mass_mev)
    cut = medium.delta_mev
    if largest <= 2.0 * cut:
        return max(loss * step + np.sqrt(xi * largest) * rng.standard_normal(), 0.0)
    close = xi * np.log(largest / cut)
    distant = max(loss * step - close, 0.0)
    lost = max(distant + min(np.sqrt(xi * cut), distant) * rng.standard_normal(), 0.0)
    for _ in range(rng.poisson(xi * (1.0 / cut - 1.0 / largest))):
        lost += cut / (1.0 - rng.random() * (1.0 - cut / largest))
    return lost


@njit(cache=True)
def _visible(medium: Medium, mev: float, loss: float) -> float:
    """Return what is seen of a loss (Birks), relative to a minimum-ionising particle."""
    return mev / (1.0 + medium.material.birks * loss / medium.material.density) / medium.mip_quenching
