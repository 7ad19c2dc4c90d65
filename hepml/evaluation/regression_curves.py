"""The curves behind the plots of a regression, and its histograms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import hist
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Curve, Predictions
from hepml.evaluation.binning import bin_index
from hepml.evaluation.histogram import histogram_columns, score_histogram
from hepml.evaluation.quantile import distribution
from hepml.evaluation.regressed import RegressedTarget, regressed_targets
from hepml.evaluation.residuals import (
    Residuals,
    bias_of,
    median_absolute_of,
    relative,
    residuals,
    resolution_of,
    tail_of,
)
from hepml.evaluation.spectator_bins import binned_spectators, edges_of
from hepml.recipe import Evaluation

RESPONSE_BINS = 8
RESIDUAL_RANGE = 5.0
"""Residuals are drawn this many resolutions around their median."""
N_BINS_2D = 40
_OF_BIN = (
    "truth_mean",
    *(
        name
        for figure in ("bias", "resolution", "median_absolute_error", "tail_fraction")
        for name in (figure, f"{figure}_error")
    ),
)
_OUTSIDE = 0.001
"""Fraction of the truth, and of the prediction, on either side of what is drawn of them."""


def residual_histogram_curves(parts: Sequence[RegressedTarget]) -> list[Curve]:
    """Return one ``residual_histogram`` of one output per part, all with the axis of the first; label ``output``."""
    low, high = _residual_range(parts[0])
    return [
        Curve(
            "residual_histogram",
            histogram_columns(_residual_histogram(target, low, high)),
            target.run,
            part=target.part,
            labels={"output": target.output},
        )
        for target in parts
    ]


def response_curves(target: RegressedTarget, evaluation: Evaluation) -> list[Curve]:
    """Return ``response_bins``: bias, resolution and tails in bins of the truth and of spectators.

    Columns: ``low``, ``high``, ``truth_mean`` (the mean of the target in the bin), ``bias``, ``resolution``,
    ``median_absolute_error`` and ``tail_fraction`` (of the bin's own resolution), each with ``…_error``.  Labels:
    ``output``, ``of`` (the target or a spectator) and ``relative``; where no truth is negative each is given over the
    truth, too, of the events whose truth is positive.
    """
    checked = residuals(target.truth, target.predicted[None], sample_weight=target.weight)
    positive, scaled = target.truth > 0, relative_where_possible(checked)
    curves = []
    for name in [target.target, *binned_spectators(target.spectators, evaluation, leave_out=[target.target])]:
        values = target.spectators[name]
        edges = edges_of(name, values, evaluation, sample_weight=target.weight, default_bins=RESPONSE_BINS)
        for sample in (checked, scaled):
            if edges is not None and sample is not None:
                labels = {"output": target.output, "of": name, "relative": sample is scaled}
                index = bin_index(values, edges)
                columns = _response(sample, index if sample is checked else index[positive], edges)
                curves.append(Curve("response_bins", columns, target.run, part=target.part, labels=labels))
    return curves


def relative_where_possible(sample: Residuals) -> Residuals | None:
    """Return residuals over truth, of the events whose truth is positive; None where that of some is negative."""
    return relative(sample) if (sample.truth >= 0).all() else None


def in_bin(sample: Residuals, inside: NDArray[np.bool_]) -> Residuals | None:
    """Return the events inside a bin; None where their Σw is not positive."""
    weight = sample.share[inside]
    total = float(weight.sum())
    return Residuals(sample.truth[inside], sample.residual[inside], weight / total) if total > 0 else None


def truth_prediction_curve(target: RegressedTarget) -> Curve:
    """Return ``truth_prediction``: Σw in cells of truth and prediction, one row per cell; label ``output``.

    Both axes have the same bins, from the smaller of the 0.1% quantiles of truth and prediction to the larger of the
    99.9% ones; what is outside is left out.
    """
    edges = np.linspace(*_common_range(target), N_BINS_2D + 1)
    rows, columns = bin_index(target.truth, edges), bin_index(target.predicted[None], edges)
    inside = (rows >= 0) & (columns >= 0)
    cell = rows[inside] * N_BINS_2D + columns[inside]
    low, high = edges[:-1], edges[1:]
    flat = {
        "truth_low": np.repeat(low, N_BINS_2D),
        "truth_high": np.repeat(high, N_BINS_2D),
        "prediction_low": np.tile(low, N_BINS_2D),
        "prediction_high": np.tile(high, N_BINS_2D),
        "sum_w": np.bincount(cell, weights=target.weight[inside], minlength=N_BINS_2D**2).astype(np.float64),
    }
    return Curve("truth_prediction", flat, target.run, part=target.part, labels={"output": target.output})


def regression_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return the histograms of prediction, truth and residual, by ``<run>/<part>/<output>/<which>``."""
    return {
        f"{target.run}/{target.part}/{target.output}/{which}": histogram
        for target in regressed_targets(predictions)
        for which, histogram in _histograms(target)
    }


def _histograms(target: RegressedTarget) -> Iterator[tuple[str, hist.Hist]]:
    low, high = _common_range(target)
    for which, values in (("prediction", target.predicted[None]), ("truth", target.truth)):
        label = f"{which} of {target.output}"
        yield which, score_histogram(values, sample_weight=target.weight, low=low, high=high, label=label)
    yield "residual", _residual_histogram(target, *_residual_range(target))


def _residual_histogram(target: RegressedTarget, low: float, high: float) -> hist.Hist:
    residual = target.predicted[None] - target.truth
    label = f"prediction − truth of {target.output}"
    return score_histogram(residual, sample_weight=target.weight, low=low, high=high, label=label)


def _residual_range(target: RegressedTarget) -> tuple[float, float]:
    checked = residuals(target.truth, target.predicted[None], sample_weight=target.weight)
    middle = float(checked.spread.quantile(0.5))
    return _with_width(middle, RESIDUAL_RANGE * resolution_of(checked).value)


def _common_range(target: RegressedTarget) -> tuple[float, float]:
    ends = [
        distribution(values, sample_weight=target.weight).quantile([_OUTSIDE, 1 - _OUTSIDE])
        for values in (target.truth, target.predicted[None])
    ]
    low, high = float(min(end[0] for end in ends)), float(max(end[1] for end in ends))
    return _with_width((low + high) / 2, (high - low) / 2)


def _with_width(middle: float, half_width: float) -> tuple[float, float]:
    """Return the interval, or one of width 1 where all values are the same."""
    half = half_width if half_width > 1e-9 * abs(middle) else 0.5
    return middle - half, middle + half


def _response(
    sample: Residuals, index: NDArray[np.int64], edges: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    rows = [_of_bin(in_bin(sample, index == number)) for number in range(len(edges) - 1)]
    columns = np.array(rows).T
    return {"low": edges[:-1], "high": edges[1:]} | dict(zip(_OF_BIN, columns, strict=True))


def _of_bin(selected: Residuals | None) -> tuple[float, ...]:
    if selected is None:
        return (np.nan,) * len(_OF_BIN)
    linearised = (bias_of(selected), resolution_of(selected), median_absolute_of(selected))
    figures = (*(each.estimate(selected.share) for each in linearised), tail_of(selected))
    truth_mean = float(selected.share @ selected.truth)
    return (truth_mean, *(number for each in figures for number in (each.value, each.error)))
