"""What follows tracks from layer to layer: a Kalman filter or a network, behind one interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

State = TypeVar("State")


@dataclass(frozen=True)
class HitPrediction:
    """Where the next hits of n tracks are expected; NaN for a track that does not get there.

    Attributes
    ----------
    layer : int
        On which layer.
    place : array, shape (n, 2)
        φ in rad and z in cm.
    covariance : array, shape (n, 2, 2)
        Of the measured hit around it: that of the track and the detector's resolution.
    """

    layer: int
    place: NDArray[np.float64]
    covariance: NDArray[np.float64]


class Propagator(ABC, Generic[State]):
    """Follows n tracks at once, all on the same layer; one track's result depends on no other track.

    Hits are (φ in rad, z in cm).  A state is the propagator's own and never changed: a builder may go on from it twice.
    """

    @abstractmethod
    def start(self, hits: NDArray[np.float64], layers: Sequence[int] | None = None) -> State:
        """Return the states of tracks on the last of their seed layers, from the hits there, shape (n, n_seed, 2).

        The seed layers rise; by default they are the first ones.  On layers between them tracks have no hit.
        """

    @abstractmethod
    def predict(self, state: State) -> tuple[State, HitPrediction]:
        """Return the states on the next layer, and where hits are expected there."""

    @abstractmethod
    def update(self, state: State, hits: NDArray[np.float64]) -> State:
        """Return the states with a hit each of their layer, shape (n, 2); NaN leaves a track as it is."""

    @abstractmethod
    def choose(self, state: State, rows: NDArray[Any]) -> State:
        """Return the states of some tracks, by index or mask; a track may be there more than once."""
