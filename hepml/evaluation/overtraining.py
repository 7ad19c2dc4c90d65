"""Whether a model is as good on events that it has not seen: train against test."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from hepml.contracts import Metric
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.kolmogorov_smirnov import ks_2samp
from hepml.evaluation.labelled import LabelledScores, class_score, signal_views


def auc_gap(train: Estimate, test: Estimate) -> Estimate:
    """Return AUC(train) − AUC(test) with the error of two independent samples.

    Examples
    --------
    >>> gap = auc_gap(Estimate(0.75, 0.003, "delong"), Estimate(0.5, 0.004, "delong"))
    >>> gap.value, round(gap.error, 6)
    (0.25, 0.005)
    """
    return Estimate(train.value - test.value, math.hypot(train.error, test.error), "delong, train minus test")


def overtraining_figures(
    train: LabelledScores, test: LabelledScores, *, n_permutations: int, seed: int
) -> list[Metric]:
    """Return ``auc_gap`` and ``auc_gap_in_sigma`` per signal, and ``ks_p_value`` of the scores per true class.

    Parameters
    ----------
    train, test : LabelledScores
        The same run on both parts; each class has events in both.
    n_permutations : int
        For the p-values.
    seed : int
        Deals the permutations.
    """
    case = Case(test.run, test.part)
    return [*_gaps(train, test, case), *_ks_p_values(train, test, case, n_permutations, seed)]


def _gaps(train: LabelledScores, test: LabelledScores, case: Case) -> list[Metric]:
    metrics = []
    for seen, unseen in zip(signal_views(train, None), signal_views(test, None), strict=True):
        gap = auc_gap(
            roc_auc_score(seen.truth, seen.score, sample_weight=train.weight),
            roc_auc_score(unseen.truth, unseen.score, sample_weight=test.weight),
        )
        in_sigma = Estimate(gap.value / gap.error if gap.error > 0 else math.nan, math.nan, gap.method)
        of_class = replace(case, class_=seen.signal)
        metrics += [of_class.metric("auc_gap", gap), of_class.metric("auc_gap_in_sigma", in_sigma)]
    return metrics


def _ks_p_values(
    train: LabelledScores, test: LabelledScores, case: Case, n_permutations: int, seed: int
) -> list[Metric]:
    metrics = []
    for index, name in enumerate(test.task.classes):
        in_train, in_test = train.label == index, test.label == index
        result = ks_2samp(
            class_score(train, None, index)[in_train],
            class_score(test, None, index)[in_test],
            rng=np.random.default_rng([seed, index]),
            sample_weight=train.weight[in_train],
            other_weight=test.weight[in_test],
            n_permutations=n_permutations,
        )
        estimate = Estimate(result.p_value, result.p_value_error, "permutation, train against test")
        metrics.append(replace(case, class_=name).metric("ks_p_value", estimate))
    return metrics
