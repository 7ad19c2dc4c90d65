"""One step of a helix from layer to layer, its Jacobian, and the covariance of multiple scattering, in compiled code.

A state is (φ of the place, z, φ of the flight, tan λ, q/pT) on a cylinder; x = r cos φ, y = r sin φ.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.samples.helix import UNREACHED, advanced, arc_to_radius, curvature_per_cm
from hepml.samples.multiple_scattering import crossed_x0, highland_angle

Floats = NDArray[np.float64]

_STRAIGHT = 1e-4  # turn of a step, in rad, below which differences of cosines lose more than a series leaves out
_STIFFEST = 1e-6  # |q/pT| in 1/GeV


@njit(cache=True)
def step_to_radius(
    state: Floats, start_cm: float, end_cm: float, field_t: float, after: Floats, jacobian: Floats
) -> None:
    """Set `after`, the state on the cylinder of radius `end_cm`, and ∂after/∂state; NaN if it does not get there."""
    after[:], jacobian[:] = np.nan, np.nan
    x, y = start_cm * np.cos(state[0]), start_cm * np.sin(state[0])
    curvature = curvature_per_cm(state[4], field_t)
    arc = arc_to_radius(x, y, state[2], curvature, end_cm)
    if arc == UNREACHED:
        return
    end_x, end_y, end_phi = advanced(x, y, state[2], curvature, arc)
    after[0], after[1], after[2] = np.arctan2(end_y, end_x), state[1] + state[3] * arc, end_phi
    after[3], after[4] = state[3], state[4]
    by_bending = _by_curvature(state[2], curvature, arc, end_x - x, end_y - y)
    bending = curvature_per_cm(1.0, field_t)
    along_x, along_y = np.cos(end_phi), np.sin(end_phi)
    for k in range(5):  # a change of state[k] by 1, at the same arc, and then along the flight back to the radius
        dx = -y if k == 0 else (y - end_y if k == 2 else (by_bending[0] * bending if k == 4 else 0.0))
        dy = x if k == 0 else (end_x - x if k == 2 else (by_bending[1] * bending if k == 4 else 0.0))
        more = -(end_x * dx + end_y * dy) / (end_x * along_x + end_y * along_y)
        dx, dy = dx + more * along_x, dy + more * along_y
        jacobian[0, k] = (end_x * dy - end_y * dx) / end_cm**2
        jacobian[1, k] = (k == 1) + arc * (k == 3) + state[3] * more
        jacobian[2, k] = (k == 2) + arc * bending * (k == 4) + curvature * more
        jacobian[3, k], jacobian[4, k] = k == 3, k == 4


@njit(cache=True)
def _by_curvature(phi: float, curvature: float, arc: float, dx: float, dy: float) -> tuple[float, float]:
    """Return ∂(x, y)/∂(curvature) after an arc that led by (dx, dy)."""
    turn = curvature * arc
    if abs(turn) < _STRAIGHT:
        middle = phi + 2.0 * turn / 3.0
        return -0.5 * arc * arc * np.sin(middle), 0.5 * arc * arc * np.cos(middle)
    return (arc * np.cos(phi + turn) - dx) / curvature, (arc * np.sin(phi + turn) - dy) / curvature


@njit(cache=True)
def scattering_covariance(state: Floats, thickness_x0: float, covariance: Floats) -> None:
    """Set the covariance that a layer's material adds, shape (5, 5): Highland's angle of a pion in both planes.

    The angle towards z changes tan λ by its secant squared, and q/pT with it, for the momentum stays; the angle across
    turns φ by the secant.

    Examples
    --------
    >>> covariance = np.empty((5, 5))
    >>> scattering_covariance(np.array([0.0, 0.0, 0.0, 0.0, 1.0]), 0.01, covariance)
    >>> [round(1000 * float(np.sqrt(v)), 3) for v in np.diag(covariance)]  # mrad, at 1 GeV and right angles
    [0.0, 0.0, 1.134, 1.134, 0.0]
    """
    tan_lambda, charge_over_pt = state[3], state[4]
    secant2 = 1.0 + tan_lambda * tan_lambda
    momentum = np.sqrt(secant2) / max(abs(charge_over_pt), _STIFFEST)
    angle = highland_angle(momentum, crossed_x0(thickness_x0, state[0], state[2], tan_lambda))
    covariance[:] = 0.0
    by_tan, by_charge = secant2 * angle, charge_over_pt * tan_lambda * angle
    covariance[2, 2] = secant2 * angle * angle
    covariance[3, 3] = by_tan * by_tan
    covariance[3, 4] = by_tan * by_charge
    covariance[4, 3] = by_tan * by_charge
    covariance[4, 4] = by_charge * by_charge
