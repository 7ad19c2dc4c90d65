"""Multiple scattering in thin layers."""

from __future__ import annotations

import numpy as np
from numba import njit

from hepml.samples.stopping_power import PION_MEV

PION_GEV = PION_MEV / 1000.0


@njit(cache=True)
def highland_angle(momentum_gev: float, thickness_x0: float, mass_gev: float = PION_GEV) -> float:
    """Return the width of the projected angle behind `thickness_x0` radiation lengths, for a particle of charge 1.

    θ0 = 13.6 MeV/(βcp) √x (1 + 0.038 ln(x/β²)): Highland's formula, Review of Particle Physics, "Passage of particles
    through matter", section "Multiple scattering through small angles".

    Examples
    --------
    >>> round(1000 * float(highland_angle(1.0, 0.01)), 3)  # mrad
    1.134
    """
    if thickness_x0 <= 0.0:
        return 0.0
    beta2 = momentum_gev**2 / (momentum_gev**2 + mass_gev**2)
    bracket = 1.0 + 0.038 * np.log(thickness_x0 / beta2)
    return 0.0136 / (np.sqrt(beta2) * momentum_gev) * np.sqrt(thickness_x0) * max(bracket, 0.0)


@njit(cache=True)
def crossed_x0(thickness_x0: float, position_phi: float, phi: float, tan_lambda: float) -> float:
    """Return the material on the way through a cylindrical layer: thicker the more the flight is inclined to it.

    Examples
    --------
    >>> round(float(crossed_x0(0.01, 0.0, np.pi / 3, 0.0)), 6)
    0.02
    """
    cosine = np.cos(phi - position_phi) / np.sqrt(1.0 + tan_lambda * tan_lambda)
    return thickness_x0 / max(abs(cosine), 0.01)  # where it grazes the layer, the formula ends
