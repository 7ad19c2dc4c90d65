"""Generators that are wrong in a known way fail the table of verdicts, and honest showers pass it."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest
from toy_showers import SHOWER, batch_of, cells_of, shapes_of, toy_showers

from hepml.contracts import Metric
from hepml.errors import ShapeError
from hepml.evaluation import (
    FULL_SIMULATION,
    ShowerSample,
    compare_generators,
    copies_of_truth,
    copy_figures,
    judge_showers,
    median_over_members,
    shower_curves,
    verdicts,
    what_can_be_seen,
)
from hepml.recipe import GeneratorLimits, JudgedGenerator

N = 900
HOW = JudgedGenerator(energy_bins=[1.0, 2.3, 3.6, 5.01], neighbours=900, bins=15)
LIMITS = GeneratorLimits(separation=0.02)
SIZES = ((3, 96), (12, 12), (12, 6))


def sample(columns, name="made", weight=None) -> ShowerSample:
    """Return showers as they are compared."""
    energy = np.asarray(columns.true_energy, np.float64)
    return ShowerSample(
        name,
        energy,
        np.ones(len(energy)) if weight is None else weight,
        np.zeros(len(energy), np.int64),
        shapes_of(columns),
        cells_of(columns).astype(np.float32),
        SIZES,
    )


@pytest.fixture(scope="module")
def full():
    """Return training showers, test showers and others for the floor."""
    return tuple(sample(toy_showers(N, seed=seed), FULL_SIMULATION) for seed in (1, 2, 3))


@pytest.fixture(scope="module")
def floor(full):
    train, truth, other = full
    return [*judge_showers(truth, other, HOW, seed=1), *copies_of_truth(train, truth, neighbours=N, seed=1)]


def table(full, floor, made: ShowerSample):
    """Return the verdicts that clearly fail, by figure and variable."""
    train, truth, _ = full
    rows = [*judge_showers(truth, made, HOW, seed=1), *copy_figures(train, truth, made, neighbours=N, seed=1)]
    found = verdicts([*floor, *rows], LIMITS)
    assert {each.run for each in found} == {"made"}
    return {(each.name, each.output) for each in found if not each.passes and each.clear}


def test_showers_of_the_same_simulation_pass(full, floor):
    assert table(full, floor, sample(toy_showers(N, seed=5))) == set()


def test_a_wrong_energy_scale_fails_the_response(full, floor):
    scaled = toy_showers(N, seed=5)
    scaled["energy"] = scaled.energy * 1.06
    assert table(full, floor, sample(scaled)) == {("response", None), ("separation", "response")}


def test_copies_of_training_showers_fail_as_copies_alone(full, floor):
    batch, rng = batch_of(toy_showers(N, seed=1)), np.random.default_rng(6)
    energy = full[0].energy_gev * rng.uniform(0.95, 1.05, size=N)  # scaled, so that none is equal
    cells = {name: batch[name] * energy[:, None, None, None] for name in ("layer0", "layer1", "layer2")}
    copied = SHOWER.columns_of(SHOWER.batch_of(cells, energy))
    assert table(full, floor, sample(copied)) == {("copied", None)}


def test_a_collapsed_generator_fails_coverage_and_shapes(full, floor):
    few, rng = toy_showers(10, seed=7), np.random.default_rng(8)
    collapsed = few[rng.integers(0, 10, size=N)]
    noise = ak.unflatten(rng.normal(1, 0.02, size=ak.count(collapsed.energy)), ak.num(collapsed.energy))
    collapsed["energy"] = collapsed.energy * noise
    failed = table(full, floor, sample(collapsed))
    assert ("coverage_lost", None) in failed
    assert ("copied", None) not in failed
    assert sum(name == "separation" for name, _ in failed) > 10


def test_weights_are_carried(full):
    _, truth, other = full
    twice = sample(toy_showers(N, seed=3), weight=np.where(other.energy_gev > 3, 2.0, 1.0))
    found = {m.output: m.value for m in judge_showers(truth, twice, HOW, seed=1) if m.name == "separation"}
    # High energies count twice: ½ [(1/6)²/(5/6) + (1/6)²/(7/6)] = 0.029, less chance.
    assert 0.01 < found["total_energy_gev"] < 0.04
    assert found["total_energy_gev"] > 1.5 * found["layer1_row_mean_mm"]


def test_figures_of_few_showers_are_undefined_not_wrong():
    truth, made = (sample(toy_showers(60, seed=seed)) for seed in (1, 2))
    found = {m.name: m for m in judge_showers(truth, made, JudgedGenerator(), seed=1)}
    assert found["frechet_distance"].method.startswith("undefined")
    assert len([m for m in judge_showers(truth, made, JudgedGenerator(), seed=1) if m.name == "response_ratio"]) == 1


def test_differences_of_generators_are_paired(full):
    _, truth, other = full
    narrow = sample(toy_showers(N, seed=3, particle="electron"))
    found = {m.name: m for m in compare_generators(truth, narrow, other, n_bins=15)}
    difference = found["delta_mean_separation"]
    assert (difference.run, difference.against) == ("made", FULL_SIMULATION)
    assert difference.value > 5 * difference.error  # electrons begin earlier than photons
    assert found["delta_mean_separation_p_value"].value < 1e-6


def test_curves_are_in_the_bins_of_the_truth(full):
    _, truth, other = full
    curves = shower_curves(other, truth, HOW)
    names = [curve.name for curve in curves]
    assert names.count("shower_shape") == len(truth.shapes)
    assert {"shower_response", "cell_spectrum", "correlation", "mean_shower"} <= set(names)
    mean = next(curve for curve in curves if curve.name == "mean_shower").columns
    assert len(mean["energy_gev"]) == 504
    assert mean["energy_gev"].sum() == pytest.approx(float(np.mean(other.shapes["total_energy_gev"])), rel=1e-5)
    shape = next(c for c in curves if c.name == "shower_shape" and c.labels["variable"] == "depth").columns
    assert 0.97 < shape["share"].sum() <= 1.0 + 1e-9


def test_the_worst_bin_stands_for_all_and_medians_for_members():
    rows = [
        Metric("response_ratio", value, 0.001, "", run="gan", member=f"seed{seed}", selection=where)
        for seed, values in enumerate(((1.0, 0.95), (1.0, 0.96), (1.02, 0.99)))
        for where, value in zip(("1 to 2 GeV", "2 to 3 GeV"), values, strict=True)
    ]
    [verdict] = verdicts([*rows, *median_over_members(rows)], GeneratorLimits())
    assert (verdict.selection, verdict.in_words) == ("2 to 3 GeV", "fail ?")
    assert verdict.value == pytest.approx(0.04)
    assert verdicts(rows, GeneratorLimits()) == []  # members alone are not judged


def test_what_can_be_seen_is_said(full, floor):
    text = what_can_be_seen(floor, n=N, n_floor=N)
    assert text.startswith(f"Compared are {N} showers; with these, a difference shows")
    assert "% of the resolution in every bin" in text


def test_samples_must_fit():
    good = sample(toy_showers(20, seed=1))
    with pytest.raises(ShapeError, match="504 cells"):
        ShowerSample("x", good.energy_gev, good.weight, good.kind, good.shapes, good.cells[:, :5], SIZES)
    assert good.select(np.arange(5)).n == 5
    assert [each.shape for each in good.layers(good.cells)] == [(20, 3, 96), (20, 12, 12), (20, 12, 6)]
