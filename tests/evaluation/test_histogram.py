"""Histograms of scores."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.errors import DatasetError
from hepml.evaluation import score_histogram
from hepml.evaluation.histogram import histogram_columns


def test_sums_of_signed_weights():
    histogram = score_histogram([0.1, 0.2, 0.9], sample_weight=[2.0, -1.0, 3.0], n_bins=2)
    assert histogram.values().tolist() == [1.0, 3.0]
    assert histogram.variances().tolist() == [5.0, 9.0]


def test_a_score_of_one_is_in_the_last_bin():
    """A float32 sigmoid reaches 1 exactly; the event must not vanish in the overflow."""
    histogram = score_histogram(np.array([0.0, 1.0], dtype=np.float32), n_bins=4)
    assert histogram.values().tolist() == [1.0, 0.0, 0.0, 1.0]


def test_outside_counts_in_the_area():
    """Two events in [0, 1) bins of width 1/2, two outside: densities 1/4 / (1/2)."""
    columns = histogram_columns(score_histogram([-5.0, 0.2, 0.7, 3.0], n_bins=2))
    assert columns["density"].tolist() == [0.5, 0.5]
    assert columns["density_error"].tolist() == [0.5, 0.5]
    assert columns["low"].tolist() == [0.0, 0.5]
    assert columns["high"].tolist() == [0.5, 1.0]


def test_area_is_one():
    rng = np.random.default_rng(1)
    columns = histogram_columns(score_histogram(rng.random(500), sample_weight=rng.gamma(1.0, size=500)))
    assert (columns["density"] * (columns["high"] - columns["low"])).sum() == pytest.approx(1.0)


def test_no_density_without_weight():
    columns = histogram_columns(score_histogram([0.2, 0.7], sample_weight=[1.0, -1.0], n_bins=2))
    assert columns["sum_w"].tolist() == [1.0, -1.0]
    assert np.isnan(columns["density"]).all()


def test_nan_is_refused():
    with pytest.raises(DatasetError, match="score must be finite, but 1 of 2"):
        score_histogram([0.1, np.nan])
