"""Charged particles in a uniform field along z, from one radius to the next, in compiled code.

In the transverse plane the particle is at (x, y) and flies along φ; φ changes by the curvature per cm of arc.  The
curvature is −0.3 B q/pT (T, GeV, m): a positive particle turns clockwise, seen from +z in a field along +z.
"""

from __future__ import annotations

import numpy as np
from numba import njit

GEV_PER_T_CM = 0.00299792458
"""pT = this · B · R: 0.3 B R with the radius in cm."""

UNREACHED = -1.0


@njit(cache=True)
def curvature_per_cm(charge_over_pt: float, field_t: float) -> float:
    """Return dφ/ds of a particle with q/pT in 1/GeV.

    Examples
    --------
    1 GeV in 2 T: a circle of 167 cm.

    >>> round(float(-1 / curvature_per_cm(1.0, 2.0)), 1)
    166.8
    """
    return -GEV_PER_T_CM * field_t * charge_over_pt


@njit(cache=True)
def arc_to_radius(x: float, y: float, phi: float, curvature: float, radius: float) -> float:
    """Return the arc in cm to the first outward crossing of the circle with `radius` around 0; −1 if there is none.

    With τ = (2/κ) tan(κs/2) the crossing is a root of a quadratic, which holds for straight lines as well.  The start
    must be inside.

    Examples
    --------
    >>> float(arc_to_radius(1.0, 0.0, 0.0, 0.0, 3.0))
    2.0
    >>> float(arc_to_radius(0.0, 0.0, 0.0, 0.5, 5.0))  # the circle ends at twice its radius, 4
    -1.0
    """
    inside = x * x + y * y - radius * radius
    along, across = x * np.cos(phi) + y * np.sin(phi), y * np.cos(phi) - x * np.sin(phi)
    root = along * along - (1.0 + curvature * across + 0.25 * curvature * curvature * inside) * inside
    if inside >= 0.0 or root < 0.0:
        return UNREACHED
    below = along + np.sqrt(root)  # τ = −inside / below; for a circle it may pass through infinity
    if curvature == 0.0:
        return -inside / below
    half_turn = np.arctan2(-0.5 * abs(curvature) * inside, below)
    return 2.0 * half_turn / abs(curvature)


@njit(cache=True)
def advanced(x: float, y: float, phi: float, curvature: float, arc: float) -> tuple[float, float, float]:
    """Return (x, y, φ) after an arc in cm.

    Examples
    --------
    A quarter of a circle of radius 2, to the left:

    >>> [round(float(v), 6) for v in advanced(0.0, 0.0, 0.0, 0.5, np.pi)]
    [2.0, 2.0, 1.570796]
    """
    half = 0.5 * curvature * arc
    chord = arc * (np.sin(half) / half if abs(half) > 1e-8 else 1.0)
    return x + chord * np.cos(phi + half), y + chord * np.sin(phi + half), phi + 2.0 * half
