"""Two small events with tracks whose matches can be seen by hand."""

import numpy as np

from hepml.contracts import BarrelEvents, FoundTracks


def two_events():
    """Return events of two and one particles on four layers, the last layer of the first with a noise hit.

    Hits 0–3 are particle 0's, 4–7 particle 1's, 8 noise; 9–12 are those of particle 2 in the second event.
    """
    layer = np.array([0, 1, 2, 3, 0, 1, 2, 3, 3, 0, 1, 2, 3])
    particle = np.repeat([0, 1, -1, 2], [4, 4, 1, 4])
    phi, z = 0.1 * particle, np.arange(13.0)
    return BarrelEvents(
        hit_offsets=np.array([0, 9, 13]),
        particle_offsets=np.array([0, 2, 3]),
        layer=layer,
        phi=phi,
        z_cm=z,
        particle=particle,
        pt_gev=np.array([1.0, 2.0, 4.0]),
        eta=np.array([0.0, 1.0, -1.0]),
    )


def tracks_of(events, hits):
    """Return found tracks with these hits, each of pT 1 GeV and η 0."""
    hits = np.array(hits, np.int64).reshape(-1, 4)
    n = len(hits)
    first = hits[np.arange(n), (hits >= 0).argmax(axis=1)]
    parameters = np.tile([0.0, 0.0, 0.0, 0.0, 1.0], (n, 1))
    return FoundTracks(events.event_of_hit[first], hits, np.zeros(n), np.zeros(n, np.int64), parameters)
