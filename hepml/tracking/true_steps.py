"""A propagator on the hits of true particles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, Barrel, BarrelEvents, PropagationSteps, Propagator
from hepml.tracking.follow import distance2
from hepml.tracking.particle_hits import hits_of_particles, places_of_hits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def true_steps(
    events: BarrelEvents, barrel: Barrel, propagator: Propagator[Any], *, seed_layers: tuple[int, ...] = (0, 1, 2)
) -> PropagationSteps:
    """Return the predictions for every hit that a particle has after the seed layers, on all of which it has one.

    Each prediction is made from the particle's own hits before; a layer without one is passed.
    """
    hits = hits_of_particles(events, n_layers=len(barrel.radii_cm))
    who = np.flatnonzero((hits[:, list(seed_layers)] != NO_HIT).all(axis=1))
    hits = hits[who]
    places = places_of_hits(events, hits)
    state = propagator.start(places[:, list(seed_layers)], seed_layers)
    rows, columns = [], []
    for layer in range(seed_layers[-1] + 1, len(barrel.radii_cm)):
        state, expected = propagator.predict(state)
        off = places[:, layer] - expected.place
        off[:, 0] = np.remainder(off[:, 0] + np.pi, 2 * np.pi) - np.pi
        seen = np.flatnonzero(~np.isnan(off).any(axis=1))
        covariance = expected.covariance[seen]
        sigma = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
        chi2 = distance2(off[seen, 0], off[seen, 1], covariance)
        rows.append(np.stack([np.full(len(seen), layer), who[seen]], axis=1))
        columns.append(np.hstack([off[seen] * [barrel.radii_cm[layer], 1.0], off[seen] / sigma, chi2[:, None]]))
        state = propagator.update(state, places[:, layer])
    which, values = np.concatenate(rows), np.concatenate(columns)
    return PropagationSteps(which[:, 0], which[:, 1], values[:, :2], values[:, 2:4], values[:, 4])
