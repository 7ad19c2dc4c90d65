"""Background rejection and its error."""

from __future__ import annotations

import math

import numpy as np
import pytest
from evaluation.toy_scores import gaussians

from hepml.errors import RecipeError
from hepml.evaluation import rejection_at_signal_efficiency, rejection_at_threshold


def _counts(n_passing, n_background, n_signal=1000):
    """One signal efficiency, ε_S = 1/2, and a given number of background events above the cut."""
    truth = np.arange(n_signal + n_background) < n_signal
    score = np.concatenate(
        [np.tile([0.9, 0.1], n_signal // 2), np.full(n_passing, 0.9), np.full(n_background - n_passing, 0.1)]
    )
    return truth, score


def test_published_closure_at_a_fixed_cut():
    """1/ε_B = 1216 with 201.9k background events is uncertain by ± 94."""
    rejection = rejection_at_threshold(*_counts(166, 201_900), 0.5)
    assert round(rejection.value) == 1216
    assert round(rejection.error) == 94
    assert rejection.error == pytest.approx(rejection.value**1.5 * math.sqrt((1 - 1 / rejection.value) / 201_900))


def test_by_hand():
    """Two of four signal and one of ten background events pass."""
    truth = [1] * 4 + [0] * 10
    score = [0.9, 0.8, 0.3, 0.2] + [0.85] + [0.1] * 9
    assert rejection_at_signal_efficiency(truth, score, 0.5).value == pytest.approx(10.0)


def test_the_cut_adds_to_the_error():
    toy = gaussians(np.random.default_rng(1), n_signal=1000, n_background=50_000, shift=1.5)
    fixed = rejection_at_threshold(toy.truth, toy.score, 1.5)
    moving = rejection_at_signal_efficiency(toy.truth, toy.score, 0.5)
    assert moving.error > 2 * fixed.error
    assert moving.method == "binomial with the cut's fluctuation"


@pytest.mark.parametrize(
    "rejection",
    [lambda t, s, w: rejection_at_signal_efficiency(t, s, 0.5, sample_weight=w),
     lambda t, s, w: rejection_at_threshold(t, s, 0.5, sample_weight=w)],
    ids=["at signal efficiency", "at threshold"],
)  # fmt: skip
class TestUndefined:
    """There is no rejection where no background passes, and no infinity in any table."""

    def test_no_background_passes(self, rejection):
        """0 of 600 (N_eff) events: ε_B < 0.005 at 95%, as ln 0.05 = −2.996."""
        truth, score = [1, 1, *[0] * 600], [0.9, 0.8, *[0.1] * 600]
        estimate = rejection(truth, score, None)
        assert math.isnan(estimate.value)
        assert math.isnan(estimate.error)
        assert estimate.method == "undefined: no background passes; above 200.3 at 95% confidence"

    @pytest.mark.parametrize("passing", [[-1], [1, -1]], ids=["negative", "cancelling"])
    def test_negative_background_passes(self, rejection, passing):
        """Weights above the cut; below it there is one of 3."""
        score = [0.9, 0.8, 0.97, 0.96, 0.1] if len(passing) == 2 else [0.9, 0.8, 0.97, 0.1]
        estimate = rejection([1, 1, *[0] * len(passing), 0], score, [1, 1, *passing, 3])
        assert math.isnan(estimate.value)
        assert estimate.method == "undefined: the weights of the background that passes sum to zero or less"


@pytest.mark.parametrize("efficiency", [0.0, 1.0, 30, math.nan])
def test_signal_efficiency_must_be_between_0_and_1(efficiency):
    with pytest.raises(RecipeError, match="between 0 and 1, found"):
        rejection_at_signal_efficiency([1, 0], [0.9, 0.1], efficiency)
