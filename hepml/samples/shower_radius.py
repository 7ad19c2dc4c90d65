"""How far from its axis a shower deposits its energy: GFLASH's radial profile (hep-ex/0001020), compiled.

f(r) = p 2rRc²/(r²+Rc²)² + (1−p) 2rRt²/(r²+Rt²)², with a core Rc and a tail Rt, r in Molière radii.
"""

from __future__ import annotations

import math
from typing import Any

from numba import njit

_MOST = 1 - 1e-9


@njit(cache=True)
def radial_shape(tau: float, energy_gev: float, z: float) -> tuple[float, float, float]:
    """Return p, Rc and Rt at a depth of τ = t/T.

    Examples
    --------
    >>> [round(x, 3) for x in radial_shape(1.0, 10.0, 82.0)]
    [0.88, 0.117, 0.638]
    """
    log_energy = math.log(energy_gev)
    core = 0.0251 + 0.00319 * log_energy + (0.1162 - 0.000381 * z) * tau
    from_middle = tau - 0.645
    rising = min((0.3585 + 0.0412 * log_energy) * from_middle, 20.0)
    tail = (0.659 - 0.00309 * z) * (math.exp(-2.59 * from_middle) + math.exp(rising))
    q = (0.401 + 0.00187 * z - tau) / (1.313 - 0.0686 * log_energy)
    weight = (2.632 - 0.00094 * z) * math.exp(q - math.exp(q))
    return min(max(weight, 0.0), 1.0), max(core, 0.0), tail


@njit(cache=True)
def draw_offset(weight: float, core: float, tail: float, rng: Any) -> tuple[float, float]:
    """Draw a place around the axis, as two coordinates.

    In a point of the unit circle both are drawn at once, without sine and cosine: its angle, and its distance squared,
    which is flat in (0, 1) and independent of the angle.
    """
    squared = 2.0
    while squared >= _MOST or squared == 0.0:
        a, b = 2 * rng.random() - 1, 2 * rng.random() - 1
        squared = a * a + b * b
    if squared < weight:
        factor = core / math.sqrt(weight - squared)  # R√(u/(1−u)) / √squared with u = squared/weight
    else:
        u = (squared - weight) / (1 - weight)
        factor = tail * math.sqrt(u / ((1 - u) * squared))
    return factor * a, factor * b


@njit(cache=True)
def share_within(radius: float, weight: float, core: float, tail: float) -> float:
    """Return the share of the energy within a distance from the axis.

    Examples
    --------
    10 GeV in lead, within a Molière radius at the maximum:

    >>> round(share_within(1.0, *radial_shape(1.0, 10.0, 82.0)), 3)
    0.953
    """
    squared = radius * radius
    return weight * squared / (squared + core * core) + (1 - weight) * squared / (squared + tail * tail)
