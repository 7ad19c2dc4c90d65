"""Generators that are wrong in a known way are each caught, and honest showers are not."""

from __future__ import annotations

from dataclasses import dataclass

import awkward as ak
import numpy as np
import pytest
from toy_showers import SHOWER, batch_of, cells_of, shapes_of, toy_showers

from hepml.errors import ShapeError
from hepml.evaluation import (
    compare_shapes,
    coverage,
    frechet_physics_distance,
    memorising_test,
    response_ratio,
    shower_response,
)

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
    rng = np.random.default_rng(3)
    shapes = compare_shapes({name: full[name] for name in FIGURES}, fast, rng=rng, n_bins=15, limit=0.02)
    tables = [np.column_stack([each[name] for name in FIGURES]) for each in (full, fast)]
    distance = frechet_physics_distance(*tables, rng=rng)
    covered = coverage(*tables)
    return Judgement(
        response=bool(off.any() or wide.any()),
        shapes=any(not each.passes and each.chi2.p_value < 1e-4 for each in shapes),
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


def test_the_floor_stands_beside_each_variable(truth):
    full, fast = (shapes_of(each) for each in (truth[1], toy_showers(N, seed=9, particle="electron")))
    found = {each.name: each for each in compare_shapes(full, fast, rng=np.random.default_rng(4), n_bins=10)}
    assert list(found) == list(full)
    assert all(abs(each.floor.value) < 4 * each.floor.error + 1e-9 for each in found.values())
    # Electrons begin earlier than photons, and are as wide.
    assert not found["layer0_fraction"].passes
    assert found["layer1_row_mean_mm"].passes
    with pytest.raises(ShapeError, match=r"lack the variables \['depth'\]"):
        compare_shapes({"depth": [1.0]}, {}, rng=np.random.default_rng(4))
