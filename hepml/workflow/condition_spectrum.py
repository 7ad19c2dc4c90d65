"""Energies that are drawn from a spectrum."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hepml.errors import RecipeError

Spectrum = Literal["flat", "log", "power"]
"""Flat in the energy, flat in its logarithm, or falling as E^−index."""

_INDEX = {"flat": 0.0, "log": 1.0}


def check_energies(low: float, high: float) -> None:
    """Refuse energies from which nothing can be drawn.

    Raises
    ------
    RecipeError
        They are not 0 < low ≤ high.
    """
    if not 0 < low <= high < np.inf:
        msg = f"energies are LOW HIGH with 0 < LOW ≤ HIGH in GeV, found {low:g} {high:g}"
        raise RecipeError(msg)


def draw_energies(
    n: int, *, low: float, high: float, spectrum: Spectrum, index: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return energies with dN/dE ∝ E^−index between two limits, by inversion.

    Parameters
    ----------
    n : int
        How many.
    low, high : float
        In GeV; equal for one energy.
    spectrum : {"flat", "log", "power"}
        The first two are those of index 0 and 1.
    index : float
        Of ``"power"``.
    rng : numpy.random.Generator
        Draws.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> energy = draw_energies(100_000, low=1, high=100, spectrum="log", index=2.0, rng=rng)
    >>> round(float((energy < 10).mean()), 2), round(float(energy.min()), 2)
    (0.5, 1.0)
    """
    power = 1 - _INDEX.get(spectrum, index)
    u = rng.random(n)
    if abs(power) < 1e-9:
        return np.asarray(low * (high / low) ** u)
    return np.asarray(low * (1 + u * ((high / low) ** power - 1)) ** (1 / power))
