"""Track building: seeds, followed by a propagator, and what is left once the candidates have settled their hits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, Barrel, BarrelEvents, FoundTracks, Propagator
from hepml.tracking.ambiguity import choose_tracks
from hepml.tracking.build_options import BuildOptions
from hepml.tracking.follow import Candidates, follow_seeds
from hepml.tracking.helix_seed import helix_through
from hepml.tracking.hit_index import index_hits
from hepml.tracking.seeds import find_seeds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def build_tracks(
    events: BarrelEvents, barrel: Barrel, propagator: Propagator[Any], options: BuildOptions | None = None
) -> FoundTracks:
    """Find the tracks of all events at once; the truth is not read.

    Each pass takes seeds from three layers, follows them with the propagator, and keeps the candidates with most hits
    and lowest χ² that share few hits; the next pass sees the hits that are left.

    Parameters
    ----------
    events : BarrelEvents
        The hits (see `barrel_events`).
    barrel : Barrel
        The tracker.
    propagator : Propagator
        What predicts the next hit: `HelixFilter` or `NetworkPropagator`.
    options : BuildOptions, optional
        Seeds, gate, branches, holes, shared hits.

    Returns
    -------
    FoundTracks
        Event by event.
    """
    chosen = options or BuildOptions()
    used = np.zeros(len(events.layer), np.bool_)
    possible = [layers for layers in chosen.seeds.layers if layers[-1] < len(barrel.radii_cm)]
    found = [_pass(layers, events, barrel, propagator, chosen, used) for layers in possible]
    tracks = Candidates.joined(found)
    first = tracks.hits[np.arange(len(tracks.hits)), (tracks.hits != NO_HIT).argmax(axis=1)]
    event = events.event_of_hit[first]
    order = np.lexsort((first, event))
    tracks = tracks.select(order)
    parameters = helix_of_hits(tracks.hits, events, barrel)
    return FoundTracks(event[order], tracks.hits, tracks.chi2, tracks.holes - tracks.last_holes, parameters)


def _pass(
    layers: tuple[int, int, int],
    events: BarrelEvents,
    barrel: Barrel,
    propagator: Propagator[Any],
    options: BuildOptions,
    used: NDArray[np.bool_],
) -> Candidates:
    """Return the tracks of one set of seed layers, and mark their hits as used."""
    index = index_hits(events, n_layers=len(barrel.radii_cm), chosen=~used)
    seeds, off = find_seeds(events, index, barrel, layers, options.seeds)
    # A seed's window is no covariance: at its edge a seed is as far off as a hit at the edge of the gate.
    tracks = follow_seeds(seeds, options.gate * off, layers, events, index, barrel, propagator, options)
    tracks = tracks.select(np.count_nonzero(tracks.hits != NO_HIT, axis=1) >= options.min_hits)
    return tracks.select(choose_tracks(tracks.hits, tracks.chi2, max_shared=options.max_shared, used=used))


def helix_of_hits(hits: Ints, events: BarrelEvents, barrel: Barrel) -> Floats:
    """Return the helices through the first, a middle and the last hit of tracks, at the first, shape (n, 5)."""
    there = hits != NO_HIT
    n_hits = there.sum(axis=1)
    nth = np.cumsum(there, axis=1) - 1
    wanted = np.stack([np.zeros_like(n_hits), (n_hits - 1) // 2, n_hits - 1], axis=1)
    layers = ((nth[:, None] == wanted[:, :, None]) & there[:, None]).argmax(axis=2)
    three = np.take_along_axis(hits, layers, axis=1)
    places = np.stack([events.phi[three], events.z_cm[three]], axis=-1)
    return helix_through(places, barrel.radii_cm[layers], field_t=barrel.field_t)
