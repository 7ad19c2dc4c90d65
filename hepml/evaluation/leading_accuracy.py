"""The accuracy of a classification as a leading figure: with what each event has to do with it."""

from __future__ import annotations

import numpy as np

from hepml.contracts import Predictions
from hepml.evaluation.accuracy import accuracy_score
from hepml.evaluation.estimate import undefined
from hepml.evaluation.labelled import labelled_scores, predicted_class
from hepml.evaluation.leading_figure import LeadingFigure, no_influence


def leading_accuracy(predictions: Predictions) -> LeadingFigure:
    """Return the weighted fraction of labelled events whose class is predicted rightly.

    The influence of an event is w (c − accuracy) / Σw, with c = 1 where its class is right and 0 where it is not.
    """
    sample = labelled_scores(predictions)
    total = float(sample.weight.sum())
    if total <= 0:
        reason = undefined(f"the weights of the {len(sample.weight)} events sum to {total:.6g}")
        return LeadingFigure("accuracy", reason, no_influence(predictions.n), higher_is_better=True)
    predicted = predicted_class(sample, None)
    estimate = accuracy_score(sample.label, predicted, sample_weight=sample.weight)
    influence = np.zeros(predictions.n)
    influence[predictions.label >= 0] = sample.weight * ((predicted == sample.label) - estimate.value) / total
    return LeadingFigure("accuracy", estimate, influence, higher_is_better=True)
