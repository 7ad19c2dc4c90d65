"""Tracks that a builder has found, and the particles that they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_HIT = -1
"""Index of the hit on a layer where a track has none."""

NOBODY = -1
"""Index of the particle of a track that is none."""


@dataclass(frozen=True)
class FoundTracks:
    """Tracks of many events, those of an event together.

    Attributes
    ----------
    event : array of int, shape (n,)
        Event of each track.
    hits : array of int, shape (n, n_layers)
        Its hit on each layer, counted through all events; −1 for none.
    chi2 : array, shape (n,)
        Sum over the hits after the seed of their squared distance from the prediction, in its covariance, and how far
        off the seed's third hit was, as a share of its window.
    n_holes : array of int, shape (n,)
        Layers after the seed, up to its last hit, on which none was near enough.
    parameters : array, shape (n, 5)
        Of the helix through its first, a middle and its last hit, at the first: φ of the place in rad, z in cm, φ of
        the flight, tan λ, q/pT in 1/GeV.
    """

    event: Ints
    hits: Ints
    chi2: Floats
    n_holes: Ints
    parameters: Floats

    def __len__(self) -> int:
        return len(self.event)

    @property
    def n_hits(self) -> Ints:
        """Hits of each track."""
        return np.count_nonzero(self.hits != NO_HIT, axis=1)

    @property
    def pt_gev(self) -> Floats:
        """Transverse momentum, infinite for a straight line."""
        with np.errstate(divide="ignore"):
            return 1 / np.abs(self.parameters[:, 4])

    @property
    def eta(self) -> Floats:
        """Pseudorapidity."""
        return np.arcsinh(self.parameters[:, 3])

    def select(self, rows: NDArray[Any]) -> FoundTracks:
        """Return some of the tracks, by index or mask."""
        return FoundTracks(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class MatchedTracks:
    """Found tracks with the particles that they are.

    Attributes
    ----------
    particle : array of int, shape (n_tracks,)
        The one with more than half of the track's hits, counted through all events; −1 for none: a fake.
    n_right : array of int, shape (n_tracks,)
        Hits of it on the track; 0 for a fake.
    duplicate : array of bool, shape (n_tracks,)
        Whether another track has the same particle and more of its hits (or as many, and stands before).
    found : array of bool, shape (n_particles,)
        Whether a particle has a track.
    """

    particle: Ints
    n_right: Ints
    duplicate: Flags
    found: Flags

    @property
    def fake(self) -> Flags:
        """Whether a track is no particle."""
        return self.particle == NOBODY
