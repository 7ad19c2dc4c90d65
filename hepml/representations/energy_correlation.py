"""Energy correlation functions of one jet, arXiv:1305.0007, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True)
def energy_correlations(
    pt: NDArray[Any], x: Floats, y: Floats, distance: Floats, weight: Floats
) -> tuple[float, float]:
    """Return Σ pT pT ΔR over all pairs and Σ pT pT pT ΔR ΔR ΔR over all triples, β = 1.

    `distance` (at least n × n) and `weight` (at least n) are scratch.
    """
    n = len(pt)
    for i in range(n):
        for j in range(i + 1, n):
            distance[i, j] = np.sqrt((x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2)
    pairs, triples = 0.0, 0.0
    for i in range(n):
        for j in range(i + 1, n):
            weight[j] = pt[j] * distance[i, j]
            pairs += pt[i] * weight[j]
        for j in range(i + 1, n - 1):
            triples += pt[i] * weight[j] * _dot(weight[j + 1 : n], distance[j, j + 1 : n])
    return pairs, triples


@njit(cache=True, fastmath={"reassoc", "nsz", "contract"})
def _dot(a: Floats, b: Floats) -> float:
    """Return Σ a b; the order of the sum is the compiler's, so that it uses vector instructions."""
    total = 0.0
    for k in range(len(a)):
        total += a[k] * b[k]
    return total
