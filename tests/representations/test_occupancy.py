"""Occupancy: exact rebinning, counts that are none, and parts of lumisections."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.errors import RecipeError, ShapeError
from hepml.options import validate_options
from hepml.representations import Occupancy, OccupancyOptions

SMALL = Occupancy(OccupancyOptions(shape=(2, 3), known_dead=[(1, 2)]))


def columns(counts, exposure=1.0):
    counts = np.asarray(counts)
    return ak.zip({"counts": ak.from_numpy(counts), "exposure": np.full(len(counts), exposure)}, depth_limit=1)


def test_known_dead_cells_are_nan_and_empty_ones_zero():
    dense = SMALL.decode(SMALL.encode(columns([[[1, 0, 2], [0, 0, 5]]], 0.25)))
    np.testing.assert_array_equal(dense["counts"][0, ..., 0], [[1, 0, 2], [0, 0, np.nan]])
    assert dense["exposure"].tolist() == [[0.25]]


def test_a_finer_map_is_summed_exactly():
    fine = np.arange(48).reshape(1, 4, 12)
    dense = SMALL.decode(SMALL.encode(columns(fine)))["counts"][0, ..., 0]
    assert dense[0, 0] == fine[0, :2, :4].sum()
    assert dense[1, 1] == fine[0, 2:, 4:8].sum()


@pytest.mark.parametrize("shape", [(2, 4), (3, 3), (1, 3), (2, 0)])
def test_another_binning_is_refused(shape):
    with pytest.raises(ShapeError, match=f"map of {shape[0]} × {shape[1]} bins cannot be summed to 2 × 3"):
        SMALL.encode(columns(np.zeros((1, *shape))))


@pytest.mark.parametrize(
    ("value", "shown"), [(np.nan, "nan"), (-1.0, "-1"), (0.5, "0.5"), (np.inf, "inf"), (1e12, "1e")]
)
def test_what_is_no_count_is_refused_with_its_cell(value, shown):
    counts = np.zeros((2, 2, 3))
    counts[1, 0, 2] = value
    with pytest.raises(ShapeError, match=rf"1 cells without a count, the first is {shown}.* in cell \[0, 2\]"):
        SMALL.encode(columns(counts))


def test_exposures_are_not_negative():
    with pytest.raises(ShapeError, match="'exposure' holds -1"):
        SMALL.encode(columns(np.zeros((1, 2, 3)), -1.0))


def test_parts_are_added_whatever_their_order():
    counts = np.random.default_rng(1).poisson(2.0, (6, 2, 3))
    stored, group = SMALL.encode(columns(counts)), np.array([1, 0, 1, 1, 0, 2])
    whole = SMALL.decode(SMALL.combine(stored, group, n_groups=3))["counts"][..., 0]
    expected = np.stack([counts[group == index].sum(axis=0) for index in range(3)]).astype(float)
    expected[:, 1, 2] = np.nan
    np.testing.assert_array_equal(whole, expected)
    order = np.array([5, 3, 0, 4, 2, 1])
    again = SMALL.combine(stored[order], group[order], n_groups=3)
    assert ak.array_equal(again, SMALL.combine(stored, group, n_groups=3), equal_nan=True, dtype_exact=True)


def test_parts_with_different_exposures_contradict():
    stored = ak.concatenate([SMALL.encode(columns(np.ones((1, 2, 3)), value)) for value in (1.0, 2.0)])
    with pytest.raises(ShapeError, match="exposures 1, 2"):
        SMALL.combine(stored, np.zeros(2, int), n_groups=1)


def test_a_dead_cell_outside_the_map_is_refused():
    with pytest.raises(RecipeError, match=r"cell \[2, 0\], which is not in a map of 2 × 3"):
        validate_options(OccupancyOptions, {"shape": [2, 3], "known_dead": [[2, 0]]}, path="o")
