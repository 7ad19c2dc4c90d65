"""What each input variable can do alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import Curve, TaskSpec
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.checks import check_flags, check_lengths, check_weight, why_undefined
from hepml.evaluation.estimate import Estimate, undefined
from hepml.evaluation.feature_table import feature_table
from hepml.evaluation.labelled import signal_index


@dataclass(frozen=True)
class VariableRanking:
    """Variables by descending AUC; those without one are last.

    Attributes
    ----------
    names : tuple of str
        Of the variables.
    auc : tuple of Estimate
        Of a cut on the variable alone, at least 0.5.
    sign : tuple of int
        1: signal has larger values, −1: smaller ones.
    missing : tuple of float
        Weighted fraction of events (|w|) in which the variable is missing.
    """

    names: tuple[str, ...]
    auc: tuple[Estimate, ...]
    sign: tuple[int, ...]
    missing: tuple[float, ...]


def rank_variables(
    features: ArrayLike, names: Sequence[str], truth: ArrayLike, *, sample_weight: ArrayLike | None = None
) -> VariableRanking:
    """Rank variables by the AUC of each alone.

    Events in which a variable is missing (not finite) do not count for it; how many those are is in `missing`.  An AUC
    below 0.5 is turned over, so that one which separates nothing is above 0.5 by part of its error.

    Parameters
    ----------
    features : array of float, shape (n, n_features)
        The variables; NaN where missing.
    names : sequence of str
        Of the columns.
    truth : array of bool or 0/1, shape (n,)
        Whether the event is signal.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        Rows or names do not fit.
    DatasetError
        A weight is NaN.

    Examples
    --------
    >>> ranking = rank_variables([[1, 5], [2, 1], [3, 2], [4, 1]], ["x", "y"], [0, 0, 1, 1])
    >>> ranking.names, [auc.value for auc in ranking.auc], ranking.sign
    (('x', 'y'), [1.0, 0.625], (1, -1))
    """
    table = feature_table(features, names)
    signal = check_flags("truth", truth)
    weight = check_weight(sample_weight, n=len(table))
    check_lengths({"features": table, "truth": signal, "sample_weight": weight})
    rows = [_alone(table[:, column], signal, weight) for column in range(table.shape[1])]
    order = sorted(range(len(rows)), key=lambda column: -rows[column][0].value if rows[column][0].defined else 0.0)
    return VariableRanking(
        names=tuple(names[column] for column in order),
        auc=tuple(rows[column][0] for column in order),
        sign=tuple(rows[column][1] for column in order),
        missing=tuple(rows[column][2] for column in order),
    )


def variable_ranking_curves(
    features: ArrayLike,
    names: Sequence[str],
    label: ArrayLike,
    task: TaskSpec,
    *,
    sample_weight: ArrayLike | None = None,
    part: str = "test",
) -> list[Curve]:
    """Return one ``variable_ranking`` per signal; with three classes and more each against the rest.

    Columns: ``auc``, ``auc_error``.  Labels: ``features``, ``sign`` and ``missing``, in the same order.

    Parameters
    ----------
    features, names, sample_weight
        As for `rank_variables`.
    label : array of int, shape (n,)
        Class index; events without one (−1) are left out.
    task : TaskSpec
        Gives classes and signal.
    part : str
        Part of the dataset.
    """
    true_class = np.asarray(label)
    table, weight = feature_table(features, names), check_weight(sample_weight, n=len(true_class))
    check_lengths({"features": table, "label": true_class, "sample_weight": weight})
    known = true_class >= 0
    signals = [signal_index(task)] if len(task.classes) == 2 else range(len(task.classes))
    curves = []
    for index in signals:
        ranking = rank_variables(table[known], names, true_class[known] == index, sample_weight=weight[known])
        columns = {
            "auc": np.array([auc.value for auc in ranking.auc]),
            "auc_error": np.array([auc.error for auc in ranking.auc]),
        }
        labels = {"features": list(ranking.names), "sign": list(ranking.sign), "missing": list(ranking.missing)}
        curves.append(Curve("variable_ranking", columns, class_=task.classes[index], part=part, labels=labels))
    return curves


def _alone(
    values: NDArray[np.float64], truth: NDArray[np.bool_], weight: NDArray[np.float64]
) -> tuple[Estimate, int, float]:
    known = np.isfinite(values)
    size = np.abs(weight)
    missing = float(size[~known].sum() / size.sum()) if size.sum() > 0 else 0.0
    reason = why_undefined(truth[known], weight[known])
    if reason is not None:
        return undefined(reason), 1, missing
    auc = roc_auc_score(truth[known], values[known], sample_weight=weight[known])
    if auc.value < 0.5:
        return Estimate(1 - auc.value, auc.error, auc.method), -1, missing
    return auc, 1, missing
