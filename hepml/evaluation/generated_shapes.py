"""Shape variables of generated showers beside those of full simulation: figures, and the histograms behind a plot."""

from __future__ import annotations

import math

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.evaluation.case import Case
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.shape_comparison import compare_shapes
from hepml.evaluation.shower_sample import Floats, ShowerSample
from hepml.evaluation.two_histograms import shares_in_bins

_SHOWN = (0.002, 0.998)  # quantiles of the truth between which histograms are drawn
_N_SHOWN = 40


def shape_figures(truth: ShowerSample, fast: ShowerSample, *, n_bins: int) -> list[Metric]:
    """Return, for each shape variable, ``separation`` (less chance), ``chi2_per_degree`` and ``chi2_p_value``.

    Parameters
    ----------
    truth, fast : ShowerSample
        Full simulation, and what is compared with it.
    n_bins : int
        Bins of equal population in the truth, at most; there are no more than let each hold some ten showers.
    """
    n_bins = max(2, min(n_bins, truth.n // 10))
    found = compare_shapes(
        truth.shapes,
        fast.shapes,
        rng=None,
        n_bins=n_bins,
        truth_weight=truth.weight,
        generated_weight=fast.weight,
    )
    metrics = []
    for each in found:
        case = Case(fast.name, "test", member=fast.member, output=each.name)
        test = each.chi2
        per_degree = test.chi2 / test.n_degrees if test.n_degrees else math.nan
        width = math.sqrt(2 / test.n_degrees) if test.n_degrees else math.nan
        metrics += [
            case.metric("separation", each.separation.excess),
            case.metric("chi2_per_degree", Estimate(per_degree, width, f"{test.n_degrees} degrees of freedom")),
            case.metric("chi2_p_value", Estimate(test.p_value, math.nan, "chi2")),
        ]
    return metrics


def shape_histograms(sample: ShowerSample, truth: ShowerSample) -> list[Curve]:
    """Return a ``shower_shape`` for each variable: ``low``, ``high``, ``share`` of showers in the bin with its error.

    Bins are equally wide, and reach from near the smallest to near the largest value of the truth.

    Parameters
    ----------
    sample : ShowerSample
        Whose.
    truth : ShowerSample
        Gives the bins.
    """
    curves = []
    for name, values in sample.shapes.items():
        edges = _edges(truth.shapes[name])
        shares = shares_in_bins(values, edges, sample_weight=sample.weight)
        inside = slice(1, -1)
        columns = {
            "low": edges[:-1],
            "high": edges[1:],
            "share": shares.share[inside],
            "share_error": np.sqrt(np.maximum(shares.variance[inside], 0.0)),
        }
        labels = {"variable": name}
        curves.append(Curve("shower_shape", columns, sample.name, sample.member, labels=labels))
    return curves


def _edges(values: Floats) -> Floats:
    low, high = np.quantile(values, _SHOWN)
    different = np.unique(values)
    if len(different) <= _N_SHOWN and (different == np.round(different)).all():  # counts: a bin for each
        return np.arange(different[0] - 0.5, different[-1] + 1.0)
    if not high > low:
        return np.array([low - 0.5, low + 0.5])
    return np.linspace(low, high, _N_SHOWN + 1)
