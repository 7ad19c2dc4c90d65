"""Bias, resolution, tails and pulls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights
from sklearn.metrics import mean_absolute_error as sklearn_mae
from sklearn.metrics import mean_squared_error
from sklearn.metrics import r2_score as sklearn_r2

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import (
    bias,
    mean_absolute_error,
    median_absolute_error,
    pulls,
    r2_score,
    resolution,
    root_mean_squared_error,
    tail_fraction,
)

FIGURES = {
    "bias": bias,
    "resolution": resolution,
    "rmse": root_mean_squared_error,
    "mae": mean_absolute_error,
    "median": median_absolute_error,
    "r2": r2_score,
    "tail_fraction": tail_fraction,
}


def _toy(rng, n=500, weights="none"):
    """Truth of width 3; residuals of mean 0.5 and width 1."""
    truth = 3 * rng.normal(size=n)
    return truth, truth + 0.5 + rng.normal(size=n), draw_weights(rng, n, weights)


def test_by_hand():
    """Residuals −1, 0, 0, 5."""
    truth, predicted = [1, 2, 3, 4], [0, 2, 3, 9]
    assert bias(truth, predicted).value == 1
    assert bias(truth, predicted).error == pytest.approx(math.sqrt((4 + 1 + 1 + 16) / 3 / 4))
    assert root_mean_squared_error(truth, predicted).value == pytest.approx(math.sqrt(26 / 4))
    assert mean_absolute_error(truth, predicted).value == 1.5
    # |residuals| 0, 0, 1, 5: a quarter of the weight below the middle of the zeros, and five eighths below that of 1.
    assert median_absolute_error(truth, predicted).value == pytest.approx((0.5 - 0.25) / (0.625 - 0.25))
    assert r2_score(truth, predicted).value == pytest.approx(1 - 26 / 5)
    # Quantiles at 0.1587 and 0.8413 between (0.125, −1), (0.5, 0) and (0.875, 5): −0.910 and 4.551.
    assert resolution(truth, predicted).value == pytest.approx((4.551 + 0.910) / 2, abs=2e-3)


def test_agree_with_scikit_learn():
    truth, predicted, weight = _toy(np.random.default_rng(1), weights="gamma")
    options = {"sample_weight": weight}
    assert r2_score(truth, predicted, **options).value == pytest.approx(sklearn_r2(truth, predicted, **options))
    assert mean_absolute_error(truth, predicted, **options).value == pytest.approx(
        sklearn_mae(truth, predicted, **options)
    )
    assert root_mean_squared_error(truth, predicted, **options).value ** 2 == pytest.approx(
        mean_squared_error(truth, predicted, **options)
    )


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_coverage(weights):
    rng, n = np.random.default_rng(2), 400
    truth = {
        "bias": 0.5, "resolution": 1.0, "rmse": math.sqrt(1.25),
        "mae": math.sqrt(2 / math.pi) * math.exp(-0.125) + 0.5 * math.erf(0.5 / math.sqrt(2)),
        "median": 0.7622, "r2": 1 - 1.25 / 9, "tail_fraction": 0.0027,
    }  # fmt: skip
    inside = dict.fromkeys(FIGURES, 0)
    for _ in range(n):
        true, predicted, weight = _toy(rng, weights=weights)
        for name, figure in FIGURES.items():
            estimate = figure(true, predicted, sample_weight=weight)
            inside[name] += abs(estimate.value - truth[name]) < estimate.error
    tails = inside.pop("tail_fraction") / n  # 1.4 events are expected: no normal distribution
    assert 0.5 < tails < 0.95
    for name, count in inside.items():
        assert count / n == pytest.approx(0.6827, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n)), name


def test_resolution_ignores_tails_and_rmse_does_not():
    truth, predicted, _ = _toy(np.random.default_rng(3), n=20_000)
    predicted[:200] += 100
    assert resolution(truth, predicted).value == pytest.approx(1, abs=0.05)
    assert root_mean_squared_error(truth, predicted).value > 5
    assert tail_fraction(truth, predicted).value == pytest.approx(0.01 + 0.0027, abs=0.002)


def test_pulls():
    rng = np.random.default_rng(4)
    error = rng.uniform(0.5, 2, size=20_000)
    truth = rng.normal(size=20_000)
    mean, width = pulls(truth, truth + error * rng.normal(size=20_000), 0.5 * error)
    assert abs(mean.value) < 4 * mean.error
    assert width.value == pytest.approx(2, abs=4 * width.error)
    assert width.error < 0.05
    with pytest.raises(DatasetError, match="must be positive, but 1 of 2 are not: predict its logarithm"):
        pulls([1, 2], [1, 2], [0.0, 1.0])


def test_what_is_undefined_says_why():
    assert r2_score([1, 1], [0, 2]).method == "undefined: the variance of the truth is not positive"
    assert tail_fraction([1, 2], [1, 2]).method == "undefined: the resolution is not positive"
    rmse = root_mean_squared_error([0, 0, 0], [1, 9, 1], sample_weight=[1, -1, 1])
    assert rmse.method == "undefined: negative weights make the mean square negative"
    assert math.isnan(rmse.value)


def test_perfect_predictions_have_no_error():
    assert (root_mean_squared_error([1, 2], [1, 2]).value, root_mean_squared_error([1, 2], [1, 2]).error) == (0, 0)


def test_refusals():
    with pytest.raises(ShapeError, match="truth has 2, prediction has 1"):
        bias([1, 2], [1])
    with pytest.raises(DatasetError, match="prediction must be finite, but 1 of 2"):
        bias([1, 2], [1, np.nan])
    with pytest.raises(DatasetError, match="the 2 weights sum to 0"):
        bias([1, 2], [1, 2], sample_weight=[1, -1])
