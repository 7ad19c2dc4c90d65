"""The leading figure of a classification: the AUC of each signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Predictions
from hepml.evaluation.auc import roc_auc_score
from hepml.evaluation.checks import why_undefined
from hepml.evaluation.estimate import undefined
from hepml.evaluation.labelled import SignalView, labelled_scores, signal_views
from hepml.evaluation.leading_figure import LeadingFigure, no_influence
from hepml.evaluation.placement import place
from hepml.evaluation.ranking import rank


def leading_aucs(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return the AUC of the signal, or with three or more classes of each against the rest.

    The influence of an event is w (v − AUC) / Σw, with its placement value v and the Σw of its class: what DeLong's
    variance is the sum of squares of.
    """
    sample = labelled_scores(predictions)
    labelled = predictions.label >= 0
    figures = []
    for view in signal_views(sample, member):
        influence = np.zeros(predictions.n)
        reason = why_undefined(view.truth, sample.weight, names=(view.signal, view.background))
        if reason is None:
            estimate = roc_auc_score(view.truth, view.score, sample_weight=sample.weight)
            influence[labelled] = _influence(view, sample.weight, estimate.value)
        else:
            estimate, influence = undefined(reason), no_influence(predictions.n)
        figures.append(LeadingFigure("auc", estimate, influence, higher_is_better=True, class_=view.signal))
    return figures


def _influence(view: SignalView, weight: NDArray[np.float64], auc: float) -> NDArray[np.float64]:
    placed = place(rank(view.truth, view.score, sample_weight=weight))
    total = np.where(view.truth, weight[view.truth].sum(), weight[~view.truth].sum())
    return weight * (placed.value - auc) / total
