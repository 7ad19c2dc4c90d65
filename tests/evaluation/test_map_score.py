"""The scan for the worst rectangle: exact tails, one meaning of a score everywhere, and the right cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from hepml.evaluation import pull_maps, score_maps
from hepml.evaluation.poisson_tail import log_tail_above, log_tail_below, sigma_of_log_p

SHAPE = (12, 40)


@pytest.mark.parametrize("mean", [0.02, 1.0, 7.3, 75.0, 20_000.0])
def test_tails_are_those_of_scipy(mean):
    for n in np.unique(np.rint(mean + math.sqrt(mean) * np.array([-4, -1, 0, 1, 5]))):
        if n >= 0:
            assert log_tail_above(n, mean) == pytest.approx(stats.poisson.logsf(n - 1, mean), rel=1e-6, abs=1e-9)
            assert log_tail_below(n, mean) == pytest.approx(stats.poisson.logcdf(n, mean), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("z", [-6.0, -1.0, 0.0, 2.5, 12.0, 37.0, 90.0])
def test_standard_deviations_are_those_of_a_gaussian(z):
    assert sigma_of_log_p(float(stats.norm.logsf(z))) == pytest.approx(z, abs=1e-6)


def good_maps(mean, n=300, seed=1):
    expected = np.full((n, *SHAPE), mean) * np.linspace(0.7, 1.3, SHAPE[1])
    return np.random.default_rng(seed).poisson(expected).astype(float), expected


@pytest.mark.parametrize("mean", [0.05, 2.0, 100.0])
def test_false_alarms_are_not_more_than_the_score_says(mean):
    observed, expected = good_maps(mean)
    score = score_maps(observed, expected, observed < 0, tolerance=0.0).score
    assert np.isfinite(score).all()
    # 2.33 is a probability of 1%: of 300 maps 3, and 9 only once in 200 times.
    assert np.count_nonzero(score > 2.33) <= 8
    assert np.count_nonzero(score > 0.0) > 60


FAULTS = {
    "dead cell": (slice(3, 4), slice(7, 8), 0.0),
    "hot cell": (slice(0, 1), slice(39, 40), 5.0),
    "dead row": (slice(5, 6), slice(0, 40), 0.0),
    "dead module": (slice(0, 12), slice(20, 32), 0.0),
    "weak layer": (slice(11, 12), slice(0, 40), 0.7),
    "noisy region": (slice(2, 10), slice(3, 13), 1.3),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_the_cells_of_a_fault_are_marked(kind):
    rows, columns, factor = FAULTS[kind]
    _, expected = good_maps(75.0, n=20)
    injected = np.zeros(expected.shape, bool)
    injected[:, rows, columns] = True
    observed = np.random.default_rng(3).poisson(np.where(injected, factor, 1.0) * expected).astype(float)
    masked = np.zeros(expected.shape, bool)
    masked[:, 6, 25] = True
    found = score_maps(observed, expected, masked)
    live = injected & ~masked
    assert (found.score > 6).all()
    assert (found.marked & live).sum() >= 0.97 * live.sum()
    assert (found.marked & ~live).sum() <= 0.03 * found.marked.sum()


def test_two_faults_are_two_rectangles():
    observed, expected = good_maps(75.0, n=1)
    observed[0, 2, 3], observed[0, 9:11, 30:35] = 0.0, 0.0
    found = score_maps(observed, expected, observed < 0, rectangles=2)
    assert found.marked.sum() == 11
    assert score_maps(observed, expected, observed < 0, rectangles=1).marked.sum() == 10


def test_a_deviation_within_the_tolerance_is_none():
    expected = np.full((1, *SHAPE), 1e6)
    whole = np.zeros(expected.shape, bool)
    assert score_maps(1.01 * expected, expected, whole, tolerance=0.02).score[0] < 0
    assert score_maps(1.03 * expected, expected, whole, tolerance=0.02).score[0] > 30
    assert pull_maps(1.01 * expected, expected, whole, 0.02).max() == 0


def test_a_map_without_live_cells_has_no_score():
    nothing = np.zeros((2, *SHAPE))
    found = score_maps(nothing, nothing, np.ones(nothing.shape, bool))
    assert np.isnan(found.score).all()
    assert not found.marked.any()
    assert np.isnan(pull_maps(nothing, nothing, np.ones(nothing.shape, bool), 0.0)).all()


def test_pulls_are_signed_and_those_of_the_tail():
    observed, expected = np.array([[[0.0, 110.0, 75.0]]]), np.full((1, 1, 3), 75.0)
    pull = pull_maps(observed, expected, observed < 0, 0.0)[0, 0]
    assert pull[0] == pytest.approx(-stats.norm.isf(math.exp(-75.0)), abs=1e-3)
    assert pull[1] == pytest.approx(stats.norm.isf(stats.poisson.sf(109, 75.0)), abs=1e-3)
    assert pull[2] == 0.0
