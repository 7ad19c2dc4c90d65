"""From columns of the barrel sample to flat arrays."""

from __future__ import annotations

import awkward as ak
import numpy as np

from hepml.contracts import BarrelEvents

BARREL_BRANCHES = ("hit_layer", "hit_phi", "hit_z_cm", "hit_particle", "particle_pt", "particle_eta")
"""What a builder and its judges read."""


def barrel_events(events: ak.Array) -> BarrelEvents:
    """Return the hits and particles of events with the branches `BARREL_BRANCHES`.

    Parameters
    ----------
    events : awkward array with one row per event
        As ``hepml sample tracks --detector barrel`` writes them.

    Examples
    --------
    >>> hit = {"hit_layer": [[0, 1], [0]], "hit_phi": [[0.1, 0.2], [0.3]], "hit_z_cm": [[1, 2], [3]]}
    >>> truth = {"hit_particle": [[0, -1], [0]], "particle_pt": [[1.0], [2.0]], "particle_eta": [[0.0], [1.0]]}
    >>> barrel_events(ak.Array(hit | truth)).particle.tolist()
    [0, -1, 1]
    """
    flat = {name: ak.to_numpy(ak.flatten(events[name])) for name in BARREL_BRANCHES}
    hits, particles = (_offsets(events[name]) for name in ("hit_layer", "particle_pt"))
    place = flat["hit_particle"].astype(np.int64)
    first = np.repeat(particles[:-1], np.diff(hits))
    return BarrelEvents(
        hit_offsets=hits,
        particle_offsets=particles,
        layer=flat["hit_layer"].astype(np.int64),
        phi=flat["hit_phi"].astype(np.float64),
        z_cm=flat["hit_z_cm"].astype(np.float64),
        particle=np.where(place < 0, -1, first + place),
        pt_gev=flat["particle_pt"].astype(np.float64),
        eta=flat["particle_eta"].astype(np.float64),
    )


def _offsets(lists: ak.Array) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate([[0], np.cumsum(ak.to_numpy(ak.num(lists)))]).astype(np.int64)
