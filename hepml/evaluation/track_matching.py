"""Which particle a found track is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, NOBODY, BarrelEvents, FoundTracks, MatchedTracks

Ints = NDArray[np.int64]

_NO_HIT = -2  # so that layers without a hit are no noise hits


def match_tracks(found: FoundTracks, events: BarrelEvents) -> MatchedTracks:
    """Return the particle with more than half of the hits of each track.

    Parameters
    ----------
    found : FoundTracks
        From `build_tracks`.
    events : BarrelEvents
        With the truth.
    """
    owner = np.where(found.hits == NO_HIT, _NO_HIT, events.particle[found.hits]) if len(found) else found.hits
    alike = (owner[:, :, None] == owner[:, None, :]).sum(axis=2)
    alike = np.where(owner >= 0, alike, 0)
    rows, most = np.arange(len(owner)), alike.argmax(axis=1)
    n_right = alike[rows, most]
    right = 2 * n_right > found.n_hits
    particle, n_right = np.where(right, owner[rows, most], NOBODY), np.where(right, n_right, 0)
    order = np.lexsort((rows, -n_right, particle))
    duplicate = np.zeros(len(owner), np.bool_)
    duplicate[order[1:]] = (np.diff(particle[order]) == 0) & (particle[order][1:] != NOBODY)
    seen = np.zeros(len(events.pt_gev), np.bool_)
    seen[particle[right]] = True
    return MatchedTracks(particle, n_right, duplicate, seen)
