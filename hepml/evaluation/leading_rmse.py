"""The leading figure of a regression: the root mean square of the residual of each output."""

from __future__ import annotations

import numpy as np

from hepml.contracts import OutputSpec, Predictions
from hepml.evaluation.estimate import undefined
from hepml.evaluation.leading_figure import LeadingFigure, no_influence
from hepml.evaluation.residuals import residuals, rmse_of

_SPECTATOR = "spectator:"


def leading_rmses(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return √(Σw r² / Σw) of the residual r of each output; events without a truth do not count.

    The influence of an event is w/Σw times what its r² moves the figure by, less the mean of that.
    """
    return [_leading_rmse(predictions, member, spec) for spec in predictions.task.kept]


def _leading_rmse(predictions: Predictions, member: str | None, spec: OutputSpec) -> LeadingFigure:
    outputs = predictions.outputs if member is None else predictions.members[member]
    prediction = np.asarray(outputs[spec.name], np.float64).reshape(predictions.n)
    truth = np.asarray(predictions.spectators[spec.target.removeprefix(_SPECTATOR)], np.float64)
    known = np.isfinite(truth)
    weight = predictions.weight[known]
    total = float(weight.sum())
    if not total > 0:
        estimate = undefined(f"the weights of the {len(weight)} events with a truth sum to {total:.6g}")
        influence = no_influence(predictions.n)
    else:
        sample = residuals(truth[known], prediction[known], sample_weight=weight)
        figure = rmse_of(sample)
        estimate, influence = figure.estimate(sample.share), np.zeros(predictions.n)
        influence[known] = sample.share * (figure.influence - float(sample.share @ figure.influence))
    return LeadingFigure("rmse", estimate, influence, higher_is_better=False, output=spec.name)
