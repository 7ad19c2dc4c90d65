"""Stated errors cover: 68% of pseudo-experiments are within one of them of the truth, weighted ones included."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import gaussian_tail, gaussians, true_auc

from hepml.evaluation import (
    bootstrap_auc,
    delta_auc,
    rejection_at_signal_efficiency,
    rejection_at_threshold,
    roc_auc_score,
)

ONE_SIGMA = 0.6827


def _coverage(estimates, truth):
    return np.mean([abs(estimate.value - truth) < estimate.error for estimate in estimates])


def _expected(n):
    """68% within three of its own binomial errors."""
    return pytest.approx(ONE_SIGMA, abs=3 * math.sqrt(ONE_SIGMA * (1 - ONE_SIGMA) / n))


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_auc(weights):
    rng, n = np.random.default_rng(1), 2000
    toys = (gaussians(rng, n_signal=300, n_background=500, shift=1.0, weights=weights) for _ in range(n))
    estimates = [roc_auc_score(toy.truth, toy.score, sample_weight=toy.weight) for toy in toys]
    assert _coverage(estimates, true_auc(1.0)) == _expected(n)


@pytest.mark.parametrize("weights", ["none", "gamma", "negative"])
def test_delta_auc(weights):
    """Two classifiers with common and private noise; the second has twice the private noise's variance."""
    rng, n = np.random.default_rng(2), 1500
    estimates, p_values = [], []
    for _ in range(n):
        toy = gaussians(rng, n_signal=300, n_background=500, shift=1.5, weights=weights)
        one, other = (toy.score + sigma * rng.normal(size=len(toy.score)) for sigma in (1.0, math.sqrt(2)))
        difference = delta_auc(toy.truth, one, other, sample_weight=toy.weight)
        estimates.append(difference.estimate)
        p_values.append(difference.p_value)
    truth = true_auc(1.5 / math.sqrt(2)) - true_auc(1.5 / math.sqrt(3))
    assert _coverage(estimates, truth) == _expected(n)
    assert np.mean([p < 1 - ONE_SIGMA for p in p_values]) > 1 - ONE_SIGMA  # there is a difference


@pytest.mark.parametrize(
    ("n_signal", "n_background", "weights", "n"),
    [(9000, 9000, "none", 600), (9000, 9000, "gamma", 600), (9000, 9000, "negative", 600), (1000, 50_000, "none", 250)],
)
def test_rejection_at_a_signal_efficiency(n_signal, n_background, weights, n):
    rng, shift = np.random.default_rng(3), 1.5
    truth = 1 / gaussian_tail(shift)  # the cut at `shift` keeps half of the signal
    moving, fixed = [], []
    for _ in range(n):
        toy = gaussians(rng, n_signal=n_signal, n_background=n_background, shift=shift, weights=weights)
        moving.append(rejection_at_signal_efficiency(toy.truth, toy.score, 0.5, sample_weight=toy.weight))
        if n_background > n_signal:
            cut = np.median(toy.score[toy.truth])
            fixed.append(rejection_at_threshold(toy.truth, toy.score, cut, sample_weight=toy.weight))
    assert _coverage(moving, truth) == _expected(n)
    if fixed:  # the error at a fixed cut forgets most of what moves
        assert _coverage(fixed, truth) < 0.3


@pytest.mark.parametrize("weights", ["none", "negative"])
def test_bootstrap_interval(weights):
    """The percentiles of 100 replicas are uncertain themselves, which costs less than a percent."""
    rng, n = np.random.default_rng(4), 400
    covered = 0
    for _ in range(n):
        toy = gaussians(rng, n_signal=150, n_background=250, shift=1.0, weights=weights)
        found = bootstrap_auc(toy.truth, toy.score, sample_weight=toy.weight, rng=rng, n_replicas=100)
        covered += found.low < true_auc(1.0) < found.high
    assert covered / n == _expected(n)
