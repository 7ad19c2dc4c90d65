"""The hits of true particles, and where hits are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, BarrelEvents

Ints = NDArray[np.int64]


def hits_of_particles(events: BarrelEvents, *, n_layers: int) -> Ints:
    """Return the hit of each particle on each layer, shape (n_particles, n_layers), −1 for none; of several, the last.

    Examples
    --------
    >>> layer, who = np.array([1, 0]), np.array([0, -1])
    >>> hits, particles = (layer, np.zeros(2), np.zeros(2), who), (np.ones(1), np.ones(1))
    >>> one = BarrelEvents(np.array([0, 2]), np.array([0, 1]), *hits, *particles)
    >>> hits_of_particles(one, n_layers=2).tolist()
    [[-1, 0]]
    """
    hits = np.full((len(events.pt_gev), n_layers), NO_HIT)
    owned = np.flatnonzero(events.particle >= 0)
    hits[events.particle[owned], events.layer[owned]] = owned
    return hits


def places_of_hits(events: BarrelEvents, hits: Ints) -> NDArray[np.float64]:
    """Return φ and z of hits by index, one axis more; NaN where the index is −1."""
    there = (hits != NO_HIT)[..., None]
    return np.where(there, np.stack([events.phi[hits], events.z_cm[hits]], axis=-1), np.nan)
