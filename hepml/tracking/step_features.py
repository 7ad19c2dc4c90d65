"""What a network reads of a track, layer by layer, and the extrapolation that it corrects, in compiled code.

After each layer the next hit is expected where simple geometry puts it: from the last hit on, along the line through
the last two, on a circle through the first, a middle and the last hit.  A network then learns how far off the hit is,
in units of a rough error, from how much other extrapolations differ and how far off earlier hits have been.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hepml.contracts import Barrel
from hepml.samples.helix import UNREACHED, advanced, arc_to_radius, curvature_per_cm
from hepml.samples.multiple_scattering import crossed_x0, highland_angle

Floats = NDArray[np.float64]

STEP_FEATURES = (
    "residual_rphi",
    "residual_z",
    "whole_rphi",
    "recent_rphi",
    "beam_rphi",
    "whole_z",
    "recent_z",
    "charge_over_pt",
    "tan_lambda",
    "log_error_rphi",
    "log_error_z",
    "incidence",
    "radius",
    "gap",
    "seen",
)
"""Of one item, in this order (see `track_steps`)."""

TARGETS = STEP_FEATURES[:2]
"""What the next item is expected to have: hit minus extrapolation, in units of the rough error."""

_FEWEST = 3
_STIFFEST, _SOFTEST = 1e-3, 5.0  # |q/pT| in 1/GeV, for the rough error


class TrackSteps(NamedTuple):
    """Items of n tracks, one per layer, and what is expected after each.

    Attributes
    ----------
    features : array, shape (n, n_layers, len(STEP_FEATURES))
        NaN where there is no residual; other features are 0 until there are three hits.
    place : array, shape (n, n_layers, 2)
        φ in rad and z in cm where the extrapolation puts the hit of the next layer; NaN where there is none.
    error_cm : array, shape (n, n_layers, 2)
        Rough errors of these along the circle and along z.
    """

    features: Floats
    place: Floats
    error_cm: Floats


def track_steps(hits: Floats, barrel: Barrel) -> TrackSteps:
    """Return the items of tracks; that of a layer knows nothing of later ones.

    Features after each layer: ``residual_rphi``, ``residual_z``: its hit minus what was expected, in units of the rough
    error then.  In units of the rough error of the next layer, how far from the extrapolation others are: ``whole_…``
    with the direction of the whole track, ``recent_…`` from the last three hits alone, ``beam_rphi`` on the circle
    through the beam line.  ``charge_over_pt`` (1/GeV), ``tan_lambda``, ``log_error_…`` (the rough error over the
    resolution), ``incidence`` (sine, across the next layer), ``radius`` (of the next layer over the last one's),
    ``gap`` (way to the next layer over that between the last two hits), ``seen`` (whether there is a hit).

    Parameters
    ----------
    hits : array, shape (n, k, 2)
        φ and z on the first k layers, NaN where there is none.
    barrel : Barrel
        The tracker.
    """
    n, n_layers = hits.shape[:2]
    features = np.zeros((n, n_layers, len(STEP_FEATURES)))
    place, error = np.full((n, n_layers, 2), np.nan), np.full((n, n_layers, 2), np.nan)
    for layer in range(n_layers):
        _add_item(hits, barrel, layer, features, place, error)
    return TrackSteps(features, place, error)


def with_next_item(steps: TrackSteps, hits: Floats, barrel: Barrel) -> TrackSteps:
    """Return the items of tracks with one more layer, of which `steps` has all but the last.

    Parameters
    ----------
    steps : TrackSteps
        Of k − 1 layers.
    hits : array, shape (n, k, 2)
        As for `track_steps`.
    barrel : Barrel
        The tracker.
    """
    layer = hits.shape[1] - 1
    longer = [np.concatenate([column, np.full_like(column[:, :1], np.nan)], axis=1) for column in steps]
    _add_item(hits, barrel, layer, *longer)
    return TrackSteps(*longer)


@njit(cache=True)
def _add_item(hits: Floats, barrel: Barrel, layer: int, features: Floats, place: Floats, error: Floats) -> None:
    """Set the features of the item of a layer, and where the next hit is expected; earlier items are there."""
    found = np.empty(layer + 1, np.int64)
    points = np.empty((layer + 1, 3))
    for i in range(len(hits)):
        n = 0
        for k in range(layer + 1):
            if not np.isnan(hits[i, k, 0]):
                radius = barrel.radii_cm[k]
                points[n, 0], points[n, 1] = radius * np.cos(hits[i, k, 0]), radius * np.sin(hits[i, k, 0])
                points[n, 2], found[n] = hits[i, k, 1], k
                n += 1
        item = features[i, layer]
        item[:] = 0.0
        item[:2] = np.nan
        seen = n > 0 and found[n - 1] == layer
        item[14] = 1.0 if seen else 0.0
        if seen and layer > 0 and not np.isnan(place[i, layer - 1, 0]):
            off = hits[i, layer, 0] - place[i, layer - 1, 0]
            off = np.remainder(off + np.pi, 2 * np.pi) - np.pi
            item[0] = off * barrel.radii_cm[layer] / error[i, layer - 1, 0]
            item[1] = (hits[i, layer, 1] - place[i, layer - 1, 1]) / error[i, layer - 1, 1]
        if n >= _FEWEST and layer + 1 < len(barrel.radii_cm):
            _expect(points[:n], found[:n], barrel, layer, item, place[i, layer], error[i, layer])


@njit(cache=True)
def _expect(
    points: Floats, found: NDArray[np.int64], barrel: Barrel, layer: int, item: Floats, place: Floats, error: Floats
) -> None:
    """Set the features about the next layer, the place and the rough error there."""
    first, middle, before, last = points[0], points[(len(points) - 1) // 2], points[-2], points[-1]
    origin = np.zeros(3)
    radius = barrel.radii_cm[layer + 1]
    curvature, recent = _curvature(first, middle, last), _curvature(points[-3], before, last)
    slope = _slope(first, last, curvature)
    phi, arc, end_phi = _reached(before, last, curvature, radius)
    if np.isnan(phi):
        return
    place[0], place[1] = phi, last[2] + _slope(before, last, curvature) * arc
    _set_error(item, found, barrel, layer, curvature, slope, last, end_phi, error)
    others = (
        _reached(middle, last, curvature, radius)[0],
        _reached(before, last, recent, radius)[0],
        _reached(middle, last, _curvature(origin, middle, last), radius)[0],
    )
    for k in range(3):
        off = np.remainder(others[k] - phi + np.pi, 2 * np.pi) - np.pi
        item[2 + k] = 0.0 if np.isnan(off) else off * radius / error[0]
    item[5] = (last[2] + slope * arc - place[1]) / error[1]
    item[6] = (last[2] + _slope(points[-3], last, curvature) * arc - place[1]) / error[1]
    item[11] = np.sin(end_phi - phi)


@njit(cache=True)
def _set_error(
    item: Floats,
    found: NDArray[np.int64],
    barrel: Barrel,
    layer: int,
    curvature: float,
    slope: float,
    last: Floats,
    end_phi: float,
    error: Floats,
) -> None:
    """Set the rough error from the resolution of the last two hits and scattering in the last layer."""
    charge_over_pt = curvature / curvature_per_cm(1.0, barrel.field_t)
    radii = barrel.radii_cm
    way = radii[layer + 1] - radii[found[-1]]
    gap = way / (radii[found[-1]] - radii[found[-2]])
    secant = np.sqrt(1.0 + slope * slope)
    momentum = secant / min(max(abs(charge_over_pt), _STIFFEST), _SOFTEST)
    at_last = np.arctan2(last[1], last[0])
    angle = highland_angle(momentum, crossed_x0(barrel.thickness_x0, at_last, end_phi, slope))
    lever = np.sqrt(1.0 + (1.0 + gap) ** 2 + gap**2)
    error[0] = np.hypot(barrel.rphi_cm * lever, secant * angle * way)
    error[1] = np.hypot(barrel.z_cm * lever, secant**2 * angle * way)
    item[7], item[8] = charge_over_pt, slope
    item[9], item[10] = np.log(error[0] / barrel.rphi_cm), np.log(error[1] / barrel.z_cm)
    item[12], item[13] = radii[layer + 1] / radii[-1], gap


@njit(cache=True)
def _curvature(a: Floats, b: Floats, c: Floats) -> float:
    """Return that of the circle through three points, positive to the left: twice the area over the sides."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    sides = np.hypot(b[0] - a[0], b[1] - a[1]) * np.hypot(c[0] - a[0], c[1] - a[1]) * np.hypot(c[0] - b[0], c[1] - b[1])
    return 2.0 * area / sides


@njit(cache=True)
def _slope(a: Floats, b: Floats, curvature: float) -> float:
    """Return the slope of z over the arc between two points."""
    chord = np.hypot(b[0] - a[0], b[1] - a[1])
    half = 0.5 * curvature * chord
    arc = chord if abs(half) < 1e-8 else 2.0 * np.arcsin(min(max(half, -1.0), 1.0)) / curvature
    return (b[2] - a[2]) / arc


@njit(cache=True)
def _reached(a: Floats, b: Floats, curvature: float, radius: float) -> tuple[float, float, float]:
    """Return φ at a radius on the circle through two points, the arc from the second, and φ of the flight there."""
    chord = np.hypot(b[0] - a[0], b[1] - a[1])
    half_turn = np.arcsin(min(max(0.5 * curvature * chord, -1.0), 1.0))
    phi = np.arctan2(b[1] - a[1], b[0] - a[0]) + half_turn
    arc = arc_to_radius(b[0], b[1], phi, curvature, radius)
    if arc == UNREACHED:
        return np.nan, np.nan, np.nan
    x, y, end_phi = advanced(b[0], b[1], phi, curvature, arc)
    return np.arctan2(y, x), arc, end_phi
