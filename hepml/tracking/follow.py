"""Seeds followed outward: predict, look for hits near the prediction, keep the best branches, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import NO_HIT, Barrel, BarrelEvents, HitPrediction, Propagator
from hepml.tracking.build_options import BuildOptions
from hepml.tracking.hit_index import HitIndex, Windows, hits_near
from hepml.tracking.particle_hits import places_of_hits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Tracks while they are built; each array has one row per track.

    Attributes
    ----------
    seed : array of int, shape (n,)
        Which seed each has come from.
    hits : array of int, shape (n, n_layers)
        As in `FoundTracks`.
    chi2 : array, shape (n,)
        As in `FoundTracks`.
    holes, last_holes : array of int, shape (n,)
        Layers without a hit, and those of them after the last hit.
    """

    seed: Ints
    hits: Ints
    chi2: Floats
    holes: Ints
    last_holes: Ints

    def select(self, rows: NDArray[Any]) -> Candidates:
        """Return some of them, by index or mask."""
        return Candidates(*(getattr(self, field.name)[rows] for field in fields(self)))

    @staticmethod
    def joined(several: list[Candidates]) -> Candidates:
        """Return all of them in one."""
        names = [field.name for field in fields(Candidates)]
        return Candidates(*(np.concatenate([getattr(each, name) for each in several]) for name in names))


def follow_seeds(
    seeds: Ints,
    seed_chi2: Floats,
    layers: tuple[int, int, int],
    events: BarrelEvents,
    index: HitIndex,
    barrel: Barrel,
    propagator: Propagator[Any],
    options: BuildOptions,
) -> Candidates:
    """Return where the seeds lead, up to ``branches`` tracks for each.

    A track ends before the last layer where its prediction is beyond the barrel, or where it has no hit once more than
    it may.
    """
    n, n_layers = len(seeds), len(barrel.radii_cm)
    hits = np.full((n, n_layers), NO_HIT)
    hits[:, list(layers)] = seeds
    nothing = np.zeros(n, np.int64)
    tracks = Candidates(np.arange(n), hits, seed_chi2, nothing, nothing)
    state = propagator.start(np.stack([events.phi[seeds], events.z_cm[seeds]], axis=-1), layers)
    ended = [tracks.select(nothing[:0])]
    for layer in range(layers[-1] + 1, n_layers):
        state, expected = propagator.predict(state)
        inside = ~np.isnan(expected.place).any(axis=1) & (np.abs(expected.place[:, 1]) <= barrel.half_length_cm)
        rows, hit, chi2 = _near(events.event_of_hit[seeds[tracks.seed, 0]], events, index, expected, inside, options)
        goes_on = inside & (tracks.holes < options.max_holes)
        with_hit = np.isin(np.arange(len(inside)), rows)
        ended.append(tracks.select(~goes_on & ~with_hit))
        tracks, parent = _branched(tracks, layer, (rows, hit, chi2), np.flatnonzero(goes_on), options)
        state = propagator.update(propagator.choose(state, parent), places_of_hits(events, tracks.hits[:, layer]))
    return Candidates.joined([*ended, tracks])


def _near(
    event: Ints,
    events: BarrelEvents,
    index: HitIndex,
    expected: HitPrediction,
    inside: NDArray[np.bool_],
    options: BuildOptions,
) -> tuple[Ints, Ints, Floats]:
    """Return (track, hit, χ²) of all hits within the gate."""
    rows = np.flatnonzero(inside)
    place, covariance = expected.place[rows], expected.covariance[rows]
    half = np.sqrt(options.gate * np.diagonal(covariance, axis1=1, axis2=2))
    windows = Windows(event[rows], place[:, 0], half[:, 0], place[:, 1], half[:, 1])
    which, hit = hits_near(index, expected.layer, windows)
    chi2 = distance2(events.phi[hit] - place[which, 0], events.z_cm[hit] - place[which, 1], covariance[which])
    good = chi2 < options.gate
    return rows[which[good]], hit[good], chi2[good]


def distance2(phi: Floats, z: Floats, covariance: Floats) -> Floats:
    """Return the squared distance in units of a covariance, shape (n, 2, 2); φ may be a turn off.

    Examples
    --------
    >>> distance2(np.array([2.0]), np.array([6.0]), np.array([[[1.0, 0.0], [0.0, 4.0]]])).tolist()
    [13.0]
    """
    phi = np.remainder(phi + np.pi, 2 * np.pi) - np.pi
    (a, b), (_, d) = covariance.transpose(1, 2, 0)
    return np.asarray((d * phi * phi - 2 * b * phi * z + a * z * z) / (a * d - b * b))


def _branched(
    tracks: Candidates, layer: int, near: tuple[Ints, Ints, Floats], without: Ints, options: BuildOptions
) -> tuple[Candidates, Ints]:
    """Return the best continuations of each seed, with hits or without one, and the rows that they continue."""
    rows, hit, chi2 = near
    parent = np.concatenate([rows, without])
    more_holes = np.repeat([0, 1], [len(rows), len(without)])
    total = tracks.chi2[parent] + np.concatenate([chi2, np.zeros(len(without))])
    holes = tracks.holes[parent] + more_holes
    score = total + options.hole_cost * holes
    order = np.lexsort((score, tracks.seed[parent]))
    best = order[_rank(tracks.seed[parent][order]) < options.branches]
    parent, more_holes = parent[best], more_holes[best]
    hits = tracks.hits[parent]
    hits[:, layer] = np.concatenate([hit, np.full(len(without), NO_HIT)])[best]
    last_holes = np.where(more_holes, tracks.last_holes[parent] + 1, 0)
    return Candidates(tracks.seed[parent], hits, total[best], holes[best], last_holes), parent


def _rank(sorted_seed: Ints) -> Ints:
    """Return the place of each among those of the same seed, which stand together."""
    new = np.concatenate([[True], sorted_seed[1:] != sorted_seed[:-1]])[: len(sorted_seed)]
    firsts = np.flatnonzero(new)
    return np.arange(len(sorted_seed)) - np.repeat(firsts, np.diff(np.append(firsts, len(sorted_seed))))
