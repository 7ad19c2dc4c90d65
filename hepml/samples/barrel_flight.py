"""Particles through a barrel tracker: where they cross the layers, with multiple scattering in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.contracts import Barrel
from hepml.samples.helix import UNREACHED, advanced, arc_to_radius, curvature_per_cm
from hepml.samples.multiple_scattering import crossed_x0, highland_angle
from hepml.samples.track_options import TrackSampleOptions

Floats = NDArray[np.float64]

POSITION_PHI, Z, PHI, TAN_LAMBDA, CHARGE_OVER_PT = range(5)
"""Columns of a state on a layer: φ of the place, z (cm), φ of the flight, tan λ = pz/pT, q/pT (1/GeV)."""

_UM_PER_CM = 10_000.0


@dataclass(frozen=True)
class Particles:
    """Charged pions at their point of closest approach to the z axis, (−d0 sin φ, d0 cos φ, z0); each shape (n,)."""

    pt: Floats
    eta: Floats
    phi: Floats
    charge: Floats
    d0_cm: Floats
    z0_cm: Floats


def build_barrel(options: TrackSampleOptions) -> Barrel:
    """Return the tracker that the options describe."""
    rphi_um, z_um = options.resolution_um
    radii = np.linspace(*options.radii_cm, options.n_layers)
    resolutions = rphi_um / _UM_PER_CM, z_um / _UM_PER_CM
    return Barrel(options.field_t, radii, options.half_length_cm, *resolutions, options.thickness_x0)


def draw_particles(n: int, options: TrackSampleOptions, rng: np.random.Generator) -> Particles:
    """Draw n particles: flat in log pT, η and φ, both charges alike, Gaussian in d0 and z0; fewer are the first."""
    of_flat, of_width = rng.spawn(2)
    flat, width = of_flat.random((n, 4)), of_width.standard_normal((n, 2))
    low, high = np.log(options.pt_gev)
    return Particles(
        pt=np.exp(low + (high - low) * flat[:, 0]),
        eta=options.eta_max * (2 * flat[:, 1] - 1),
        phi=np.pi * (2 * flat[:, 2] - 1),
        charge=np.where(flat[:, 3] < 0.5, -1.0, 1.0),
        d0_cm=options.d0_cm * width[:, 0],
        z0_cm=options.z0_cm * width[:, 1],
    )


def fly(barrel: Barrel, particles: Particles, rng: np.random.Generator) -> Floats:
    """Return the states on the layers before their material, shape (n, n_layers, 5); NaN from where it gets to none.

    A particle leaves one crossing a layer, outward; one that curls up inside, or leaves by the ends, ends there.  The
    momentum stays: energy loss is left out.
    """
    p = particles
    start = np.stack([p.d0_cm, p.z0_cm, p.phi, np.sinh(p.eta), p.charge / p.pt], axis=-1)
    kicks = rng.standard_normal((len(start), len(barrel.radii_cm), 2))
    return _fly(barrel, start, kicks)


@njit(cache=True)
def _fly(barrel: Barrel, start: Floats, kicks: Floats) -> Floats:
    states = np.full((len(start), len(barrel.radii_cm), 5), np.nan)
    for i in range(len(start)):
        d0, z, phi, tan_lambda, charge_over_pt = start[i]
        x, y = -d0 * np.sin(phi), d0 * np.cos(phi)
        for layer in range(len(barrel.radii_cm)):
            curvature = curvature_per_cm(charge_over_pt, barrel.field_t)
            arc = arc_to_radius(x, y, phi, curvature, barrel.radii_cm[layer])
            if arc == UNREACHED or abs(z + tan_lambda * arc) > barrel.half_length_cm:
                break
            x, y, phi = advanced(x, y, phi, curvature, arc)
            z += tan_lambda * arc
            place = np.arctan2(y, x)
            states[i, layer] = place, z, phi, tan_lambda, charge_over_pt
            momentum = np.sqrt(1.0 + tan_lambda * tan_lambda) / abs(charge_over_pt)
            angle = highland_angle(momentum, crossed_x0(barrel.thickness_x0, place, phi, tan_lambda))
            phi, tan_lambda, charge_over_pt = kicked(phi, tan_lambda, charge_over_pt, angle * kicks[i, layer])
    return states


@njit(cache=True)
def kicked(phi: float, tan_lambda: float, charge_over_pt: float, kick: Floats) -> tuple[float, float, float]:
    """Return φ, tan λ, q/pT after small angles towards z and across it; the momentum stays.

    Examples
    --------
    >>> phi, tan_lambda, charge_over_pt = kicked(0.0, 0.0, 1.0, np.array([0.01, 0.02]))
    >>> round(phi, 5), round(tan_lambda, 5)
    (0.02, 0.01)
    """
    secant = np.sqrt(1.0 + tan_lambda * tan_lambda)
    cos, sin = 1.0 / secant, tan_lambda / secant
    forward, upward, sideward = cos - kick[0] * sin, sin + kick[0] * cos, kick[1]
    flat = np.hypot(forward, sideward)
    new_tan = upward / flat
    turned = phi + np.arctan2(sideward, forward)
    return turned, new_tan, charge_over_pt * np.sqrt(1.0 + new_tan * new_tan) / secant
