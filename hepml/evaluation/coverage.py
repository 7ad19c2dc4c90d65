"""Which part of the truth a generator reaches: what a collapsed one leaves out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.feature_scale import check_features, on_scale_of
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.nearest import nearest_distances


@dataclass(frozen=True)
class Coverage:
    """Coverage of the truth.

    Attributes
    ----------
    covered : Estimate
        Share of true showers with a generated one among their k nearest.
    expected : float
        The same for a generator that draws from the truth: 1 − 2⁻ᵏ for large samples of one size.
    """

    covered: Estimate
    expected: float


def coverage(truth: ArrayLike, generated: ArrayLike, *, k: int = 5, truth_weight: ArrayLike | None = None) -> Coverage:
    """Return the coverage (arXiv:2002.09797): true showers with a generated one nearer than their k-th true neighbour.

    Distances are of variables divided by their standard deviations in the truth.  The error is binomial: 10 to 30% too
    small, since showers that are near to one another share their neighbours.

    Parameters
    ----------
    truth, generated : array of float, shape (n, d) and (m, d)
        Variables; d of some tens, since in very many all distances are alike.
    k : int
        Neighbours.
    truth_weight : array of float, shape (n,), optional
        Signed weights of the true showers; None: all 1.

    Raises
    ------
    ShapeError
        The arrays do not fit.
    DatasetError
        A value is NaN, or there are too few rows.

    Examples
    --------
    The generated showers lie beside the left half alone; each true shower there has one among its 2 nearest.

    >>> truth = np.array([[0.0], [1.0], [2.0], [100.0], [101.0], [102.0]])
    >>> coverage(truth, truth[:3] + 0.1, k=2).covered.value
    0.5
    """
    full = check_features("truth", truth, least=k + 1)
    fast = check_features("generated", generated, least=1)
    full, fast = on_scale_of(full, [full, fast])
    reached = nearest_distances(full, fast) <= nearest_distances(full, full, k=k, skip_self=True)
    nearer = np.arange(k)
    missed = np.prod((len(full) - 1 - nearer) / (len(full) - 1 + len(fast) - nearer))
    covered = weighted_fraction(reached, sample_weight=truth_weight)
    return Coverage(covered, 1.0 - float(missed))
