"""Kinematic reweighting, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.datasets.reweighting import LARGEST_FACTOR, Binning, reweighting_factors
from hepml.errors import DatasetError

PT = Binning({"pt": np.array([0.0, 1.0, 2.0, 4.0])})


def test_bins_of_two_spectators():
    binning = Binning({"pt": np.array([0.0, 1.0, 2.0]), "eta": np.array([-1.0, 0.0, 1.0, 3.0])})
    assert binning.n_bins == 6
    assert binning.volumes.tolist() == [1, 1, 2, 1, 1, 2]
    values = {"pt": np.array([0.0, 0.5, 1.0, 1.5, 2.0, -0.1]), "eta": np.array([-1.0, 2.0, 0.0, np.nan, 0.0, 0.0])}
    assert binning.number(values, n=6).tolist() == [0, 2, 4, 6, 6, 6]


def test_no_spectators_are_one_bin():
    binning = Binning({})
    assert binning.n_bins == 1
    assert binning.number({}, n=3).tolist() == [0, 0, 0]


def test_flat_is_a_constant_density():
    """Σw = 8 over widths 1, 1, 2: 2, 2, 4."""
    histogram = np.array([[4.0, 3.0, 1.0, 9.0]])
    factors = reweighting_factors(histogram, PT)
    np.testing.assert_allclose(histogram * factors, [[2.0, 2.0, 4.0, 9.0]])


def test_matched_has_the_shape_of_the_reference_and_its_own_sum():
    histogram = np.array([[2.0, 2.0, 4.0, 0.0], [10.0, 5.0, 1.0, 7.0]])
    factors = reweighting_factors(histogram, PT, reference=0)
    np.testing.assert_allclose(histogram * factors, [[2.0, 2.0, 4.0, 0.0], [4.0, 4.0, 8.0, 7.0]])


def test_bins_that_a_class_does_not_fill_keep_factor_1():
    """Σw = 6 goes to the two bins that are filled, widths 1 and 2; a bin below zero counts as empty."""
    for empty in (0.0, -2.0):
        factors = reweighting_factors(np.array([[3.0, empty, 3.0, 0.0]]), PT)
        np.testing.assert_allclose(factors, [[2 / 3, 1.0, 4 / 3, 1.0]])


def test_bins_that_the_reference_does_not_fill_get_nothing():
    histogram = np.array([[0.0, 1.0, 1.0, 0.0], [2.0, 1.0, 1.0, 0.0]])
    np.testing.assert_allclose(reweighting_factors(histogram, PT, reference=0)[1], [0.0, 2.0, 2.0, 1.0])


def test_a_class_without_rows_is_left_alone():
    np.testing.assert_allclose(reweighting_factors(np.zeros((2, 4)), PT), 1.0)


def test_one_event_does_not_rule_the_training():
    """Flat would be 50,000 in each of the two bins; the second is raised from 1 to 100 only, and both get 2 × that."""
    histogram = np.array([[99_999.0, 1.0, 0.0, 0.0]])
    content = histogram * reweighting_factors(histogram, PT)
    assert content[0, 1] == pytest.approx(2 * LARGEST_FACTOR, rel=0.01)
    assert content.sum() == pytest.approx(100_000)


def test_nothing_in_common_with_the_reference():
    with pytest.raises(DatasetError, match="class to match has no events in the bins that another class fills"):
        reweighting_factors(np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]]), PT, reference=0)
