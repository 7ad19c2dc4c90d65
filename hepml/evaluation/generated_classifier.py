"""What a classifier that tells generated from full simulation says about a generator."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Metric, TwoSampleScores
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.case import Case
from hepml.evaluation.delta_auc import delta_auc, two_sided_p_value
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.isotonic import fit_isotonic
from hepml.evaluation.probability import log_loss
from hepml.evaluation.reliability import expected_calibration_error


def classifier_figures(scores: Sequence[TwoSampleScores], case: Case, *, features: str) -> list[Metric]:
    """Return ``auc_<features>``, ``jsd_<features>`` and ``calibration_error_<features>`` of several classifiers.

    The AUC is the median over classifiers, with the median of DeLong's errors and the spread of the classifiers added
    in quadrature.  The Jensen–Shannon divergence, 1 − H/ln 2 with the cross-entropy H for equal shares, is that of
    the first classifier with its scores calibrated, each half of the showers with what the other half says; 0 where
    nothing tells the samples apart, 1 where everything does.

    Parameters
    ----------
    scores : sequence of TwoSampleScores
        One per classifier.
    case : Case
        Which run.
    features : str
        What the classifiers have seen: ``"shapes"``, ``"cells"``.
    """
    found = [roc_auc_score(each.is_second, each.score, sample_weight=each.weight) for each in scores]
    values = np.array([each.value for each in found])
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    error = math.hypot(float(np.median([each.error for each in found])), spread)
    method = f"delong and spread, median of {len(found)} classifiers" if len(found) > 1 else found[0].method
    first, probability = scores[0], _calibrated(scores[0])
    balanced = first.is_second.astype(np.int64)
    loss = log_loss(balanced, probability, sample_weight=first.weight, balanced_by=balanced)
    divergence = Estimate(1 - loss.value / math.log(2), loss.error / math.log(2), "calibrated scores, log loss")
    off = expected_calibration_error(first.is_second, probability, sample_weight=first.weight, balanced_by=balanced)
    return [
        case.metric(f"auc_{features}", Estimate(float(np.median(values)), error, method)),
        case.metric(f"jsd_of_{features}", divergence),
        case.metric(f"calibration_error_{features}", off),
    ]


def compare_judged(
    scores: Sequence[TwoSampleScores], others: Sequence[TwoSampleScores], case: Case, *, features: str
) -> list[Metric]:
    """Return the paired ``delta_auc_<features>``: of one generator minus another, on the same true showers.

    Generated showers are paired by their conditions.  Over several classifiers medians of difference and error.

    Parameters
    ----------
    scores, others : sequence of TwoSampleScores
        Of as many classifiers, in the same halves of the same true showers.
    case : Case
        Which run, and which it is compared with.
    features : str
        What the classifiers have seen.
    """
    found = [
        delta_auc(one.is_second, one.score, other.score, sample_weight=one.weight).estimate
        for one, other in zip(scores, others, strict=True)
    ]
    value, error = (float(np.median([getattr(each, name) for each in found])) for name in ("value", "error"))
    if len(found) > 1:
        error = math.hypot(error, float(np.std([each.value for each in found], ddof=1)))
    estimate = Estimate(value, error, f"delong paired, median of {len(found)} classifiers")
    p_value = Estimate(two_sided_p_value(value, error), math.nan, "normal")
    name = f"delta_auc_{features}"
    return [case.metric(name, estimate), case.metric(f"{name}_p_value", p_value)]


def _calibrated(scores: TwoSampleScores) -> NDArray[np.float64]:
    """Return probabilities of equal shares; each half of the showers by an isotonic fit to the other."""
    result = np.empty(len(scores.score))
    label = scores.is_second.astype(np.int64)
    half = np.arange(len(label)) % 2 == 0
    for chosen in (half, ~half):
        fit = fit_isotonic(
            label[~chosen], scores.score[~chosen], sample_weight=scores.weight[~chosen], balanced_by=label[~chosen]
        )
        result[chosen] = fit.apply(scores.score[chosen])
    room = 1 / len(label)  # a fit to few says 0 or 1 of what it has not seen
    return np.clip(result, room, 1 - room)
