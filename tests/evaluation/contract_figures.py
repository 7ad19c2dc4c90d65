"""Figures of truth, score and weight that go through the common contract: calibration, bins, variables, residuals."""

from __future__ import annotations

import numpy as np

from hepml.evaluation import (
    Estimate,
    bias,
    binned_efficiency_at_signal_efficiency,
    binned_selection,
    brier_score_loss,
    expected_calibration_error,
    fit_isotonic,
    fit_temperature,
    jensen_shannon_divergence,
    log_loss,
    mean_absolute_error,
    median_absolute_error,
    r2_score,
    rank_variables,
    resolution,
    root_mean_squared_error,
    sculpting_at_signal_efficiency,
    selection_of,
    tail_fraction,
    weighted_correlation,
    weighted_mean,
)


def _probability(score):
    return 1 / (1 + np.exp(-np.asarray(score, dtype=float)))


def _spectator(score):
    """A second variable that is as good as independent of the score, from −1 to 1."""
    return np.sin(7 * np.nan_to_num(np.asarray(score, dtype=float), posinf=0.0))


def _isotonic(truth, score, weight):
    """At one score; a fitted function has no error."""
    return Estimate(float(fit_isotonic(truth, score, sample_weight=weight).apply(0.4)), 0.0, "")


def _efficiency_in_bin(truth, score, weight):
    """Of background."""
    points = binned_efficiency_at_signal_efficiency(
        truth, score, _spectator(score), [-1, 0.1, 1], signal_efficiency=0.6, sample_weight=weight
    )[1]
    return Estimate(points.efficiency[1], points.error[1], "")


def _purity_in_bin(truth, score, weight):
    bins = binned_selection(truth, np.asarray(score) > 0.2, _spectator(score), [-1, 0.1, 1], sample_weight=weight)
    return Estimate(bins.purity[1], bins.purity_error[1], "")


def _sculpting(truth, score, weight):
    """Before the expected fluctuation is subtracted, which is that of Σw² and not of Σw."""
    result = sculpting_at_signal_efficiency(
        truth, score, _spectator(score), np.linspace(-1, 1, 5), signal_efficiency=0.6, sample_weight=weight
    )
    return Estimate(jensen_shannon_divergence(result.before, result.after), result.divergence.error, "")


def _variable(truth, score, weight):
    return rank_variables(np.asarray(score)[:, None], ["x"], truth, sample_weight=weight).auc[0]


def _correlation(truth, score, weight):
    matrix = weighted_correlation(np.column_stack([score, _spectator(score)]), sample_weight=weight)
    return Estimate(matrix.value[0, 1], matrix.error[0, 1], "")


FIGURES = {
    "mean": lambda t, s, w: weighted_mean(s, sample_weight=w),
    "brier": lambda t, s, w: brier_score_loss(t, _probability(s), sample_weight=w),
    "log loss": lambda t, s, w: log_loss(t, _probability(s), sample_weight=w),
    "ece": lambda t, s, w: expected_calibration_error(t, _probability(s), sample_weight=w),
    "temperature": lambda t, s, w: fit_temperature(t, _probability(s), sample_weight=w).temperature,
    "isotonic": _isotonic,
    "efficiency in a bin": _efficiency_in_bin,
    "sculpting": _sculpting,
    "variable": _variable,
    "correlation": _correlation,
    "bias": lambda t, s, w: bias(t, s, sample_weight=w),
    "resolution": lambda t, s, w: resolution(t, s, sample_weight=w),
    "rmse": lambda t, s, w: root_mean_squared_error(t, s, sample_weight=w),
    "mae": lambda t, s, w: mean_absolute_error(t, s, sample_weight=w),
    "median absolute error": lambda t, s, w: median_absolute_error(t, s, sample_weight=w),
    "efficiency times purity": lambda t, s, w: selection_of(t, np.asarray(s) > 0.2, sample_weight=w).product,
    "purity in a bin": _purity_in_bin,
    "r2": lambda t, s, w: r2_score(t, s, sample_weight=w),
    "tail fraction": lambda t, s, w: tail_fraction(t, s, sample_weight=w),
}
OF_TWO_CLASSES = ["isotonic", "efficiency in a bin", "sculpting"]


def of_constant_score(share):
    """What each is where all scores are 0.25 and a `share` below one half of the weight is signal."""
    certain, mean_square = _probability(0.25), 0.75**2 * share + 0.25**2 * (1 - share)
    return {
        "mean": 0.25,
        "brier": share * (1 - certain) ** 2 + (1 - share) * certain**2,
        "log loss": -share * np.log(certain) - (1 - share) * np.log(1 - certain),
        "ece": abs(share - certain),
        "temperature": 100.0,  # none is high enough: the limit
        "isotonic": share,
        "efficiency in a bin": 0.6,
        "sculpting": 0.0,
        "variable": 0.5,
        "correlation": np.nan,
        "bias": 0.25 - share,
        "resolution": 0.5,  # residuals are −0.75 and 0.25
        "rmse": np.sqrt(mean_square),
        "mae": 0.75 * share + 0.25 * (1 - share),
        "median absolute error": np.interp(0.5, [(1 - share) / 2, 1 - share / 2], [0.25, 0.75]),
        "efficiency times purity": share,
        "purity in a bin": share,
        "r2": 1 - mean_square / (share * (1 - share)),
        "tail fraction": 0.0,
    }
