"""A barrel tracker: what simulates its hits and what follows tracks through it must agree on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Barrel(NamedTuple):
    """Cylindrical layers around the z axis in a uniform field along z; a named tuple, which compiled code takes.

    Attributes
    ----------
    field_t : float
        Magnetic field along +z, in T.
    radii_cm : array, shape (n_layers,)
        Of the layers, rising.
    half_length_cm : float
        Layers reach from −this to +this in z.
    rphi_cm, z_cm : float
        Resolution of a hit along the circle and along z: standard deviations.
    thickness_x0 : float
        Material of a layer at right angles, in radiation lengths.
    """

    field_t: float
    radii_cm: NDArray[np.float64]
    half_length_cm: float
    rphi_cm: float
    z_cm: float
    thickness_x0: float
