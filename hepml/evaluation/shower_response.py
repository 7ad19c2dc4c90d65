"""Response and resolution of a calorimeter in bins of the true energy, and those of fast over full simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import Curve
from hepml.errors import DatasetError, ShapeError
from hepml.evaluation.binning import bin_index
from hepml.evaluation.checks import check_finite, check_lengths, check_weight
from hepml.evaluation.mean import class_shares, standard_error

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ShowerResponse:
    """Response in k bins of the true energy; all of shape (k,), NaN where a bin has too few showers.

    Attributes
    ----------
    low, high, energy_mean : array of float64
        Edges and mean of the true energy in GeV.
    response, response_error : array of float64
        Mean of seen / true energy.
    resolution, resolution_error : array of float64
        Standard deviation of seen / true energy over its mean.
    n : array of int64
        Showers.
    """

    low: Floats
    high: Floats
    energy_mean: Floats
    response: Floats
    response_error: Floats
    resolution: Floats
    resolution_error: Floats
    n: NDArray[np.int64]


@dataclass(frozen=True)
class ResponseRatio:
    """Response and resolution of fast over full simulation in bins, each of shape (k,): 1 where they agree."""

    low: Floats
    high: Floats
    response: Floats
    response_error: Floats
    resolution: Floats
    resolution_error: Floats


def shower_response(
    true_energy: ArrayLike, seen_energy: ArrayLike, edges: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> ShowerResponse:
    """Return response and resolution in bins of the true energy.

    Parameters
    ----------
    true_energy, seen_energy : array of float, shape (n,)
        In GeV; the true one above 0.
    edges : array of float, shape (k + 1,)
        Of the true energy, increasing; what is outside is left out.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A number is NaN or infinite, or a true energy is not above 0.

    Examples
    --------
    >>> found = shower_response([10.0, 10.0, 20.0], [8.0, 10.0, 18.0], [5, 15, 30])
    >>> found.response.tolist(), found.resolution.round(3).tolist()
    ([0.9, 0.9], [0.111, nan])
    """
    true, seen = check_finite("true_energy", true_energy), check_finite("seen_energy", seen_energy)
    weight = check_weight(sample_weight, n=len(true))
    check_lengths({"true_energy": true, "seen_energy": seen, "sample_weight": weight})
    if not (true > 0).all():
        msg = f"true energies must be above 0, found {true.min():g}: leave these showers out"
        raise DatasetError(msg)
    limits = np.asarray(edges, dtype=np.float64)
    index = bin_index(true, limits)
    rows = [_of_bin(true[index == i], seen[index == i], weight[index == i]) for i in range(len(limits) - 1)]
    energy, response, response_error, resolution, resolution_error = np.array(rows, dtype=np.float64).T
    counts = np.bincount(index[index >= 0], minlength=len(limits) - 1)
    of_bins = (limits[:-1], limits[1:], energy)
    return ShowerResponse(*of_bins, response, response_error, resolution, resolution_error, counts)


def _of_bin(true: Floats, seen: Floats, weight: Floats) -> tuple[float, ...]:
    """Return mean energy, response and resolution with their errors."""
    if len(true) == 0 or weight.sum() <= 0:
        return (math.nan,) * 5
    share, ratio = class_shares(weight, None), seen / true
    mean = float(share @ ratio)
    variance = float(share @ np.square(ratio - mean))
    energy, mean_error = float(share @ true), standard_error(ratio, share)
    if not (variance > 0 and mean > 0):
        return energy, mean, mean_error, math.nan, math.nan
    width = math.sqrt(variance)
    influence = (np.square(ratio - mean) - variance) / (2 * width * mean) - width * ratio / mean**2
    return energy, mean, mean_error, width / mean, standard_error(influence, share)


def response_ratio(fast: ShowerResponse, full: ShowerResponse) -> ResponseRatio:
    """Return what fast simulation has over full simulation in the same bins; the samples are independent.

    Raises
    ------
    ShapeError
        The bins differ.
    """
    if not (np.array_equal(fast.low, full.low) and np.array_equal(fast.high, full.high)):
        msg = (
            f"responses are compared in equal bins, found {len(fast.low)} and {len(full.low)} that differ: use the same"
        )
        raise ShapeError(msg)
    response, response_error = _over(fast.response, fast.response_error, full.response, full.response_error)
    resolution = _over(fast.resolution, fast.resolution_error, full.resolution, full.resolution_error)
    return ResponseRatio(fast.low, fast.high, response, response_error, *resolution)


def shower_response_curve(response: ShowerResponse, *, run: str | None = None, part: str = "test") -> Curve:
    """Return the points behind a plot."""
    names = ("low", "high", "energy_mean", "response", "response_error", "resolution", "resolution_error")
    columns = {name: getattr(response, name) for name in names} | {"n": response.n.astype(np.float64)}
    return Curve("shower_response", columns, run=run, part=part)


def _over(one: Floats, one_error: Floats, other: Floats, other_error: Floats) -> tuple[Floats, Floats]:
    ratio = one / other
    return ratio, np.abs(ratio) * np.hypot(one_error / one, other_error / other)
