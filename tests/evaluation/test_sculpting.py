"""The background's distribution before and after a cut."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import draw_weights, find, jets
from scipy.spatial.distance import jensenshannon

from hepml.errors import ShapeError
from hepml.evaluation import evaluate_predictions, jensen_shannon_divergence, sculpting_at_signal_efficiency
from hepml.recipe import Evaluation

EDGES = np.linspace(-3, 3, 13)


def _toy(rng, *, n_signal=1000, n_background=3000, correlation=0.0, weights="none"):
    """Signal and background a unit apart; the background's score follows a mass by `correlation`."""
    n = n_signal + n_background
    truth, mass, noise = np.arange(n) < n_signal, rng.normal(size=n), rng.normal(size=n)
    score = np.where(truth, noise + 1.0, correlation * mass + math.sqrt(1 - correlation**2) * noise)
    return truth, score, mass, draw_weights(rng, n, weights)


def _sculpting(toy, **options):
    truth, score, mass, weight = toy
    options = {"signal_efficiency": 0.5} | options
    return sculpting_at_signal_efficiency(truth, score, mass, EDGES, sample_weight=weight, **options)


def test_divergence_agrees_with_scipy():
    one, other = np.random.default_rng(1).random((2, 20))
    assert jensen_shannon_divergence(one, other) == pytest.approx(jensenshannon(one, other, base=2) ** 2)


def test_by_hand():
    """Ten background events in each of two bins; five of the first and none of the second pass: p = ½, ½, q = 1, 0."""
    truth = np.array([True] * 2 + [False] * 20)
    score = np.array([1.0, 0.0] + [1.0] * 5 + [0.0] * 15)
    mass = np.array([0.5] * 2 + [0.25] * 10 + [0.75] * 10)
    result = sculpting_at_signal_efficiency(truth, score, mass, [0, 0.5, 1], signal_efficiency=0.5)
    assert result.before.tolist() == [1, 1]
    assert result.after.tolist() == [2, 0]
    assert result.before_error == pytest.approx(math.sqrt(10) / 20 / 0.5)
    expected = 0.5 * (0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25) + math.log2(1 / 0.75))
    assert jensen_shannon_divergence([1, 1], [1, 0]) == pytest.approx(expected)
    assert result.divergence.value == pytest.approx(expected, abs=0.05)


def test_densities_have_unit_area_and_leave_out_the_rest():
    result = _sculpting(_toy(np.random.default_rng(2), correlation=0.5, weights="gamma"))
    for density in (result.before, result.after):
        assert (density * np.diff(EDGES)).sum() == pytest.approx(1)


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
@pytest.mark.parametrize(("correlation", "expected"), [(0.0, 0.0), (0.3, 0.0373), (0.7, 0.2245)])
def test_coverage_and_bias(weights, correlation, expected):
    """`expected` from 4 million events.  What fluctuations alone give is subtracted, but for a tenth of it or so."""
    rng, n = np.random.default_rng(3), 200
    found = [_sculpting(_toy(rng, correlation=correlation, weights=weights)).divergence for _ in range(n)]
    values, errors = (np.array([getattr(each, name) for each in found]) for name in ("value", "error"))
    subtracted = np.mean([float(each.method.split("; ")[1].split()[0]) for each in found])
    assert subtracted > 0.002
    assert values.mean() == pytest.approx(expected, abs=3 * values.std() / math.sqrt(n) + 0.15 * subtracted)
    covered = np.mean(np.abs(values - expected) < errors)
    assert 0.58 < covered < 0.80  # it is a χ² and no normal distribution at 0


def test_what_is_subtracted_is_the_expectation_without_sculpting():
    """12 bins of which the outer hold little: (k − 1)(1/A − 1/N)/(8 ln 2)."""
    result = _sculpting(_toy(np.random.default_rng(4), n_background=50_000, n_signal=50_000))
    passed = 0.158655 * 50_000
    expected = 11 * (1 / passed - 1 / 50_000) / (8 * math.log(2))
    assert float(result.divergence.method.split("; ")[1].split()[0]) == pytest.approx(expected, rel=0.05)


def test_constant_scores_sculpt_nothing():
    truth, _, mass, _ = _toy(np.random.default_rng(5))
    result = _sculpting((truth, np.zeros(len(truth)), mass, None))
    assert result.divergence.value == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(result.after, result.before)


def test_nothing_passes():
    result = sculpting_at_signal_efficiency(
        [1, 1, 0, 0], [3, 2, 1, 0], [0, 1, 0, 1], [0, 0.5, 1], signal_efficiency=0.5
    )
    assert result.divergence.method.startswith("undefined: the weights of the background that passes")
    assert np.isnan(result.after).all()


def test_lengths():
    with pytest.raises(ShapeError, match="truth has 2, values has 1"):
        sculpting_at_signal_efficiency([1, 0], [1, 0], [1], [0, 1], signal_efficiency=0.5)


def test_metric_and_curve():
    test = jets(np.random.default_rng(6), n=2000)
    metrics, curves = evaluate_predictions({"test": test}, Evaluation(), seed=1)
    metric = find(metrics, "jsd_jet_mass_gev_at_0.5")
    [curve] = [curve for curve in curves if curve.name == "sculpting"]
    assert (metric.class_, curve.class_) == ("w", "qcd")
    assert abs(metric.value) < 4 * metric.error
    assert metric.method.startswith("bits, 20 bins")
    assert list(curve.columns) == ["low", "high", "before", "before_error", "after", "after_error"]
    assert curve.labels == {"spectator": "jet_mass_gev", "signal": "w", "signal_efficiency": 0.5}
    width = curve.columns["high"] - curve.columns["low"]
    assert (curve.columns["after"] * width).sum() == pytest.approx(1)


def test_the_distance_is_the_root_of_the_divergence():
    rng = np.random.default_rng(5)
    truth = np.arange(4000) % 2 == 0
    values = rng.normal(size=4000)
    score = np.where(truth, rng.normal(1, 1, 4000), values + rng.normal(size=4000))
    made = sculpting_at_signal_efficiency(truth, score, values, np.linspace(-3, 3, 11), signal_efficiency=0.5)
    assert made.distance.value == pytest.approx(made.divergence.value**0.5)
    linear = made.divergence.error / (2 * made.distance.value)
    assert made.distance.error == pytest.approx(linear, rel=0.2)
    random = rng.random(4000)
    one_bin = sculpting_at_signal_efficiency(truth, random, values, [-9, 9], signal_efficiency=0.5)
    assert one_bin.distance.value == 0
