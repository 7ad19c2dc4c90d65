"""Seeds: three hits that a particle from near the z axis may have left on three layers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Barrel, BarrelEvents
from hepml.samples.helix import GEV_PER_T_CM
from hepml.tracking.build_options import SeedOptions
from hepml.tracking.hit_index import HitIndex, Windows, hits_near

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def find_seeds(
    events: BarrelEvents, index: HitIndex, barrel: Barrel, layers: tuple[int, int, int], options: SeedOptions
) -> tuple[Ints, Floats]:
    """Return the hits of seeds, shape (n, 3), those of an event together, and how far off each is, shape (n,).

    A pair of the first two layers has |Δφ| of a circle with the smallest pT at most, |Δz| of the largest tan λ, and
    points to the beam line.  Seen from there φ is linear in r up to d0/r, and z is linear: the third hit may be off by
    that and by a kink at the second.  How far off it is is the sum of both squares, 1 for each at the window's edge.

    Parameters
    ----------
    events : BarrelEvents
        The hits.
    index : HitIndex
        Those that may be used.
    barrel : Barrel
        The tracker.
    layers : tuple of int
        Three, rising.
    options : SeedOptions
        The cuts.
    """
    first, second = _pairs(events, index, barrel, layers, options)
    a, b, c = (float(barrel.radii_cm[layer]) for layer in layers)
    beyond = (c - b) / (b - a)
    turn = _turn(events.phi[second] - events.phi[first])
    rise = events.z_cm[second] - events.z_cm[first]
    by_d0 = options.d0_cm * abs(1 / c - 1 / b + beyond * (1 / a - 1 / b))
    way = options.kink * (c - b)
    windows = Windows(
        events.event_of_hit[first],
        events.phi[second] + beyond * turn,
        np.full(len(first), by_d0 + way / c),
        events.z_cm[second] + beyond * rise,
        way * (1 + np.square(rise / (b - a))),
    )
    pair, third = hits_near(index, layers[2], windows)
    off = np.square(_turn(events.phi[third] - windows.phi[pair]) / windows.half_phi[pair])
    off += np.square((events.z_cm[third] - windows.z_cm[pair]) / windows.half_z_cm[pair])
    return np.stack([first[pair], second[pair], third], axis=1), off


def _pairs(
    events: BarrelEvents, index: HitIndex, barrel: Barrel, layers: tuple[int, int, int], options: SeedOptions
) -> tuple[Ints, Ints]:
    n_events, n_slices = index.n_events, index.n_slices
    cells = np.array([layers[0], layers[0] + 1]) * n_events * n_slices
    hits = np.sort(index.hit[slice(*index.offsets[cells])])  # event by event
    a, b = float(barrel.radii_cm[layers[0]]), float(barrel.radii_cm[layers[1]])
    radius = options.pt_gev / (GEV_PER_T_CM * barrel.field_t)
    bend = np.diff(np.arcsin(np.minimum(np.array([a, b]) / (2 * radius), 1.0)))[0]
    half_phi = float(bend) + options.d0_cm * (1 / a - 1 / b)
    arc = radius * 2 * float(bend) if bend > 0 else b - a
    half_z = options.tan_lambda * max(arc, b - a)
    windows = Windows(
        events.event_of_hit[hits],
        events.phi[hits],
        np.full(len(hits), half_phi),
        events.z_cm[hits],
        np.full(len(hits), half_z),
    )
    which, second = hits_near(index, layers[1], windows)
    first = hits[which]
    at_axis = events.z_cm[first] - (events.z_cm[second] - events.z_cm[first]) * a / (b - a)
    good = np.abs(at_axis) < options.z0_cm
    return first[good], second[good]


def _turn(angle: Floats) -> Floats:
    return np.remainder(angle + np.pi, 2 * np.pi) - np.pi
