"""Histograms of two samples, and distances of their variables: known answers, and errors against toys."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hepml.errors import DatasetError, ShapeError
from hepml.evaluation import (
    coverage,
    frechet_distance,
    frechet_physics_distance,
    histogram_chi2,
    kernel_physics_distance,
    memorising_test,
    separation_power,
    truth_floor,
)
from hepml.evaluation.nearest import nearest_distances

EDGES = np.linspace(-2, 2, 11)


def test_separation_by_hand():
    # Shares ½, ½ and ½, ¼, and ¼ above all bins, where the other has none.
    found = separation_power([0.5, 0.6, 1.5, 1.6], [0.5, 0.6, 1.5, 9.0], [0, 1, 2])
    assert found.power.value == pytest.approx(0.5 * (1 / 16 / 0.75 + 1 / 4))
    assert separation_power([1.0] * 5, [7.0] * 5, [0.5, 1.5]).power.value == 1.0
    assert separation_power([0.5], [1.5], [0, 1, 2]).power.value == 1.0
    assert separation_power([0.5, 1.5], [0.7, 1.2], [0, 1, 2]).power.value == 0.0
    # k − 1 = 9 degrees of freedom, with equal bins.
    even = np.repeat(np.linspace(-1.8, 1.8, 10), 20)
    expected = separation_power(even, even[::2], EDGES).expected
    assert expected.value == pytest.approx(9 * (1 / 200 + 1 / 100) / 4)
    assert expected.error == pytest.approx(math.sqrt(2 * 10) * 0.9 * (1 / 200 + 1 / 100) / 4)


def test_a_shower_of_weight_two_counts_twice():
    weighted = separation_power([0.5, 1.5], [0.5, 1.5], [0, 1, 2], generated_weight=[2.0, 1.0])
    assert weighted.power.value == separation_power([0.5, 1.5], [0.5, 0.5, 1.5], [0, 1, 2]).power.value
    one = histogram_chi2([0.5] * 5 + [1.5] * 5, [0.5] * 4 + [1.5] * 2, [0, 1, 2])
    many = histogram_chi2([0.5] * 5 + [1.5] * 5, [0.5] * 4 + [1.5] * 2, [0, 1, 2], generated_weight=[7.0] * 6)
    assert many.chi2 == pytest.approx(one.chi2)


@pytest.mark.parametrize("weights", ["none", "signed"])
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_separation_and_chi2_fluctuate_as_they_say(shift, weights):
    rng = np.random.default_rng(5)
    powers, tests = [], []
    for _ in range(150):
        weight = None if weights == "none" else np.where(rng.random(500) < 0.1, -1.0, rng.uniform(0.5, 2, 500))
        truth, generated = rng.normal(size=800), rng.normal(shift, 1, size=500)
        powers.append(separation_power(truth, generated, EDGES, generated_weight=weight))
        tests.append(histogram_chi2(truth, generated, EDGES, generated_weight=weight))
    values = np.array([each.power.value for each in powers])
    errors = np.array([each.power.error for each in powers])
    assert 0.7 < values.std() / errors.mean() < 1.3
    excess = values - [each.expected.value for each in powers]
    cdf = np.array([(math.erf(edge / math.sqrt(2)) + 1) / 2 for edge in [-9, *EDGES, 9]])
    moved = np.array([(math.erf((edge - shift) / math.sqrt(2)) + 1) / 2 for edge in [-9, *EDGES, 9]])
    p, q = np.diff(cdf), np.diff(moved)
    exact = 0.5 * ((p - q) ** 2 / (p + q)).sum()
    assert excess.mean() == pytest.approx(exact, abs=4 * values.std() / math.sqrt(150) + 0.03 * exact)
    rejected = np.mean([test.p_value < 0.05 for test in tests])
    assert rejected == pytest.approx(0.05, abs=0.07) if shift == 0 else rejected > 0.9


def test_an_empty_bin_has_no_part_in_chi2():
    found = histogram_chi2([0.5, 0.5, 2.5], [0.5, 2.5, 2.5], [0, 1, 2, 3])
    assert found.n_degrees == 1
    assert found.chi2 == pytest.approx(2 * (1 / 3) ** 2 / (0.5 * 2 / 3))
    assert histogram_chi2([0.5], [0.5], [0, 1]).p_value == 1.0


def test_frechet_distance_of_normal_distributions():
    rng = np.random.default_rng(1)
    mixing = np.array([[1.0, 0.5], [0.0, 2.0]])
    one, other = rng.normal(size=(200_000, 2)), rng.normal(size=(200_000, 2)) @ mixing + [1, 0]
    # |μ|² + tr(1 + Σ − 2 √Σ) with the root of Σ from its eigenvalues.
    values = np.linalg.eigvalsh(mixing.T @ mixing)
    expected = 1 + 2 + values.sum() - 2 * np.sqrt(values).sum()
    assert frechet_distance(one, other) == pytest.approx(expected, abs=0.03)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.3])
def test_the_distance_for_infinitely_many_showers_is_unbiased(shift):
    rng = np.random.default_rng(2)
    pulls, biased = [], []
    for _ in range(30):
        truth, generated = rng.normal(size=(500, 8)), rng.normal(shift, 1, size=(400, 8))
        found = frechet_physics_distance(truth, generated, rng=rng)
        largest = np.abs(truth).max(axis=0)
        exact = (shift**2 / largest**2).sum()  # covariances are equal
        pulls.append((found.value - exact) / found.error)
        biased.append(frechet_distance(truth / largest, generated / largest) - exact)
    assert np.mean(pulls) == pytest.approx(0, abs=4 * np.std(pulls) / math.sqrt(30))
    assert 0.4 < np.std(pulls) < 1.4
    assert np.mean(biased) > 0.01  # about 8 (1/500 + 1/400) and what the covariances add, over 3²


def test_a_constant_variable_is_no_problem():
    rng = np.random.default_rng(3)
    one, other = (np.column_stack([rng.normal(size=300), np.zeros(300)]) for _ in range(2))
    for distance in (frechet_physics_distance, kernel_physics_distance):
        found = distance(one, other, rng=rng)
        assert abs(found.value) < 5 * found.error


def test_the_kernel_distance_is_unbiased_and_sees_a_shift():
    rng = np.random.default_rng(4)
    found = [
        kernel_physics_distance(rng.normal(size=(300, 5)), rng.normal(size=(300, 5)), rng=rng, n_batches=5)
        for _ in range(20)
    ]
    values = np.array([each.value for each in found])
    assert values.mean() == pytest.approx(0, abs=4 * values.std() / math.sqrt(20))
    moved = kernel_physics_distance(rng.normal(size=(1000, 5)), rng.normal(0.5, 1, size=(1000, 5)), rng=rng)
    assert moved.value > 5 * moved.error


@pytest.mark.parametrize(("n", "m"), [(200, 200), (300, 100)])
def test_coverage_of_the_truth_by_itself(n, m):
    rng = np.random.default_rng(6)
    found = [coverage(rng.normal(size=(n, 4)), rng.normal(size=(m, 4)), k=3) for _ in range(40)]
    values, errors = (np.array([getattr(each.covered, name) for each in found]) for name in ("value", "error"))
    assert values.mean() == pytest.approx(found[0].expected, abs=4 * values.std() / math.sqrt(40))
    assert 0.8 < values.std() / errors.mean() < 1.5


def test_nearest_distances_are_those_of_a_loop():
    rng = np.random.default_rng(7)
    queries, reference = rng.normal(size=(30, 6)), rng.normal(1000, 1, size=(40, 6))
    queries[3] = reference[5]
    each = np.sort(np.linalg.norm(queries[:, None] - reference[None], axis=2), axis=1)
    for k in (1, 4):
        np.testing.assert_allclose(nearest_distances(queries, reference, k=k), each[:, k - 1], rtol=1e-6)
    assert nearest_distances(queries, reference)[3] == 0.0


def test_copies_are_seen_and_new_truth_is_not_taken_for_one():
    rng = np.random.default_rng(8)
    train, held_out = rng.normal(size=(500, 10)), rng.normal(size=(400, 10))
    honest = memorising_test(train, held_out, rng.normal(size=(300, 10)))
    assert abs(honest.nearer.value - 0.5) < 4 * honest.nearer.error
    assert not honest.copies
    half = np.concatenate([train[:50] + 1e-3, rng.normal(size=(250, 10))])
    mixed = memorising_test(train, held_out, half)
    assert mixed.copied.value == pytest.approx(1 / 6 + 0.01, abs=0.03)
    assert mixed.copies
    # Typical showers only: nearer to the training showers, but no copies.
    narrow = memorising_test(train, held_out, 0.8 * rng.normal(size=(300, 10)))
    assert narrow.p_value < 1e-6
    assert narrow.copied.value < 0.2


def test_a_floor_is_the_figure_of_halves():
    rng = np.random.default_rng(9)
    values = rng.normal(size=1000)
    floor = truth_floor(
        lambda a, b: separation_power(values[a], values[b], EDGES).power.value, 1000, rng=rng, n_splits=20
    )
    assert floor.value == pytest.approx(9 * (2 / 500) / 4, rel=0.3)
    assert 0 < floor.error < floor.value


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: separation_power([np.nan], [1.0], [0, 1]), DatasetError, "must be finite"),
        (lambda: separation_power([0.5], [0.5], [0, 1], truth_weight=[-1.0]), DatasetError, "positive sum of weights"),
        (lambda: frechet_distance(np.ones((3, 2)), np.ones((3, 1))), ShapeError, "same variables"),
        (lambda: frechet_distance(np.ones(3), np.ones(3)), ShapeError, r"shape \(n, d\)"),
        (lambda: coverage(np.ones((4, 1)), np.ones((4, 1)), k=5), DatasetError, "6 or more"),
        (lambda: truth_floor(lambda a, b: 0.0, 3, rng=np.random.default_rng()), DatasetError, "found 3"),
        (
            lambda: frechet_physics_distance(np.ones((99, 1)), np.ones((500, 1)), rng=np.random.default_rng()),
            DatasetError,
            "99 rows, but 100",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
