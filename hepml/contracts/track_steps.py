"""How predictions of the next hit fare on the hits of true particles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PropagationSteps:
    """Predictions with the hit that the particle has there; n of them, of all layers and particles.

    Attributes
    ----------
    layer : array of int, shape (n,)
        Of the hit.
    particle : array of int, shape (n,)
        Whose it is, counted through all events.
    residual_cm : array, shape (n, 2)
        Hit minus prediction, along the circle and along z.
    pull : array, shape (n, 2)
        The same in units of the predicted error.
    chi2 : array, shape (n,)
        Squared distance in the predicted covariance.
    """

    layer: NDArray[np.int64]
    particle: NDArray[np.int64]
    residual_cm: NDArray[np.float64]
    pull: NDArray[np.float64]
    chi2: NDArray[np.float64]
