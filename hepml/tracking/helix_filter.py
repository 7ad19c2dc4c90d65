"""A Kalman filter for helices in a barrel tracker, all tracks at once.

R. Frühwirth, "Application of Kalman filtering to track and vertex fitting", Nucl. Instrum. Meth. A 262 (1987) 444.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.contracts import Barrel, HitPrediction, Propagator
from hepml.errors import ShapeError
from hepml.tracking.helix_seed import helix_through
from hepml.tracking.helix_step import scattering_covariance, step_to_radius

Floats = NDArray[np.float64]

_FEWEST_SEEDS = 3
_WIDTHS = np.array([10.0, 10.0, 0.3, 0.3, 2.0])
"""Before any hit: φ and z in resolutions, angles in rad, q/pT in 1/GeV; wide, for the seed hits are then filtered."""


@dataclass(frozen=True)
class HelixStates:
    """Helices of n tracks on one layer.

    Attributes
    ----------
    layer : int
        Index of the layer.
    parameters : array, shape (n, 5)
        φ of the place, z in cm, φ of the flight, tan λ, q/pT in 1/GeV.
    covariance : array, shape (n, 5, 5)
        Of the parameters, before the layer's material.
    chi2 : array, shape (n,)
        Sum over the hits so far of their squared distance from the prediction, in its covariance.
    n_hits : array of int, shape (n,)
        Hits so far.
    """

    layer: int
    parameters: Floats
    covariance: Floats
    chi2: Floats
    n_hits: NDArray[np.int64]


class HelixFilter(Propagator[HelixStates]):
    """Follows pions on helices, with the resolution and the multiple scattering of a barrel tracker.

    Parameters
    ----------
    barrel : Barrel
        The tracker.

    Examples
    --------
    >>> barrel = Barrel(2.0, np.array([3.0, 6.0, 9.0, 12.0]), 50.0, 0.005, 0.02, 0.02)
    >>> kalman = HelixFilter(barrel)
    >>> states = kalman.start(np.array([[[0.0, 3.0], [0.0, 6.0], [0.0, 9.0]]]))
    >>> states, expected = kalman.predict(states)
    >>> (expected.place.round(3) + 0.0).tolist()
    [[0.0, 12.0]]
    """

    def __init__(self, barrel: Barrel) -> None:
        self.barrel = barrel

    def start(self, hits: Floats, layers: Sequence[int] | None = None) -> HelixStates:
        """Return the states of tracks on the last of their seed layers, from the hits there, shape (n, n_seed, 2).

        Raises
        ------
        ShapeError
            Fewer than three layers, which make no circle; or other layers than hits.
        """
        chosen = _seed_layers(hits, layers)
        three = [0, (len(chosen) - 1) // 2, len(chosen) - 1]
        barrel, first = self.barrel, chosen[0]
        parameters = helix_through(hits[:, three], barrel.radii_cm[[chosen[k] for k in three]], field_t=barrel.field_t)
        widths = _WIDTHS.copy()
        widths[:2] *= self._resolution(first)
        n = len(hits)
        covariance = np.tile(np.diag(widths**2), (n, 1, 1))
        states = HelixStates(first, parameters, covariance, np.zeros(n), np.zeros(n, np.int64))
        states = self.update(states, hits[:, 0])
        for layer in range(first + 1, chosen[-1] + 1):
            states = self.predict(states)[0]
            if layer in chosen:
                states = self.update(states, hits[:, chosen.index(layer)])
        return states

    def predict(self, state: HelixStates) -> tuple[HelixStates, HitPrediction]:
        """Return the states on the next layer, and where hits are expected there.

        Raises
        ------
        ShapeError
            There is no next layer.
        """
        layer = state.layer + 1
        if layer == len(self.barrel.radii_cm):
            msg = f"layer {state.layer} is the last of {layer}: predict up to it"
            raise ShapeError(msg)
        parameters, jacobian, scattering = _step(self.barrel, state.layer, state.parameters)
        covariance = jacobian @ (state.covariance + scattering) @ _transposed(jacobian)
        after = HelixStates(layer, parameters, covariance, state.chi2, state.n_hits)
        noise = np.diag(self._resolution(layer) ** 2)
        return after, HitPrediction(layer, parameters[:, :2], covariance[:, :2, :2] + noise)

    def update(self, state: HelixStates, hits: Floats) -> HelixStates:
        """Return the states with a hit each of their layer, shape (n, 2); NaN leaves a track as it is."""
        found, off = self._off(state, hits)
        parameters, covariance, chi2 = state.parameters.copy(), state.covariance.copy(), state.chi2.copy()
        noise = np.diag(self._resolution(state.layer) ** 2)
        before, off = covariance[found], off[found, :, None]
        inverse = np.linalg.inv(before[:, :2, :2] + noise)
        gain = before[:, :, :2] @ inverse
        left = np.tile(np.eye(5), (len(before), 1, 1))
        left[:, :, :2] -= gain
        parameters[found] += (gain @ off)[..., 0]
        covariance[found] = left @ before @ _transposed(left) + gain @ noise @ _transposed(
            gain
        )  # Joseph: stays positive
        chi2[found] += (_transposed(off) @ inverse @ off)[:, 0, 0]
        return HelixStates(state.layer, parameters, covariance, chi2, state.n_hits + found)

    def choose(self, state: HelixStates, rows: NDArray[Any]) -> HelixStates:
        """Return the states of some tracks, by index or mask; a track may be there more than once."""
        columns = (state.parameters, state.covariance, state.chi2, state.n_hits)
        return HelixStates(state.layer, *(column[rows] for column in columns))

    def _off(self, state: HelixStates, hits: Floats) -> tuple[NDArray[np.bool_], Floats]:
        """Return which tracks have a hit and are there, and how far off it is in φ and z."""
        off = hits - state.parameters[:, :2]
        off[:, 0] = np.remainder(off[:, 0] + np.pi, 2 * np.pi) - np.pi
        found: NDArray[np.bool_] = np.all(~np.isnan(off), axis=1)
        return found, off

    def _resolution(self, layer: int) -> Floats:
        return np.array([self.barrel.rphi_cm / self.barrel.radii_cm[layer], self.barrel.z_cm])


def _seed_layers(hits: Floats, layers: Sequence[int] | None) -> list[int]:
    if hits.ndim != 3 or hits.shape[1] < _FEWEST_SEEDS or hits.shape[2] != 2:
        msg = f"seeds have shape (n, {_FEWEST_SEEDS} or more, 2), φ and z of each layer; found {hits.shape}"
        raise ShapeError(msg)
    chosen = list(range(hits.shape[1]) if layers is None else layers)
    if len(chosen) != hits.shape[1] or chosen != sorted(set(chosen)):
        msg = f"seed layers rise, one for each of the {hits.shape[1]} hits; found {chosen}"
        raise ShapeError(msg)
    return chosen


def _transposed(matrices: Floats) -> Floats:
    return np.swapaxes(matrices, 1, 2)


@njit(cache=True)
def _step(barrel: Barrel, layer: int, parameters: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the states on the next layer, their Jacobians, and the covariance of scattering in this one."""
    start, end = barrel.radii_cm[layer], barrel.radii_cm[layer + 1]
    n = len(parameters)
    after, jacobian, scattering = np.empty((n, 5)), np.empty((n, 5, 5)), np.empty((n, 5, 5))
    for i in range(n):
        step_to_radius(parameters[i], start, end, barrel.field_t, after[i], jacobian[i])
        scattering_covariance(parameters[i], barrel.thickness_x0, scattering[i])
    return after, jacobian, scattering
