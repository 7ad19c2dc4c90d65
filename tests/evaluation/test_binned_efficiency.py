"""Efficiencies in bins of another variable."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights, find, gaussian_tail, jets, predictions

from hepml.errors import RecipeError, ShapeError
from hepml.evaluation import (
    binned_efficiency,
    binned_efficiency_at_signal_efficiency,
    evaluate_predictions,
    roc_curve,
    weighted_fraction,
    working_points,
)
from hepml.recipe import Evaluation

EDGES = np.array([-10.0, 0.0, 10.0])


def _toy(rng, n_signal=400, n_background=600, weights="none"):
    """Two equal bins; in the upper one the score of both classes is higher by 0.5."""
    n = n_signal + n_background
    truth, values = np.arange(n) < n_signal, rng.normal(size=n)
    score = rng.normal(size=n) + truth + 0.5 * (values > 0)
    return truth, score, values, draw_weights(rng, n, weights)


def test_by_hand():
    """Weights 1, 3 and 2; 4 passes in part; NaN and 7 are in no bin."""
    points = binned_efficiency(
        [1, 0, 1, 0.5, 1, 1], [0.0, 1.0, 2.0, 4.0, np.nan, 7.0], [0, 2, 4], sample_weight=[1, 3, 2, 2, 9, 9]
    )
    assert points.low.tolist() == [0, 2]
    assert points.efficiency.tolist() == [0.25, 0.75]
    first = weighted_fraction([True, False], sample_weight=[1, 3])
    assert points.error[0] == pytest.approx(first.error)


def test_bins_are_fractions_of_their_events():
    rng = np.random.default_rng(1)
    passed, values, weight = rng.random(500) < 0.3, rng.random(500), rng.gamma(1, size=500)
    points = binned_efficiency(passed, values, [0.0, 0.25, 0.5, 1.0], sample_weight=weight)
    inside = (values >= 0.25) & (values < 0.5)
    expected = weighted_fraction(passed[inside], sample_weight=weight[inside])
    assert (points.efficiency[1], points.error[1]) == pytest.approx((expected.value, expected.error))


def test_empty_bins_and_none_or_all():
    points = binned_efficiency([1, 1, 0, 0], [0, 0, 1, 1], [-0.5, 0.5, 1.5, 2.5])
    assert points.efficiency[:2].tolist() == [1, 0]
    assert points.error[:2].tolist() == [0.5, 0.5]  # that of one event of two
    assert np.isnan(points.efficiency[2])
    assert np.isnan(points.error[2])


def test_one_bin_is_the_working_point():
    truth, score, values, weight = _toy(np.random.default_rng(2), weights="negative")
    signal, background = binned_efficiency_at_signal_efficiency(
        truth, score, values, [-10, 10], signal_efficiency=0.4, sample_weight=weight
    )
    points = working_points(roc_curve(truth, score, sample_weight=weight), [0.4])
    assert signal.efficiency[0] == pytest.approx(0.4)
    assert signal.error[0] == pytest.approx(0, abs=1e-7)  # the cut was chosen so
    assert background.efficiency[0] == pytest.approx(points.background_efficiency[0])
    assert background.error[0] == pytest.approx(points.background_efficiency_error[0], rel=0.05)


def test_equal_scores_pass_in_part():
    signal, background = binned_efficiency_at_signal_efficiency(
        [1, 1, 0, 0], [0.5] * 4, [-1, 1, -1, 1], EDGES, signal_efficiency=0.3
    )
    np.testing.assert_allclose([*signal.efficiency, *background.efficiency], 0.3)


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_coverage(weights):
    """At 1σ in four bins of signal and background; the cut at 1.25 keeps half of the signal."""
    expected = [gaussian_tail(x) for x in (0.25, -0.25, 1.25, 0.75)]
    rng, n = np.random.default_rng(3), 400
    inside = np.zeros(4)
    for _ in range(n):
        truth, score, values, weight = _toy(rng, weights=weights)
        pair = binned_efficiency_at_signal_efficiency(
            truth, score, values, EDGES, signal_efficiency=0.5, sample_weight=weight
        )
        found, error = (np.concatenate([getattr(each, name) for each in pair]) for name in ("efficiency", "error"))
        inside += np.abs(found - expected) < error
    assert inside / n == pytest.approx([0.6827] * 4, abs=3.5 * math.sqrt(0.6827 * 0.3173 / n))


def test_refusals():
    with pytest.raises(ShapeError, match="passed has 2, values has 3"):
        binned_efficiency([1, 0], [1, 2, 3], [0, 1])
    with pytest.raises(RecipeError, match="two or more increasing numbers"):
        binned_efficiency([1, 0], [1, 2], [1, 0])
    with pytest.raises(RecipeError, match="between 0 and 1, found 1"):
        binned_efficiency_at_signal_efficiency([1, 0], [1, 2], [1, 2], [0, 3], signal_efficiency=1)


class TestCurves:
    def _curves(self, test, evaluation=None, name="efficiency"):
        curves = evaluate_predictions({"test": test}, evaluation or Evaluation(), seed=1)[1]
        return [curve for curve in curves if curve.name == name]

    def test_each_true_class_in_bins_of_each_spectator(self):
        test = jets(np.random.default_rng(4), n=2000)
        curves = self._curves(test)
        assert [curve.class_ for curve in curves] == ["w", "qcd"]
        assert curves[0].labels == {"spectator": "jet_mass_gev", "signal": "w", "signal_efficiency": 0.5}
        assert list(curves[0].columns) == ["low", "high", "efficiency", "efficiency_error"]
        assert len(curves[0].columns["low"]) == 8
        truth, score = test.label == 0, test.outputs["score"][:, 0].astype(float)
        edges = np.append(curves[0].columns["low"], curves[0].columns["high"][-1])
        expected = binned_efficiency_at_signal_efficiency(
            truth, score, test.spectators["jet_mass_gev"], edges, signal_efficiency=0.5
        )
        np.testing.assert_allclose(curves[1].columns["efficiency"], expected[1].efficiency)
        np.testing.assert_allclose(curves[1].columns["efficiency_error"], expected[1].error)

    def test_the_recipe_says_which_and_where(self):
        test = jets(np.random.default_rng(5))
        evaluation = Evaluation(bins={"jet_mass_gev": [60, 80, 100]}, signal_efficiencies=[0.7])
        curves = self._curves(test, evaluation)
        assert curves[0].columns["low"].tolist() == [60, 80]
        assert curves[0].labels["signal_efficiency"] == 0.7
        assert len(self._curves(test, Evaluation(bins={"jet_mass_gev": 3}))[0].columns["low"]) == 3

    def test_at_most_four_that_are_numbers_and_differ(self):
        rng = np.random.default_rng(6)
        columns = {
            "text": np.array(["a"] * 100),
            "flag": np.zeros(100, dtype=bool),
            "same": np.ones(100),
            "missing": np.full(100, np.nan),
            "number": rng.integers(0, 3, size=100),
        } | {f"x{k}": rng.normal(size=100) for k in range(5)}
        test = predictions(np.arange(100) % 2, rng.random(100), spectators=columns)
        names = [curve.labels["spectator"] for curve in self._curves(test) if curve.class_ == "w"]
        assert names == ["number", "x0", "x1", "x2"]

    def test_unknown_spectator_and_bad_edges(self):
        test = jets(np.random.default_rng(7))
        with pytest.raises(RecipeError, match=r"evaluation.bins names 'jet_mass', .*did you mean 'jet_mass_gev'"):
            self._curves(test, Evaluation(bins={"jet_mass": 4}))
        with pytest.raises(ValueError, match="edges of 'jet_mass_gev' must be two or more increasing numbers"):
            Evaluation(bins={"jet_mass_gev": [1, 1]})

    def test_many_classes(self):
        rng = np.random.default_rng(8)
        test = predictions(
            np.arange(90) % 3, rng.dirichlet([1, 1, 1], size=90), classes=("w", "qcd", "top"), signal=None,
            spectators={"x": rng.normal(size=90)},
        )  # fmt: skip
        curves = self._curves(test)
        assert [(c.labels["signal"], c.class_) for c in curves[:4]] == [
            ("w", "w"), ("w", "qcd"), ("w", "top"), ("qcd", "w"),
        ]  # fmt: skip
        assert len(curves) == 9
        sculpting = self._curves(test, name="sculpting")
        assert [(c.labels["signal"], c.class_) for c in sculpting] == [
            ("w", "not w"), ("qcd", "not qcd"), ("top", "not top"),
        ]  # fmt: skip
        metrics = evaluate_predictions({"test": test}, Evaluation(), seed=1)[0]
        assert find(metrics, "jsd_x_at_0.5", class_="top").error > 0
