"""Whether a generator copies what it was trained on: its distance to the training showers against that of new truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.feature_scale import check_features, on_scale_of
from hepml.evaluation.fraction import weighted_fraction
from hepml.evaluation.nearest import nearest_distances

COPY_QUANTILE = 0.01
"""What is nearer to the training showers than this part of the held-out truth counts as a copy."""


@dataclass(frozen=True)
class Memorising:
    """Distances to the nearest training shower, of generated showers against those of held-out truth.

    Attributes
    ----------
    nearer : Estimate
        Probability that a generated shower is nearer than a held-out one: 0.5 where it is like new truth, 1 for copies.
    p_value : float
        Of the rank test: probability of a `nearer` as large, were they alike.
    copied : Estimate
        Share of generated showers nearer than all but 1% of the held-out ones; 0.01 where they are like new truth.
    """

    nearer: Estimate
    p_value: float
    copied: Estimate

    @property
    def copies(self) -> bool:
        """Whether there are clearly more near copies than new truth has: 5 standard errors, and twice as many.

        That generated showers are *nearer* alone does not say so: of a generator that makes typical showers only, all
        are near some training shower, and none is a copy.
        """
        above = self.copied.value - COPY_QUANTILE
        return above > max(5 * self.copied.error, COPY_QUANTILE)


def memorising_test(train: ArrayLike, held_out: ArrayLike, generated: ArrayLike) -> Memorising:
    """Compare the distances to the nearest training shower of generated showers and of held-out truth.

    A rank test as in arXiv:2004.05675.  Distances are of the variables as they are given: cells over the true energy
    are on one scale, and a copy that is scaled in energy is one as well.

    Parameters
    ----------
    train, held_out, generated : array of float, shape (n, d), (m, d) and (l, d)
        Variables of the training showers, of truth that was not trained on, and of generated showers; m of some hundred
        or more.

    Raises
    ------
    ShapeError
        The arrays do not fit.
    DatasetError
        A value is NaN, or a sample is empty.
    """
    known = check_features("train", train)
    new, fast = check_features("held_out", held_out), check_features("generated", generated)
    on_scale_of(known, [new, fast])  # refuses other variables
    of_new, of_fast = nearest_distances(new, known), nearest_distances(fast, known)
    is_fast = np.repeat([False, True], [len(of_new), len(of_fast)])
    nearer = roc_auc_score(is_fast, -np.concatenate([of_new, of_fast]))
    width = math.sqrt((len(of_new) + len(of_fast) + 1) / (12 * len(of_new) * len(of_fast)))
    copied = weighted_fraction(of_fast < np.quantile(of_new, COPY_QUANTILE))
    of_limit = math.sqrt(COPY_QUANTILE * (1 - COPY_QUANTILE) / len(of_new))
    found = Estimate(copied.value, math.hypot(copied.error, of_limit), "binomial, of both samples")
    return Memorising(nearer, float(norm.sf((nearer.value - 0.5) / width)), found)
