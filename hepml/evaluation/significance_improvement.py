"""By which factor a cut improves s/√b, for any yields: ε_S/√ε_B."""

from __future__ import annotations

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from hepml.evaluation.estimate import Estimate
from hepml.evaluation.rejection import rejection_of
from hepml.evaluation.roc import RocCurve, roc_curve


def significance_improvement(
    truth: ArrayLike, score: ArrayLike, signal_efficiency: float, *, sample_weight: ArrayLike | None = None
) -> Estimate:
    """Return ε_S/√ε_B at a signal efficiency, with an error that includes the fluctuation of the cut.

    Undefined as `rejection_at_signal_efficiency` is; the limit in `method` is then that of the rejection.

    Parameters
    ----------
    truth, score, signal_efficiency, sample_weight
        As for `rejection_at_signal_efficiency`.

    Examples
    --------
    >>> significance_improvement([1, 1, 0, 0, 0, 0], [0.9, 0.3, 0.5, 0.1, 0.1, 0.1], 0.75).value
    1.5
    """
    return significance_improvement_of(roc_curve(truth, score, sample_weight=sample_weight), signal_efficiency)


def significance_improvement_of(curve: RocCurve, signal_efficiency: float) -> Estimate:
    """Return ε_S/√ε_B at a signal efficiency of a ROC curve; see `significance_improvement`."""
    rejection = rejection_of(curve, signal_efficiency)
    if not rejection.defined:
        return replace(rejection, method=rejection.method.replace("above", "1/ε_B above"))
    root = math.sqrt(rejection.value)
    return Estimate(signal_efficiency * root, signal_efficiency * rejection.error / (2 * root), rejection.method)
