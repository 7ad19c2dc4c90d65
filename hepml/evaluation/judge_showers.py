"""Generated showers judged against full simulation: figures of merit, verdicts, and the curves behind the plots."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from hepml.contracts import Curve, Metric
from hepml.evaluation.case import Case
from hepml.evaluation.correlation import correlation_curves
from hepml.evaluation.delta_auc import two_sided_p_value
from hepml.evaluation.estimate import Estimate
from hepml.evaluation.generated_distances import distance_figures, mean_shower, spectrum_curve
from hepml.evaluation.generated_response import energy_edges, response_curves, response_figures
from hepml.evaluation.generated_shapes import shape_figures, shape_histograms
from hepml.evaluation.shape_comparison import compare_shapes
from hepml.evaluation.shower_sample import ShowerSample
from hepml.recipe import JudgedGenerator

_MOST_CELLS = 5000  # of a mean shower that is kept in metrics.json
_GROUPS = 10


def judge_showers(truth: ShowerSample, fast: ShowerSample, how: JudgedGenerator, *, seed: int) -> list[Metric]:
    """Return figures of merit of one sample of showers against full simulation.

    Of each shape variable (`shape_figures`), of response and resolution in bins of the true energy
    (`response_figures`), and of all variables and cells together (`distance_figures`).  Given other full simulation
    instead of generated showers, they are the floor below which nothing can be seen.

    Parameters
    ----------
    truth, fast : ShowerSample
        Full simulation, and what is compared with it.
    how : recipe.JudgedGenerator
        What is asked for.
    seed : int
        Shuffles showers; the figures depend on nothing else.

    Raises
    ------
    DatasetError
        There are too few showers, or a value is NaN.
    """
    edges = energy_edges(truth, how.energy_bins)
    return [
        *response_figures(truth, fast, edges),
        *shape_figures(truth, fast, n_bins=how.bins),
        *distance_figures(truth, fast, neighbours=how.neighbours, seed=seed),
    ]


def shower_curves(sample: ShowerSample, truth: ShowerSample, how: JudgedGenerator) -> list[Curve]:
    """Return the curves behind the plots of one sample, in the bins of the truth.

    ``shower_shape`` for each variable, ``shower_response``, ``cell_spectrum``, ``correlation`` of shape variables, and
    ``mean_shower``: ``layer``, ``row``, ``column`` and ``energy_gev`` of each cell, where there are not too many.
    """
    edges = energy_edges(truth, how.energy_bins)
    names = list(sample.shapes)
    found = correlation_curves(sample.table, names, np.zeros(sample.n), (), sample_weight=sample.weight)
    return [
        *shape_histograms(sample, truth),
        *response_curves(sample, edges),
        spectrum_curve(sample),
        *(Curve(each.name, each.columns, sample.name, sample.member, labels=each.labels) for each in found),
        *_mean_shower(sample),
    ]


def compare_generators(truth: ShowerSample, one: ShowerSample, other: ShowerSample, *, n_bins: int) -> list[Metric]:
    """Return the paired ``delta_mean_separation`` of two generators, under the same conditions as the truth.

    The separation power, less chance, averaged over all shape variables; its error is a jackknife in which ten groups
    of showers are left out of the truth and of both generators together.

    Parameters
    ----------
    truth, one, other : ShowerSample
        Row by row under the same conditions.
    n_bins : int
        As for `shape_figures`.
    """
    n_bins = max(2, min(n_bins, truth.n // 10))
    value = _mean_separation(truth, one, n_bins) - _mean_separation(truth, other, n_bins)
    group = np.arange(truth.n) % _GROUPS
    left_out = []
    for i in range(_GROUPS):
        rest = [each.select(np.flatnonzero(group != i)) for each in (truth, one, other)]
        left_out.append(_mean_separation(rest[0], rest[1], n_bins) - _mean_separation(rest[0], rest[2], n_bins))
    error = float(np.sqrt((_GROUPS - 1) * np.var(left_out)))
    case = Case(one.name, "test", member=one.member, against=other.name)
    p_value = Estimate(two_sided_p_value(value, error), math.nan, "normal")
    return [
        case.metric("delta_mean_separation", Estimate(value, error, "paired jackknife")),
        case.metric("delta_mean_separation_p_value", p_value),
    ]


def _mean_separation(truth: ShowerSample, fast: ShowerSample, n_bins: int) -> float:
    found = compare_shapes(
        truth.shapes,
        fast.shapes,
        rng=None,
        n_bins=n_bins,
        truth_weight=truth.weight,
        generated_weight=fast.weight,
    )
    return float(np.mean([each.separation.excess.value for each in found]))


def _mean_shower(sample: ShowerSample) -> Sequence[Curve]:
    mean = mean_shower(sample)
    if len(mean) > _MOST_CELLS:
        return ()
    rows = [np.indices(size).reshape(2, -1) for size in sample.sizes]
    columns = {
        "layer": np.repeat(np.arange(len(rows)), [each.shape[1] for each in rows]).astype(np.float64),
        "row": np.concatenate([each[0] for each in rows]).astype(np.float64),
        "column": np.concatenate([each[1] for each in rows]).astype(np.float64),
        "energy_gev": mean,
    }
    return (Curve("mean_shower", columns, sample.name, sample.member),)
