"""Poisson bootstrap: its counts, its sums by hand, and agreement with the formulas."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from evaluation.toy_scores import gaussians
from scipy.stats import chisquare, poisson

from hepml.errors import RecipeError, ShapeError
from hepml.evaluation import (
    bootstrap_auc,
    bootstrap_delta_auc,
    bootstrap_figure,
    bootstrap_ranked,
    bootstrap_rejection,
    delta_auc,
    rank,
    rejection_at_signal_efficiency,
    roc_auc_score,
    roc_curve,
    working_points,
)
from hepml.evaluation.resampling import poisson_counts, replicas

every_weight = pytest.mark.parametrize("weights", ["none", "gamma", "negative"])


def _rng():
    return np.random.default_rng(11)


def _toy(weights="gamma", n_signal=2000, n_background=3000):
    return gaussians(np.random.default_rng(7), n_signal=n_signal, n_background=n_background, shift=1.2, weights=weights)


def test_counts_follow_a_poisson_distribution_of_mean_1():
    n = 400_000
    counts = poisson_counts(n, _rng())
    found = np.bincount(np.minimum(counts, 7), minlength=8)
    expected = n * np.append(poisson.pmf(np.arange(7), 1), poisson.sf(6, 1))
    assert chisquare(found, expected).pvalue > 1e-3
    assert abs(np.corrcoef(counts[1:], counts[:-1])[0, 1]) < 4 / math.sqrt(n)


@pytest.mark.parametrize("decimals", [1, 8], ids=["ties", "no ties"])
def test_replicas_are_the_sums_of_the_counted_events(decimals):
    """The same generator gives the same counts; rankings of the same events share them."""
    toy = _toy("negative", 40, 60)
    one, other = (rank(toy.truth, np.round(sign * toy.score, decimals), sample_weight=toy.weight) for sign in (1, -1))
    rng = _rng()
    for sums in replicas([one, other], rng=_rng(), n_replicas=3):
        weight = toy.weight * poisson_counts(100, rng)
        for ranked, each in zip((one, other), sums, strict=True):
            assert each.threshold.tolist() == ranked.threshold.tolist()
            for found, chosen in ((each.signal, toy.truth), (each.background, ~toy.truth)):
                expected = [weight[(ranked.sample.score == t) & chosen].sum() for t in ranked.threshold]
                np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


@every_weight
def test_auc_agrees_with_delong(weights):
    """1,000 replicas know the error to 2.2%."""
    toy = _toy(weights)
    expected = roc_auc_score(toy.truth, toy.score, sample_weight=toy.weight)
    found = bootstrap_auc(toy.truth, toy.score, sample_weight=toy.weight, rng=_rng(), n_replicas=1000)
    assert found.estimate.value == pytest.approx(expected.value, rel=1e-12)
    assert found.estimate.error == pytest.approx(expected.error, rel=0.1)
    assert (found.high - found.low) / 2 == pytest.approx(expected.error, rel=0.1)
    assert found.low < expected.value < found.high
    assert found.estimate.method == "bootstrap, 1000 replicas"


@every_weight
def test_delta_auc_agrees_with_delong(weights):
    toy = _toy(weights)
    other = toy.score + np.random.default_rng(8).normal(size=len(toy.score))
    expected = delta_auc(toy.truth, toy.score, other, sample_weight=toy.weight).estimate
    found = bootstrap_delta_auc(toy.truth, toy.score, other, sample_weight=toy.weight, rng=_rng(), n_replicas=1000)
    assert found.estimate.value == pytest.approx(expected.value, rel=1e-9)
    assert found.estimate.error == pytest.approx(expected.error, rel=0.1)


@every_weight
def test_rejection_agrees_with_the_formula(weights):
    """On average over samples: the slope of the curve at the cut is known to some 10% on each."""
    expected, found = [], []
    for seed in range(8):
        toy = gaussians(np.random.default_rng(seed), n_signal=6000, n_background=6000, shift=1.2, weights=weights)
        arrays = toy.truth, toy.score, 0.5
        formula = rejection_at_signal_efficiency(*arrays, sample_weight=toy.weight)
        bootstrap = bootstrap_rejection(*arrays, sample_weight=toy.weight, rng=_rng(), n_replicas=100)
        assert bootstrap.estimate.value == pytest.approx(formula.value, rel=1e-12)
        expected.append(formula.error)
        found.append(bootstrap.estimate.error)
    assert np.mean(found) == pytest.approx(np.mean(expected), rel=0.1)


@pytest.mark.parametrize("weights", ["gamma", "negative"])
def test_any_figure_of_truth_score_and_weight(weights):
    """The general way gives what the fast one gives, replica by replica."""
    toy = _toy(weights, 200, 300)

    def auc(truth, score, weight):
        return roc_auc_score(truth, score, sample_weight=weight).value

    slow = bootstrap_figure(auc, toy.truth, toy.score, sample_weight=toy.weight, rng=_rng(), n_replicas=20)
    fast = bootstrap_auc(toy.truth, toy.score, sample_weight=toy.weight, rng=_rng(), n_replicas=20)
    np.testing.assert_allclose(slow.replicas, fast.replicas, rtol=1e-9)
    assert slow.estimate.error == pytest.approx(fast.estimate.error, rel=1e-6)


def test_any_figure_of_running_sums():
    """The threshold that keeps half of the signal: a quantile, whose error is √(ε(1 − ε)/N) over the density."""
    toy = gaussians(np.random.default_rng(3), n_signal=20_000, n_background=10, shift=0.0)

    def median(sums):
        passed = np.cumsum(sums.signal)
        return float(sums.threshold[np.searchsorted(passed, 0.5 * passed[-1])])

    found = bootstrap_ranked([rank(toy.truth, toy.score)], median, rng=_rng(), n_replicas=500)
    assert found.estimate.value == pytest.approx(np.median(toy.score[toy.truth]), abs=1e-3)
    assert found.estimate.error == pytest.approx(math.sqrt(math.pi / 2 / 20_000), rel=0.15)


@every_weight
@pytest.mark.parametrize("factor", [1e-6, 1e9])
def test_scale_of_the_weights_does_not_matter(weights, factor):
    toy = _toy(weights, 200, 300)
    weight = np.ones(500) if toy.weight is None else toy.weight
    one, other = (
        bootstrap_auc(toy.truth, toy.score, sample_weight=scale * weight, rng=_rng(), n_replicas=20)
        for scale in (1.0, factor)
    )
    np.testing.assert_allclose(one.replicas, other.replicas, rtol=1e-9)


def test_order_and_events_of_weight_zero_do_not_matter_to_the_error():
    """But for the draws: 600 replicas know an error to 3%."""
    toy = _toy("negative")
    order = np.random.default_rng(5).permutation(len(toy.truth))
    weight = np.where(np.arange(len(order)) % 3 == 0, 0.0, toy.weight)
    kept = weight != 0
    errors = [
        bootstrap_auc(truth, score, sample_weight=w, rng=_rng(), n_replicas=600).estimate.error
        for truth, score, w in (
            (toy.truth, toy.score, weight),
            (toy.truth[order], toy.score[order], weight[order]),
            (toy.truth[kept], toy.score[kept], weight[kept]),
        )
    ]
    expected = roc_auc_score(toy.truth, toy.score, sample_weight=weight).error
    assert errors == pytest.approx([expected] * 3, rel=0.1)


def test_same_seed_same_result_and_other_seed_another():
    toy = _toy()
    arrays = toy.truth, toy.score
    one, same, other = (bootstrap_auc(*arrays, rng=np.random.default_rng(seed), n_replicas=10) for seed in (1, 1, 2))
    assert one.replicas.tolist() == same.replicas.tolist() != other.replicas.tolist()


def test_undefined_replicas_are_left_out_and_counted():
    """One of 4 background events passes; in a share e⁻¹ of the replicas it counts 0 times: there is no rejection."""
    found = bootstrap_rejection([1, 1, 0, 0, 0, 0], [9, 8, 8.5, 1, 1, 1], 0.6, rng=_rng(), n_replicas=400)
    n_undefined = int(np.isnan(found.replicas).sum())
    assert n_undefined / 400 > 0.3
    assert found.estimate.value > 0
    assert math.isnan(found.estimate.error)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.estimate.method == f"bootstrap, 400 replicas, {n_undefined} of them undefined"


def test_a_figure_that_is_undefined_has_no_bootstrap():
    found = bootstrap_rejection([1, 1, 0, 0], [0.9, 0.8, 0.1, 0.2], 0.5, rng=_rng(), n_replicas=10)
    assert math.isnan(found.estimate.value)
    assert found.estimate.method == "undefined: the figure of the sample itself is undefined"


def test_value_of_a_moving_cut_is_that_of_the_working_point():
    toy = _toy("negative")
    points = working_points(roc_curve(toy.truth, toy.score, sample_weight=toy.weight), [0.4])
    found = bootstrap_rejection(toy.truth, toy.score, 0.4, sample_weight=toy.weight, rng=_rng(), n_replicas=2)
    assert 1 / found.estimate.value == pytest.approx(points.background_efficiency[0], rel=1e-12)


def test_memory_does_not_grow_with_the_number_of_replicas():
    """200 replicas of 50,000 events would be 80 MB as float64 and 10 MB as counts."""
    toy = _toy("gamma", 25_000, 25_000)
    ranked = rank(toy.truth, toy.score, sample_weight=toy.weight)
    next(iter(replicas([ranked], rng=_rng(), n_replicas=1)))  # compiled
    tracemalloc.start()
    for _ in replicas([ranked], rng=_rng(), n_replicas=200):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6


def test_bad_input():
    with pytest.raises(RecipeError, match="replicas to have a spread, found 1"):
        bootstrap_auc([1, 0], [0.9, 0.1], rng=_rng(), n_replicas=1)
    with pytest.raises(RecipeError, match=r"between 0 and 1, found 1\.5"):
        bootstrap_rejection([1, 0], [0.9, 0.1], 1.5, rng=_rng())
    one, other = rank([1, 0], [0.9, 0.1]), rank([0, 1], [0.9, 0.1])
    with pytest.raises(ShapeError, match="same events in the same order"):
        bootstrap_ranked([one, other], lambda a, b: 0.0, rng=_rng())


@pytest.mark.parametrize(("auc", "n", "published"), [(0.9, 1000, 0.0071), (0.8, 1000, 0.0099), (0.9, 10_000, 0.0023)])
def test_closure_with_hanley_and_mcneil(auc, n, published):
    """Their formula is for exponential scores (see test_auc.py); on average over samples, whose own errors vary."""
    rng, truth = np.random.default_rng(n), np.arange(2 * n) < n
    errors = []
    for _ in range(6):
        score = rng.exponential(np.where(truth, auc / (1 - auc), 1.0))
        errors.append(bootstrap_auc(truth, score, rng=rng, n_replicas=150).estimate.error)
    assert np.mean(errors) == pytest.approx(published, rel=0.1)
