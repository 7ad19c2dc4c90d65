"""The first estimate of a helix, from three hits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.samples.helix import curvature_per_cm

Floats = NDArray[np.float64]


def helix_through(hits: Floats, radii_cm: Floats, *, field_t: float) -> Floats:
    """Return the states on the first of three layers: (φ of the place, z, φ of the flight, tan λ, q/pT), shape (n, 5).

    The circle is the one through the three places in the transverse plane, tan λ the slope of z over its arc from the
    first to the last.

    Parameters
    ----------
    hits : array, shape (n, 3, 2)
        φ in rad and z in cm.
    radii_cm : array, shape (3,) or (n, 3)
        Of their layers.
    field_t : float
        Magnetic field along z.

    Examples
    --------
    A straight line along x that rises by 2 cm per cm:

    >>> states = helix_through(np.array([[[0.0, 2.0], [0.0, 4.0], [0.0, 6.0]]]), np.array([1.0, 2.0, 3.0]), field_t=2.0)
    >>> (states + 0.0).tolist()
    [[0.0, 2.0, 0.0, 2.0, 0.0]]
    """
    x, y = radii_cm * np.cos(hits[..., 0]), radii_cm * np.sin(hits[..., 0])
    to_second = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
    to_last = x[:, 2] - x[:, 0], y[:, 2] - y[:, 0]
    chord = np.hypot(*to_last)
    twice_area = to_second[0] * to_last[1] - to_second[1] * to_last[0]
    sides = chord * np.hypot(*to_second) * np.hypot(x[:, 2] - x[:, 1], y[:, 2] - y[:, 1])
    curvature = 2 * twice_area / sides
    half_turn = np.arcsin(np.clip(curvature * chord / 2, -1, 1))
    arc = chord / np.sinc(half_turn / np.pi)
    phi = np.arctan2(to_last[1], to_last[0]) - half_turn
    tan_lambda = (hits[:, 2, 1] - hits[:, 0, 1]) / arc
    return np.stack(
        [hits[:, 0, 0], hits[:, 0, 1], phi, tan_lambda, curvature / curvature_per_cm(1.0, field_t)], axis=-1
    )
