"""Response and resolution of showers in bins of the energy."""

from __future__ import annotations

import numpy as np
import pytest

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import cell_spectrum, resolution_terms, response_ratio, shower_response, shower_response_curve

EDGES = [1, 10, 50, 100]


def toy(n, *, scale=1.0, term=0.1, seed=1):
    rng = np.random.default_rng(seed)
    true = rng.uniform(1, 100, size=n)
    return true, scale * true * (1 + term / np.sqrt(true) * rng.normal(size=n))


def test_response_and_resolution_are_those_of_the_toy():
    true, seen = toy(20_000, scale=0.9)
    found = shower_response(true, seen, EDGES)
    np.testing.assert_allclose(found.response, 0.9, atol=4 * found.response_error.max())
    for i in range(3):
        inside = (true >= EDGES[i]) & (true < EDGES[i + 1])
        expected = np.sqrt((0.01 / true[inside]).mean())
        assert found.n[i] == inside.sum()
        assert found.resolution[i] == pytest.approx(expected, abs=4 * found.resolution_error[i])
        assert found.energy_mean[i] == pytest.approx(true[inside].mean())


def test_errors_are_the_spread_of_toys():
    found = [shower_response(*toy(300, seed=seed), EDGES) for seed in range(120)]
    for name in ("response", "resolution"):
        values = np.array([getattr(each, name) for each in found])
        errors = np.array([getattr(each, f"{name}_error") for each in found])
        np.testing.assert_allclose(values.std(axis=0) / errors.mean(axis=0), 1, atol=0.35)


def test_weights_choose_a_sample():
    true, seen = toy(2000)
    weight = (np.arange(2000) % 2).astype(float)
    some, chosen = (
        shower_response(true, seen, EDGES, sample_weight=weight),
        shower_response(true[1::2], seen[1::2], EDGES),
    )
    for name in ("response", "response_error", "resolution", "resolution_error"):
        np.testing.assert_allclose(getattr(some, name), getattr(chosen, name), rtol=0.01)


def test_a_wrong_scale_and_a_wrong_width_are_seen_against_full_simulation():
    full, fast = (
        shower_response(*toy(20_000), EDGES),
        shower_response(*toy(20_000, scale=1.05, term=0.13, seed=2), EDGES),
    )
    ratio = response_ratio(fast, full)
    np.testing.assert_allclose(ratio.response, 1.05, atol=4 * ratio.response_error.max())
    np.testing.assert_allclose(ratio.resolution, 1.3, atol=4 * ratio.resolution_error.max())
    assert (np.abs(ratio.response - 1) > 5 * ratio.response_error).all()


def test_bins_with_few_showers_are_nan():
    found = shower_response([2.0, 20.0, 20.0], [2.0, 18.0, 22.0], EDGES)
    assert found.n.tolist() == [1, 2, 0]
    np.testing.assert_array_equal(np.isnan(found.response), [False, False, True])
    np.testing.assert_array_equal(np.isnan(found.resolution), [True, False, True])


def test_what_does_not_fit_is_refused():
    with pytest.raises(DatasetError, match="above 0"):
        shower_response([0.0], [1.0], EDGES)
    with pytest.raises(ShapeError, match="one entry per event"):
        shower_response([1.0], [1.0, 2.0], EDGES)
    with pytest.raises(ShapeError, match="equal bins"):
        response_ratio(shower_response([2.0], [2.0], EDGES), shower_response([2.0], [2.0], [1, 100]))


def test_a_curve_has_the_bins_and_what_is_in_them():
    found = shower_response(*toy(300), EDGES)
    curve = shower_response_curve(found, run="full")
    assert (curve.name, curve.run) == ("shower_response", "full")
    np.testing.assert_array_equal(curve.columns["resolution_error"], found.resolution_error)
    assert curve.columns["n"].sum() == 300


def test_the_terms_of_a_resolution_are_found_again():
    rng = np.random.default_rng(3)
    true = rng.uniform(1, 100, size=60_000)
    seen = true * (1 + np.hypot(0.1 / np.sqrt(true), 0.02) * rng.normal(size=len(true)))
    terms = resolution_terms(shower_response(true, seen, np.geomspace(1, 100, 21)))
    assert terms.stochastic.value == pytest.approx(0.1, abs=4 * terms.stochastic.error)
    assert terms.constant.value == pytest.approx(0.02, abs=4 * terms.constant.error)
    assert terms.stochastic.error < 0.002
    assert terms.chi2 < 3 * terms.n_degrees
    with pytest.raises(DatasetError, match="found 1"):
        resolution_terms(shower_response(true, seen, [1, 100]))


def test_a_spectrum_of_cells_has_errors_from_shower_to_shower():
    """Each shower has its cells ten times: the mean is ten times as large, and so is its error."""
    rng = np.random.default_rng(4)
    counts = rng.poisson(3, size=400)
    energy = rng.exponential(size=counts.sum())
    one = cell_spectrum(energy, counts, [0, 0.5, 1, 2])
    ten = cell_spectrum(np.repeat(energy, 10), 10 * counts, [0, 0.5, 1, 2])
    np.testing.assert_allclose(ten.cells, 10 * one.cells)
    np.testing.assert_allclose(ten.error, 10 * one.error)
    expected = 3 * (np.exp([0, -0.5, -1]) - np.exp([-0.5, -1, -2]))
    np.testing.assert_allclose(one.cells, expected, atol=4 * one.error.max())
    np.testing.assert_allclose(one.error, np.sqrt(expected / 400), rtol=0.2)
    with pytest.raises(ShapeError, match="sum to 2 for 1 cells"):
        cell_spectrum([1.0], [2], [0, 1])
