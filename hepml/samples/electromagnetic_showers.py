"""Electrons and photons in matter, in compiled code: showers as spots above a few Ec, single electrons below.

Longitudinally a gamma distribution in depth whose maximum is at ln(E/Ec) − 0.5 radiation lengths from where an
electron begins (Review of Particle Physics, "Passage of particles through matter", eq. 34.36); its fluctuations and the
two-component radial profile are those of GFLASH, hep-ex/0001020.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from hepml.samples.cell_deposits import World, deposit, is_inside
from hepml.samples.charged_tracks import LIGHT_CM_PER_NS, fluctuated_loss
from hepml.samples.neutrino_detector import Medium
from hepml.samples.particle_stack import KINETIC, TIME, UX, UY, UZ, Ray, Stack, X, Y, Z, across, move, push, scatter
from hepml.samples.stopping_power import MUON_MEV

ELECTRON, PHOTON = 11, 22

CONVERSION_LENGTHS = 9 / 7
"""Mean path of a photon before it makes a pair, in radiation lengths."""

_SHOWER_FROM = 2.5  # times Ec; fewer particles are no profile
_PROFILE_B = 0.5  # of t^(a−1) e^(−bt), per radiation length
_TRUNK = 0.5  # radiation lengths in which an electron has radiated most of its energy
_PLATEAU_MUON_MEV = 250.0
_SOFTEST_MEV = 3.0  # photons below are absorbed where they are made
_FARTHEST = 5.0  # radial spots, in Molière radii
_SCATTERING_MEV = 13.6
_FEWEST_MEV = 2.0  # electrons below stop at once


@njit(cache=True)
def shower_maximum(medium: Medium, mev: float) -> float:
    """Return the depth of the mean maximum in radiation lengths: ln(E/Ec) − 0.5, at least 0.2."""
    return max(np.log(mev / medium.critical_mev) - 0.5, 0.2)


@njit(cache=True)
def follow_photon(world: World, ray: Ray, stack: Stack, rng: Any) -> None:
    """Carry a photon to where it makes electrons, which wait in `stack`; one that leaves the volume is lost."""
    energy = ray[KINETIC]
    if energy < _SOFTEST_MEV:
        deposit(world, ray[X], ray[Y], ray[Z], energy, ray[TIME])
        return
    # Compton scattering takes over below; the cross-section stays near that of pairs down to a few MeV.
    path = CONVERSION_LENGTHS * world.medium.material.radiation_cm * rng.standard_exponential()
    move(ray, path)
    if not is_inside(world.volume, ray[X], ray[Y], ray[Z]):
        return
    time = ray[TIME] + path / LIGHT_CM_PER_NS
    share = rng.random()
    push(stack, ELECTRON, ray, ray[UX], ray[UY], ray[UZ], share * energy, time)
    push(stack, ELECTRON, ray, ray[UX], ray[UY], ray[UZ], (1.0 - share) * energy, time)


@njit(cache=True)
def follow_electron(world: World, ray: Ray, stack: Stack, rng: Any) -> None:
    """Turn an electron into a shower, or follow it and let the photons that it radiates wait in `stack`."""
    if ray[KINETIC] > _SHOWER_FROM * world.medium.critical_mev:
        _spots(world, ray, rng)
    else:
        _single_electron(world, ray, stack, rng)


@njit(cache=True)
def _spots(world: World, ray: Ray, rng: Any) -> None:
    medium = world.medium
    energy = ray[KINETIC]
    radiation = medium.material.radiation_cm
    in_spots = energy - _ionise_first(world, ray.copy(), rng)
    mean_maximum = shower_maximum(medium, energy)
    spread = _spread(medium, energy)
    maximum = mean_maximum * np.exp(spread * rng.standard_normal() - 0.5 * spread * spread)
    shape = 1.0 + _PROFILE_B * maximum
    ax, ay, az, bx, by, bz = across(ray[UX], ray[UY], ray[UZ])
    log_gev = np.log(0.001 * energy)
    for _ in range(rng.poisson(in_spots / medium.spot_mev)):
        depth = rng.standard_gamma(shape) / _PROFILE_B
        r = medium.moliere_cm * _radius(medium.material.z, log_gev, depth / max(mean_maximum, 1.0), rng)
        phi = 2.0 * np.pi * rng.random()
        p, q, t = r * np.cos(phi), r * np.sin(phi), depth * radiation
        x = ray[X] + t * ray[UX] + p * ax + q * bx
        y = ray[Y] + t * ray[UY] + p * ay + q * by
        z = ray[Z] + t * ray[UZ] + p * az + q * bz
        mev = medium.spot_mev * rng.standard_exponential()
        deposit(world, x, y, z, mev, ray[TIME] + t / LIGHT_CM_PER_NS)


@njit(cache=True)
def _ionise_first(world: World, ray: Ray, rng: Any) -> float:
    """Let the electron ionise until it has radiated, and return the energy in MeV that this takes.

    So a shower begins with one minimum-ionising particle, and that of a photon with two.
    """
    medium = world.medium
    left, lost = _TRUNK * medium.material.radiation_cm, 0.0
    while left > 0.0:
        step = min(medium.step_cm, left)
        # At βγ of a muon that loses least: electrons are on the plateau a little above.
        mev = fluctuated_loss(medium, _PLATEAU_MUON_MEV, MUON_MEV, step, medium.mip_mev_per_cm, rng)
        move(ray, step)
        deposit(world, ray[X], ray[Y], ray[Z], mev, ray[TIME])
        left -= step
        lost += mev
    return min(lost, ray[KINETIC])


@njit(cache=True)
def _spread(medium: Medium, mev: float) -> float:
    """Return σ(ln T) of the depth of the maximum, 1/(−1.4 + 1.26 ln(E/Ec)), at most 0.5."""
    return 1.0 / max(-1.4 + 1.26 * np.log(mev / medium.critical_mev), 2.0)


@njit(cache=True)
def _radius(z: float, log_gev: float, tau: float, rng: Any) -> float:
    """Draw a distance from the axis in Molière radii, τ = depth over that of the maximum."""
    tau = min(tau, 4.0)
    core = 0.0251 + 0.00319 * log_gev + (0.1162 - 0.000381 * z) * tau
    tail = np.exp(-2.59 * (tau - 0.645)) + np.exp((0.3585 + 0.0412 * log_gev) * (tau - 0.645))
    tail *= 0.659 - 0.00309 * z
    q = (0.401 + 0.00187 * z - tau) / (1.313 - 0.0686 * log_gev)
    in_core = (2.632 - 0.00094 * z) * np.exp(q - np.exp(q))
    scale = core if rng.random() < in_core else min(tail, 3.0)
    u = rng.random()
    return min(max(scale, 0.01) * np.sqrt(u / (1.0 - u)), _FARTHEST)


@njit(cache=True)
def _single_electron(world: World, ray: Ray, stack: Stack, rng: Any) -> None:
    """Follow an electron that ionises like a minimum-ionising particle, scatters, and radiates photons of 1/k."""
    medium = world.medium
    radiation = medium.material.radiation_cm
    while ray[KINETIC] > _FEWEST_MEV and is_inside(world.volume, ray[X], ray[Y], ray[Z]):
        energy = ray[KINETIC]
        step = min(medium.step_cm, 0.2 * energy / medium.mip_mev_per_cm)
        move(ray, 0.5 * step)
        lost = min(step * medium.mip_mev_per_cm, energy)
        deposit(world, ray[X], ray[Y], ray[Z], lost, ray[TIME])
        move(ray, 0.5 * step)
        ray[TIME] += step / LIGHT_CM_PER_NS
        ray[KINETIC] -= lost
        _radiate(ray, energy, step / radiation, stack, rng)
        scatter(ray, min(_SCATTERING_MEV / energy * np.sqrt(step / radiation), 1.0), rng)
    deposit(world, ray[X], ray[Y], ray[Z], ray[KINETIC], ray[TIME])


@njit(cache=True)
def _radiate(ray: Ray, energy: float, lengths: float, stack: Stack, rng: Any) -> None:
    """Radiate a photon in a step, or none: dN/dk = (4/3 − 4y/3 + y²)/k per radiation length, y = k/E."""
    if energy <= 2.0 * _SOFTEST_MEV:
        return
    rate = 4.0 / 3.0 * np.log(energy / _SOFTEST_MEV)
    if rng.random() > rate * lengths:
        return
    photon = _SOFTEST_MEV * (energy / _SOFTEST_MEV) ** rng.random()
    y = photon / energy
    if photon < ray[KINETIC] and rng.random() < 1.0 - y + 0.75 * y * y:
        push(stack, PHOTON, ray, ray[UX], ray[UY], ray[UZ], photon, ray[TIME])
        ray[KINETIC] -= photon
