"""What is counted of found tracks: passed and all, each with its event and the variables that it is binned in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import BarrelEvents, FoundTracks, MatchedTracks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Reconstructable:
    """Which particles a builder is expected to find.

    Attributes
    ----------
    min_hits : int
        Hits of the particle.
    pt_gev : tuple of float
        Lowest and highest pT.
    eta_max : float
        Largest size of η.
    """

    min_hits: int = 6
    pt_gev: tuple[float, float] = (0.0, float("inf"))
    eta_max: float = float("inf")

    def mask(self, events: BarrelEvents) -> NDArray[np.bool_]:
        """Return which particles they are."""
        low, high = self.pt_gev
        good = (events.n_hits_of_particle >= self.min_hits) & (np.abs(events.eta) <= self.eta_max)
        return np.asarray(good & (events.pt_gev >= low) & (events.pt_gev <= high))


@dataclass(frozen=True)
class TrackCounts:
    """Trials of one rate; each array has one row per trial.

    Attributes
    ----------
    name : str
        ``"track_efficiency"``, ….
    n_passed, n_trials : array of int
        Of a particle or a track: 0 or 1 of 1; where hits are counted, more.
    event : array of int
        Event of each.
    variables : mapping of str to array
        pT, η and the number of particles of the event.
    """

    name: str
    n_passed: Ints
    n_trials: Ints
    event: Ints
    variables: Mapping[str, Floats]


def count_tracks(
    found: FoundTracks, matched: MatchedTracks, events: BarrelEvents, expected: Reconstructable
) -> tuple[TrackCounts, ...]:
    """Return the counts of five rates.

    ``track_efficiency``: particles that are reconstructable and have a track.  ``track_fake_rate`` and
    ``track_duplicate_rate``: tracks that are no particle, or one that a better track is already.  ``track_hit_purity``:
    hits of tracks that are their particle's.  ``track_hit_efficiency``: hits of particles that are on their best track.
    The first is binned in true quantities, the next three in those of the track, the last in true ones.
    """
    per_event = np.diff(events.particle_offsets).astype(np.float64)
    wanted = np.flatnonzero(expected.mask(events))
    best = np.flatnonzero(~matched.fake & ~matched.duplicate)
    real = np.flatnonzero(~matched.fake)
    ones = np.ones(len(found), np.int64)
    of_tracks = {"pt_gev": found.pt_gev, "eta": found.eta, "n_particles": per_event[found.event]}

    def true(particle: Ints) -> dict[str, Floats]:
        event = events.event_of_particle[particle]
        return {"pt_gev": events.pt_gev[particle], "eta": events.eta[particle], "n_particles": per_event[event]}

    owner = matched.particle[best]
    return (
        TrackCounts(
            "track_efficiency",
            matched.found[wanted].astype(np.int64),
            np.ones(len(wanted), np.int64),
            events.event_of_particle[wanted],
            true(wanted),
        ),
        TrackCounts("track_fake_rate", matched.fake.astype(np.int64), ones, found.event, of_tracks),
        TrackCounts("track_duplicate_rate", matched.duplicate.astype(np.int64), ones, found.event, of_tracks),
        TrackCounts(
            "track_hit_purity",
            matched.n_right[real],
            found.n_hits[real],
            found.event[real],
            {name: values[real] for name, values in of_tracks.items()},
        ),
        TrackCounts(
            "track_hit_efficiency",
            matched.n_right[best],
            events.n_hits_of_particle[owner],
            found.event[best],
            true(owner),
        ),
    )
