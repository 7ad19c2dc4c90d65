"""Impact parameters of particles in a solenoid, and how well a tracker measures them.

Lengths in mm, momenta in GeV, angles in rad.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.samples.helix import GEV_PER_T_CM

Floats = NDArray[np.float64]

_MM_PER_CM = 10.0
_MM_PER_UM = 1e-3


@dataclass(frozen=True)
class Perigee:
    """Where helices come closest to a line along z; arrays of shape ``(n,)``.

    Attributes
    ----------
    d0, z0 : arrays
        The point is d0 · (−sin φ, cos φ) from the line, and at z0 from the reference point along z.
    phi : array
        Direction there, in (−π, π].
    """

    d0: Floats
    z0: Floats
    phi: Floats


def perigee(place: Floats, momentum: Floats, charge: Floats, *, field_t: float) -> Perigee:
    """Return the closest approach to the z axis of helices through given points.

    Parameters
    ----------
    place : array, shape (3, n)
        A point of each, seen from the reference point.
    momentum : array, shape (3, n)
        There.
    charge : array, shape (n,)
        Not 0.
    field_t : float
        Along z.

    Examples
    --------
    A stiff track along x that passes 0.2 mm above the axis:

    >>> found = perigee(np.array([[5.0], [0.2], [1.0]]), np.array([[1e6], [0.0], [0.0]]), np.ones(1), field_t=2.0)
    >>> round(float(found.d0[0]), 6), float(found.z0[0])
    (0.2, 1.0)
    """
    (x, y, z), (px, py, pz) = place, momentum
    pt = np.hypot(px, py)
    curvature = -GEV_PER_T_CM * field_t * charge / pt / _MM_PER_CM
    normal_x, normal_y = -py / pt, px / pt
    to_centre_x, to_centre_y = x + normal_x / curvature, y + normal_y / curvature
    distance = np.hypot(to_centre_x, to_centre_y)
    # distance − radius, without the difference of two large numbers
    beyond = (x**2 + y**2 + 2 * (x * normal_x + y * normal_y) / curvature) / (distance + 1 / np.abs(curvature))
    side = np.sign(curvature)
    phi = np.arctan2(-side * to_centre_x / distance, side * to_centre_y / distance)
    turned = np.arctan2(py, px) - phi
    turned -= 2 * np.pi * np.round(turned / (2 * np.pi))
    return Perigee(side * beyond, z - turned / curvature * pz / pt, phi)


def resolution_mm(a_b_um: tuple[float, float], pt: Floats, sin_theta: Floats) -> Floats:
    """Return a ⊕ b/(pT √sin θ): measurement and multiple scattering, b/(p sin^{3/2} θ) (form: arXiv:1306.6329).

    Examples
    --------
    >>> resolution_mm((30.0, 40.0), np.array([1.0]), np.array([1.0])).round(6).tolist()
    [0.05]
    """
    a, b = a_b_um
    return np.hypot(a, b / (pt * np.sqrt(sin_theta))) * _MM_PER_UM


def smearing(error: Floats, rng: np.random.Generator, *, tail_fraction: float, tail_scale: float) -> Floats:
    """Return deviations of Gaussian measurements, of which a fraction is `tail_scale` times as wide as `error` says."""
    wide = rng.random(len(error)) < tail_fraction
    return rng.normal(size=len(error)) * error * np.where(wide, tail_scale, 1.0)
