"""Thresholds are order statistics of good lumisections, and say what those can support."""

import numpy as np
import pytest

from hepml.errors import DatasetError
from hepml.monitoring.threshold import find_threshold, threshold_in_words


def threshold(scores, rate, **options):
    return find_threshold(np.asarray(scores, float), histogram="muon", false_alarm_rate=rate, **options)


def test_as_many_good_lumisections_are_above_as_the_rate_says():
    scores = np.random.default_rng(1).permutation(np.arange(999.0))
    found = threshold(scores, 0.01)
    assert (found.value, found.rate, found.n, found.method) == (989.0, 0.01, 999, "order statistic")
    # Beta(10, 990): mean 0.01, standard deviation 0.00314.
    assert found.rate_low == pytest.approx(0.0069, abs=2e-4)
    assert found.rate_high == pytest.approx(0.0131, abs=2e-4)
    assert found.value_low < found.value < found.value_high


def test_scores_that_are_not_numbers_do_not_count():
    assert threshold([np.nan, 1, 2, 3, np.nan], 0.25) == threshold([1, 2, 3], 0.25)


def test_too_few_lumisections_give_the_largest_score_and_say_so():
    found = threshold(np.arange(100.0), 0.001)
    assert (found.value, found.rate, found.method) == (99.0, 1 / 101, "largest score")
    assert found.value_high == np.inf
    assert "100 cannot support a rate of 0.001, which takes 999" in threshold_in_words(found)
    assert threshold(np.arange(999.0), 0.001).method == "order statistic"


def test_the_tail_is_continued_only_when_asked():
    scores = np.random.default_rng(2).exponential(2.0, size=2000)
    found = threshold(scores, 1e-4, extrapolate=True)
    assert found.method == "exponential tail"
    assert found.value == pytest.approx(2 * np.log(1e4), abs=3 * (found.value_high - found.value))
    assert found.rate_low < 1e-4 < found.rate_high
    assert threshold(scores, 0.01, extrapolate=True).method == "order statistic"


def test_intervals_cover_as_often_as_they_say():
    """Of 400 samples of 300 uniform scores: the true rate 1 − value, the true quantile 0.98."""
    rng, covered_rate, covered_value = np.random.default_rng(3), 0, 0
    for _ in range(400):
        found = threshold(rng.uniform(size=300), 0.02)
        covered_rate += found.rate_low < 1 - found.value < found.rate_high
        covered_value += found.value_low <= 0.98 <= found.value_high
    assert 0.62 < covered_rate / 400 < 0.75
    assert 0.62 < covered_value / 400 < 0.85  # ranks are whole numbers: rather more than 68%


@pytest.mark.parametrize(("scores", "rate"), [([], 0.1), ([np.nan], 0.1), ([1.0], 0), ([1.0], 1)])
def test_what_gives_no_threshold_is_an_error(scores, rate):
    with pytest.raises(DatasetError, match=r"give more of them|between 0 and 1"):
        threshold(scores, rate)
