"""AUC, its paired difference and the rejection, with errors by bootstrap."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hepml.evaluation.auc import auc_of_sums
from hepml.evaluation.bootstrap import Bootstrap, bootstrap_ranked
from hepml.evaluation.ranking import rank
from hepml.evaluation.rejection import check_signal_efficiency
from hepml.evaluation.resampling import ClassSums
from hepml.evaluation.roc import efficiency_of
from hepml.evaluation.working_point import crossing_of


def bootstrap_auc(
    truth: ArrayLike,
    score: ArrayLike,
    *,
    rng: np.random.Generator,
    sample_weight: ArrayLike | None = None,
    n_replicas: int = 100,
) -> Bootstrap:
    """Return the AUC with its bootstrap error; `roc_auc_score` gives DeLong's, which agrees, for less.

    Parameters
    ----------
    truth, score, sample_weight
        As for `roc_auc_score`.
    rng, n_replicas
        As for `bootstrap_ranked`.

    Examples
    --------
    >>> bootstrap_auc([1, 1, 0, 0], [0.9, 0.4, 0.4, 0.1], rng=np.random.default_rng(1)).estimate.value
    0.875
    """
    ranked = rank(truth, score, sample_weight=sample_weight)
    return bootstrap_ranked([ranked], _auc, rng=rng, n_replicas=n_replicas)


def bootstrap_delta_auc(
    truth: ArrayLike,
    score: ArrayLike,
    other_score: ArrayLike,
    *,
    rng: np.random.Generator,
    sample_weight: ArrayLike | None = None,
    n_replicas: int = 100,
) -> Bootstrap:
    """Return AUC(score) − AUC(other_score) on the same events with the bootstrap error of the paired difference.

    Parameters
    ----------
    truth, score, other_score, sample_weight
        As for `delta_auc`.
    rng, n_replicas
        As for `bootstrap_ranked`.

    Examples
    --------
    >>> one, other = [0.9, 0.4, 0.4, 0.1], [0.9, 0.8, 0.2, 0.1]
    >>> bootstrap_delta_auc([1, 1, 0, 0], one, other, rng=np.random.default_rng(1)).estimate.value
    -0.125
    """
    ranked = [rank(truth, values, sample_weight=sample_weight) for values in (score, other_score)]
    return bootstrap_ranked(ranked, lambda one, other: _auc(one) - _auc(other), rng=rng, n_replicas=n_replicas)


def bootstrap_rejection(
    truth: ArrayLike,
    score: ArrayLike,
    signal_efficiency: float,
    *,
    rng: np.random.Generator,
    sample_weight: ArrayLike | None = None,
    n_replicas: int = 100,
) -> Bootstrap:
    """Return 1/ε_B at a signal efficiency with its bootstrap error; the cut that gives ε_S moves with each replica.

    Parameters
    ----------
    truth, score, signal_efficiency, sample_weight
        As for `rejection_at_signal_efficiency`.
    rng, n_replicas
        As for `bootstrap_ranked`.

    Examples
    --------
    >>> bootstrap_rejection([1, 1, 0, 0], [0.9, 0.3, 0.5, 0.1], 0.75, rng=np.random.default_rng(1)).estimate.value
    2.0
    """
    check_signal_efficiency(signal_efficiency)
    ranked = rank(truth, score, sample_weight=sample_weight)

    def rejection(sums: ClassSums) -> float:
        at_cut = crossing_of(efficiency_of(sums.signal), np.array([signal_efficiency]))
        background_efficiency = float(at_cut.read(efficiency_of(sums.background))[0])
        return 1 / background_efficiency if background_efficiency > 0 else math.nan

    return bootstrap_ranked([ranked], rejection, rng=rng, n_replicas=n_replicas)


def _auc(sums: ClassSums) -> float:
    return auc_of_sums(sums.signal, sums.background)
