"""Generators that are wrong in a known way are each caught, and honest showers are not."""

from __future__ import annotations

from dataclasses import dataclass

import awkward as ak
import numpy as np
import pytest
from toy_showers import SHOWER, batch_of, cells_of, shapes_of, toy_showers

from hepml.evaluation import (
    coverage,
    frechet_physics_distance,
    histogram_chi2,
    memorising_test,
    response_ratio,
    separation_power,
    shower_response,
)
from hepml.evaluation.binning import equal_population_edges

N = 900
FIGURES = ("layer0_fraction", "depth", "layer0_column_width_mm", "layer1_row_width_mm", "layer1_e_ratio")


@dataclass(frozen=True)
class Judgement:
    """What the figures say of a generator: those that fail."""

    response: bool
    shapes: bool
    distance: bool
    coverage: bool
    copies: bool


@pytest.fixture(scope="module")
def truth():
    """Return showers that generators are trained on, and others that they are compared with."""
    return toy_showers(N, seed=1), toy_showers(N, seed=2)


def judge(truth, generated):
    train, test = truth
    full, fast = shapes_of(test), shapes_of(generated)
    bins = [1, 2.3, 3.6, 5.01]
    ratio = response_ratio(
        shower_response(generated.true_energy, fast["total_energy_gev"], bins),
        shower_response(test.true_energy, full["total_energy_gev"], bins),
    )
    off = np.abs(ratio.response - 1) > np.maximum(0.03, 4 * ratio.response_error)
    wide = np.abs(ratio.resolution - 1) > np.maximum(0.2, 4 * ratio.resolution_error)
    edges = {name: equal_population_edges(full[name], 15) for name in FIGURES}
    powers = [separation_power(full[name], fast[name], edges[name]).excess for name in FIGURES]
    p_values = [histogram_chi2(full[name], fast[name], edges[name]).p_value for name in FIGURES]
    tables = [np.column_stack([each[name] for name in FIGURES]) for each in (full, fast)]
    distance = frechet_physics_distance(*tables, rng=np.random.default_rng(3))
    covered = coverage(*tables)
    return Judgement(
        response=bool(off.any() or wide.any()),
        shapes=any(each.value > max(0.02, 4 * each.error) for each in powers) and min(p_values) < 1e-4,
        distance=distance.value > 4 * distance.error,
        coverage=covered.expected - covered.covered.value > 0.1,
        copies=memorising_test(cells_of(train), cells_of(test), cells_of(generated)).copies,
    )


def test_showers_of_the_same_simulation_pass(truth):
    assert judge(truth, toy_showers(N, seed=5)) == Judgement(False, False, False, False, False)


def test_a_wrong_energy_scale_is_caught_by_the_response_alone(truth):
    scaled = toy_showers(N, seed=5)
    scaled["energy"] = scaled.energy * 1.06
    assert judge(truth, scaled) == Judgement(response=True, shapes=False, distance=False, coverage=False, copies=False)


def test_copies_of_training_showers_are_caught_by_their_distance_alone(truth):
    train, _ = truth
    batch, rng = batch_of(train), np.random.default_rng(6)
    energy = np.asarray(train.true_energy) * rng.uniform(0.95, 1.05, size=N)  # scaled, so that none is equal
    cells = {name: batch[name] * energy[:, None, None, None] for name in ("layer0", "layer1", "layer2")}
    copied = judge(truth, SHOWER.columns_of(SHOWER.batch_of(cells, energy)))
    assert copied == Judgement(response=False, shapes=False, distance=False, coverage=False, copies=True)


def test_a_collapsed_generator_is_caught(truth):
    """It makes ten showers again and again, none of them a training shower, with some noise."""
    few, rng = toy_showers(10, seed=7), np.random.default_rng(8)
    collapsed = few[rng.integers(0, 10, size=N)]
    noise = ak.unflatten(rng.normal(1, 0.02, size=ak.count(collapsed.energy)), ak.num(collapsed.energy))
    collapsed["energy"] = collapsed.energy * noise
    found = judge(truth, collapsed)
    assert found.coverage
    assert found.shapes
    assert not found.copies
