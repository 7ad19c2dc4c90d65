"""The one figure of a task by which learning curves and importances judge a run."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.evaluation.estimate import Estimate


@dataclass(frozen=True)
class LeadingFigure:
    """The leading figure of one class or output.

    Attributes
    ----------
    name : str
        ``"auc"``, ``"rmse"``.
    estimate : Estimate
        Its value and error.
    influence : array of float64, shape (n,)
        By how much each event moves it: the sum of squares is the variance that the fluctuation of events gives it,
        and differences of influences are those of a paired difference.  0 for events that do not count, NaN where the
        figure is undefined.
    higher_is_better : bool
        Whether a smaller value is a loss.
    class_, output : str, optional
        As in `Metric`.
    """

    name: str
    estimate: Estimate
    influence: NDArray[np.float64]
    higher_is_better: bool
    class_: str | None = None
    output: str | None = None

    @property
    def loss(self) -> float:
        """The value, with the sign that makes a larger one worse."""
        return -self.estimate.value if self.higher_is_better else self.estimate.value

    @property
    def loss_influence(self) -> NDArray[np.float64]:
        """The influence of each event on `loss`."""
        return -self.influence if self.higher_is_better else self.influence


def no_influence(n: int) -> NDArray[np.float64]:
    """Return the influence of n events on a figure that is undefined."""
    return np.full(n, math.nan)


def paired_change(before: LeadingFigure, after: LeadingFigure) -> Estimate:
    """Return by how much a figure of the same events has changed, with the error of the paired difference.

    What moves both alike cancels: the variance is the sum of squares of the differences of influences.
    """
    influence = after.influence - before.influence
    value = after.estimate.value - before.estimate.value
    return Estimate(value, math.sqrt(float(influence @ influence)), f"{before.estimate.method} paired")
