"""The weighted fraction of events that pass, with its error."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError
from hepml.evaluation.checks import check_flags, check_lengths, check_weight
from hepml.evaluation.estimate import Estimate


def weighted_fraction(passed: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Estimate:
    """Return ε = Σ_passed w / Σw with its binomial error.

    The variance is [(1 − ε)² Σ_passed w² + ε² Σ_failed w²] / (Σw)²: ε(1 − ε)/N without weights, ε(1 − ε)/N_eff with
    N_eff = (Σw)²/Σw² where the weights do not depend on what passes, and right where they do or are negative.  Where
    all or none pass it would be 0, which does not mean that ε is exact: the error is then that of one event, 1/N_eff.

    Parameters
    ----------
    passed : array of bool, shape (n,)
        Which events pass.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        Σw is not positive.

    Examples
    --------
    >>> weighted_fraction([True, True, False, False])
    Estimate(value=0.5, error=0.25, method='binomial')
    """
    chosen = check_flags("passed", passed)
    weight = check_weight(sample_weight, n=len(chosen))
    check_lengths({"passed": chosen, "sample_weight": weight})
    total = float(weight.sum())
    if total <= 0:
        msg = f"a fraction needs a positive sum of weights, but the {len(weight)} weights sum to {total:.6g}"
        raise DatasetError(msg)
    squares = np.square(weight)
    value = float(weight[chosen].sum()) / total
    passed_w2 = squares[chosen].sum(keepdims=True)
    variance = fraction_variance(np.array([value]), passed_w2, all_w2=float(squares.sum()), all_w=total)
    return Estimate(value, math.sqrt(variance[0]), "binomial")


def fraction_variance(
    fraction: NDArray[np.float64], passed_w2: NDArray[np.float64], *, all_w2: float, all_w: float
) -> NDArray[np.float64]:
    """Return the variances of weighted fractions from Σw² of what passes, and Σw² and Σw of all."""
    return np.asarray(_variance(fraction, passed_w2, all_w2, all_w))


@numba.vectorize(cache=True)
def _variance(fraction: float, passed_w2: float, all_w2: float, all_w: float) -> float:
    """One pass without intermediate arrays: the points of a ROC curve are as many as its events."""
    variance = ((1 - fraction) ** 2 * passed_w2 + fraction**2 * (all_w2 - passed_w2)) / all_w**2
    return variance if variance > 0 else (all_w2 / all_w**2) ** 2
