"""The ROC curve and its working points."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation.toy_scores import gaussian_tail, gaussians
from sklearn.metrics import roc_curve as sklearn_curve

from hepml.evaluation import roc_curve, working_points


def test_by_hand_with_ties_and_weights():
    """Cuts at 0.9, 0.5 and 0.1; at 0.5 signal of weight 1 and background of weight 3 come together."""
    curve = roc_curve([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1], sample_weight=[3.0, 3.0, 1.0, 1.0])
    assert curve.threshold.tolist() == [np.inf, 0.9, 0.5, 0.1]
    assert curve.signal_efficiency.tolist() == [0.0, 0.75, 1.0, 1.0]
    assert curve.background_efficiency.tolist() == [0.0, 0.0, 0.75, 1.0]
    assert curve.signal_n_eff == pytest.approx(16 / 10)
    # At 0.9: (1/4)² × 9 + (3/4)² × 1 over 16; where nothing or all passes, one event: 1/N_eff².
    assert curve.signal_variance[1] == pytest.approx((9 / 16 + 9 / 16) / 16)
    assert curve.signal_variance[0] == pytest.approx((10 / 16) ** 2)


def test_negative_weights_go_back_and_end_at_one():
    curve = roc_curve([1, 1, 1, 0], [0.9, 0.8, 0.7, 0.1], sample_weight=[2.0, -1.0, 1.0, 1.0])
    assert curve.signal_efficiency.tolist() == [0.0, 1.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("decimals", [1, 8], ids=["ties", "no ties"])
def test_agrees_with_scikit_learn(decimals):
    toy = gaussians(np.random.default_rng(1), n_signal=400, n_background=700, shift=1.0, weights="gamma")
    score = np.round(toy.score, decimals)
    false, true, threshold = sklearn_curve(toy.truth, score, sample_weight=toy.weight, drop_intermediate=False)
    curve = roc_curve(toy.truth, score, sample_weight=toy.weight)
    np.testing.assert_allclose(curve.background_efficiency, false, rtol=1e-12)
    np.testing.assert_allclose(curve.signal_efficiency, true, rtol=1e-12)
    np.testing.assert_array_equal(curve.threshold, threshold)


def test_working_point_by_hand():
    """Signal at 0.9, 0.7, 0.5, 0.3, background at 0.8, 0.4: half of the signal passes 0.7, and one background event."""
    curve = roc_curve([1, 1, 1, 1, 0, 0], [0.9, 0.7, 0.5, 0.3, 0.8, 0.4])
    points = working_points(curve, [0.25, 0.5, 0.75, 0.8])
    assert points.threshold.tolist() == [0.9, 0.7, 0.5, 0.3]
    assert points.background_efficiency.tolist() == [0.0, 0.5, 0.5, 1.0]


def test_equal_scores_are_interpolated():
    """All events share one score, so the curve is the diagonal."""
    points = working_points(roc_curve([1, 1, 0, 0, 0], [0.5] * 5), [0.2, 0.9])
    np.testing.assert_allclose(points.background_efficiency, [0.2, 0.9], rtol=1e-12)


def test_several_crossings_are_averaged():
    """ε_S = 0.75 is crossed at 0.9 (ε_B = 0) and, after the negative event, again at 0.6 (ε_B = 1/2)."""
    curve = roc_curve([1, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.1], sample_weight=[2.0, -1.0, 1.0, 1.0, 1.0])
    points = working_points(curve, [0.75])
    assert points.threshold.tolist() == [0.9]
    assert points.background_efficiency.tolist() == [0.25]


def test_error_with_the_cut_of_gaussians():
    """The stated error is that of the formula with the true slope, the ratio of the two densities at the cut."""
    n, shift, cut = 20_000, 1.5, 1.5  # half of the signal passes
    toy = gaussians(np.random.default_rng(2), n_signal=n, n_background=n, shift=shift)
    points = working_points(roc_curve(toy.truth, toy.score), [0.5])
    efficiency, slope = gaussian_tail(cut), np.exp(-0.5 * cut**2)
    variance = efficiency * (1 - efficiency) / n + slope**2 * 0.25 / n
    assert points.background_efficiency[0] == pytest.approx(efficiency, abs=4 * np.sqrt(variance))
    assert points.background_efficiency_error[0] == pytest.approx(np.sqrt(variance), rel=0.08)


def test_error_with_the_cut_of_a_curve_that_bends():
    """Exponential scores of means 9 and 1 have ε_B = ε_S⁹; a chord of that curve would be too steep by a third."""
    n, rng = 100_000, np.random.default_rng(3)
    truth = np.arange(2 * n) < n
    points = working_points(roc_curve(truth, rng.exponential(np.where(truth, 9.0, 1.0))), [0.5, 0.8])
    efficiency = np.array([0.5, 0.8])
    fixed = efficiency**9 * (1 - efficiency**9) / n
    moving = (9 * efficiency**8) ** 2 * efficiency * (1 - efficiency) / n
    np.testing.assert_allclose(points.background_efficiency_error, np.sqrt(fixed + moving), rtol=0.08)
