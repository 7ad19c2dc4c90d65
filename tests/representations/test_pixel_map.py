"""Pixel maps: small ones by hand, windows that follow the event, bad hits, and real events against plain numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pydantic
import pytest
import uproot

from hepml.errors import ShapeError
from hepml.representations import PixelMap, PixelMapOptions
from hepml.representations.pixel_map_hits import BLOCK_HITS

SMALL = {"views": ["x", "y"], "shape": (4, 6)}


def hits(*rows: list[tuple[float, float, float, float]]) -> ak.Array:
    """Return events from lists of (view, plane, cell, charge)."""
    names = ("view", "plane", "cell", "charge")
    columns = {name: ak.Array([[hit[i] for hit in row] for row in rows]) for i, name in enumerate(names)}
    return ak.zip({name: ak.values_astype(values, float) for name, values in columns.items()}, depth_limit=1)


def maps(columns: ak.Array, **options: Any) -> dict[str, np.ndarray]:
    representation = PixelMap(PixelMapOptions(**{**SMALL, **options}))
    return representation.decode(representation.encode(columns))


def filled(dense: np.ndarray) -> dict[tuple[int, ...], float]:
    """Return place → value of what is not empty."""
    return {tuple(int(i) for i in place): float(dense[tuple(place)]) for place in np.argwhere(dense)}


def test_hits_fall_into_the_cells_of_their_views() -> None:
    found = maps(hits([(0, 3, 5, 2.0), (1, 0, 0, 3.0), (0, 1, 2, 4.0)], [], [(1, 3, 5, 7.0)]))
    assert {view: dense.shape for view, dense in found.items()} == {"x": (3, 4, 6, 1), "y": (3, 4, 6, 1)}
    assert filled(found["x"]) == {(0, 1, 2, 0): 4, (0, 3, 5, 0): 2}
    assert filled(found["y"]) == {(0, 0, 0, 0): 3, (2, 3, 5, 0): 7}


def test_pooled_pixels_hold_the_sum_and_the_number_of_different_cells() -> None:
    row = [(0, 1, 1, 2.0), (0, 0, 0, 3.0), (0, 1, 1, 4.0), (0, 2, 5, 5.0), (1, 3, 5, 1.0)]
    found = maps(hits(row), pool=(2, 4), occupancy=True)
    assert found["x"].shape == (1, 2, 2, 2)
    np.testing.assert_array_equal(found["x"][0, :, :, 0], [[9, 0], [0, 5]])
    np.testing.assert_array_equal(found["x"][0, :, :, 1], [[2, 0], [0, 1]])  # two hits in cell (1, 1)
    assert filled(found["y"]) == {(0, 1, 1, 0): 1, (0, 1, 1, 1): 1}


def test_sizes_that_the_pool_does_not_divide_keep_their_last_cells() -> None:
    found = maps(hits([(0, 3, 5, 2.0)]), pool=(3, 5))["x"]
    assert found.shape == (1, 2, 2, 1)
    assert filled(found) == {(0, 1, 1, 0): 2}


def test_the_order_of_hits_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    row = [
        (int(rng.integers(2)), int(rng.integers(4)), int(rng.integers(6)), float(rng.exponential())) for _ in range(200)
    ]
    shuffled = [[row[i] for i in rng.permutation(200)] for _ in range(20)]
    for options in ({}, {"pool": (2, 3)}, {"window": (2, 4), "centre": "charge"}):
        for dense in maps(hits(row, *shuffled), **options).values():
            assert (dense == dense[:1]).all()


def test_charge_is_calibrated_then_saturated_then_logarithmic_and_no_hit_stays_zero() -> None:
    row = [(0, 0, 0, 3.0), (0, 1, 1, 100.0), (1, 0, 0, 3.0), (1, 1, 1, 0.0)]
    linear = maps(hits(row), calibration=(2.0, 0.5), saturation=10.0)
    assert filled(linear["x"]) == {(0, 0, 0, 0): 6, (0, 1, 1, 0): 10}
    assert filled(linear["y"]) == {(0, 0, 0, 0): 1.5}
    log = maps(hits(row), calibration=(2.0, 0.5), saturation=10.0, charge="log", log_charge=5.0)
    for view in ("x", "y"):
        np.testing.assert_allclose(log[view], np.log1p(linear[view] / 5), rtol=1e-6)


def test_the_window_lies_around_the_median_of_the_charge_of_each_view() -> None:
    # A far hit of little charge does not move the window, and is outside it.
    row = [(0, 10, 20, 5.0), (0, 11, 21, 5.0), (0, 12, 22, 5.0), (0, 90, 90, 4.0), (1, 50, 60, 1.0)]
    options = {"shape": (100, 100), "window": (5, 5), "centre": "charge"}
    representation = PixelMap(PixelMapOptions(**{**SMALL, **options}))
    stored = representation.encode(hits(row))
    found = representation.decode(stored)
    assert filled(found["x"]) == {(0, 1, 1, 0): 5, (0, 2, 2, 0): 5, (0, 3, 3, 0): 5}
    assert filled(found["y"]) == {(0, 2, 2, 0): 1}
    assert stored.outside_charge_fraction.to_list() == [0.20000000298023224]
    assert stored.n_outside.to_list() == [0]  # outside the window is inside the detector


def test_views_share_the_axis_that_they_measure_alike() -> None:
    row = [(0, 10, 40, 8.0), (1, 70, 42, 2.0)]
    options = {"shape": (100, 100), "window": (5, 5), "centre": "charge"}
    apart = maps(hits(row), **options)
    assert filled(apart["x"]) == {(0, 2, 2, 0): 8}
    assert filled(apart["y"]) == {(0, 2, 2, 0): 2}
    together = maps(hits(row), **options, shared_axis="cell")
    assert filled(together["x"]) == {(0, 2, 2, 0): 8}
    assert filled(together["y"]) == {(0, 2, 4, 0): 2}
    assert maps(hits(row), **options, shared_axis="plane")["y"].sum() == 0  # 60 planes away from most of the charge


def test_the_anchor_says_where_in_the_window_the_centre_comes_and_windows_may_reach_over_the_edge() -> None:
    options = {"window": (4, 4), "centre": "charge", "anchor": (0.0, 0.25)}
    assert filled(maps(hits([(0, 3, 0, 1.0)]), **options)["x"]) == {(0, 0, 1, 0): 1}


@pytest.mark.parametrize("shift", [(0, 0), (3, 7), (-2, 5)])
def test_the_map_around_the_charge_moves_with_the_event(shift: tuple[int, int]) -> None:
    rng = np.random.default_rng(4)
    row = [(int(rng.integers(2)), *map(int, rng.integers(40, 60, size=2)), float(rng.exponential())) for _ in range(60)]
    moved = [(view, plane + shift[0], cell + shift[1], charge) for view, plane, cell, charge in row]
    options = {"shape": (100, 100), "window": (30, 30), "centre": "charge", "pool": (2, 3)}
    for dense in maps(hits(row, moved), **options).values():
        np.testing.assert_array_equal(dense[0], dense[1])


def test_a_given_centre_is_read_per_view() -> None:
    columns = hits([(0, 2, 2, 1.0), (1, 2, 2, 1.0)])
    for name, value in {"plane_x": 2.9, "cell_x": 2.0, "plane_y": 1.0, "cell_y": 4.0}.items():
        columns[f"centre_{name}"] = np.array([value])
    found = maps(columns, window=(3, 5), centre="given")
    assert filled(found["x"]) == {(0, 1, 2, 0): 1}
    assert filled(found["y"]) == {(0, 2, 0, 0): 1}


BAD = [(0, -1, 0, 1.0), (0, 4, 0, 1.0), (1, 0, 6, 1.0), (2, 0, 0, 1.0), (0, np.nan, 0, 1.0), (0, 1e12, -0.5, 1.0)]


def test_hits_outside_the_detector_are_counted_and_not_drawn() -> None:
    representation = PixelMap(PixelMapOptions(**SMALL))
    columns = hits([*BAD, (0, 1.9, 1.2, 3.0)], [(1, 1, 1, 1.0)], [])
    stored = representation.encode(columns)
    assert stored.n_outside.to_list() == [6, 0, 0]
    assert filled(representation.decode(stored)["x"]) == {(0, 1, 1, 0): 3}
    counts = representation.counts(columns)
    assert counts.n_outside.tolist() == [6, 0, 0]
    assert counts.n_inside.tolist() == [1, 1, 0]
    assert counts.n_views_hit.tolist() == [1, 1, 0]


def test_negative_charges_are_refused_or_left_out_and_counted() -> None:
    columns = hits([(0, 1, 1, -2.0), (0, 1, 1, 5.0), (1, 0, 0, np.nan), (1, 0, 0, -1.0)])
    with pytest.raises(ShapeError, match=r"'charge' holds 2 negative values, the first is -2: .* leave_out"):
        maps(columns)
    found = maps(columns, negative="leave_out")
    assert filled(found["x"]) == {(0, 1, 1, 0): 5}
    assert np.isfinite(found["y"]).all()
    counts = PixelMap(PixelMapOptions(**SMALL)).counts(columns)
    assert counts.n_bad_charge.tolist() == [3]
    assert counts.n_views_hit.tolist() == [1]


def test_a_view_can_be_left_out_and_codes_need_not_begin_at_zero() -> None:
    found = maps(hits([(0, 0, 0, 1.0), (7, 1, 1, 2.0)]), views={"z": 7})
    assert list(found) == ["z"]
    assert filled(found["z"]) == {(0, 1, 1, 0): 2}


def test_types_of_the_input_do_not_matter() -> None:
    rows = [[(0, 3, 5, 2.0), (1, 0, 0, 3.0)], [(1, 2, 2, 200.0)]]
    expected = maps(hits(*rows))
    for dtype in (np.uint8, np.int16, np.uint32, np.int64, np.uint64, np.float32):
        columns = hits(*rows)
        for name in columns.fields:
            columns[name] = ak.values_astype(columns[name], dtype)
        for view, dense in maps(columns).items():
            np.testing.assert_array_equal(dense, expected[view])


def test_events_larger_and_smaller_than_a_block_are_all_there() -> None:
    rng = np.random.default_rng(6)
    counts = np.array([3, BLOCK_HITS + 5, 0, 7, BLOCK_HITS // 2, BLOCK_HITS // 2, BLOCK_HITS - 1, 1])
    n = counts.sum()
    flat = {"view": rng.integers(0, 2, n), "plane": rng.integers(0, 4, n), "cell": rng.integers(0, 6, n)}
    columns = ak.zip({k: ak.unflatten(v, counts) for k, v in {**flat, "charge": np.ones(n)}.items()}, depth_limit=1)
    found = maps(columns)
    total = sum(dense.sum(axis=(1, 2, 3)) for dense in found.values())
    np.testing.assert_array_equal(total, counts)
    representation = PixelMap(PixelMapOptions(**SMALL))
    group = np.arange(len(counts)) % 3
    moments = representation.moments(representation.encode(columns), group, n_groups=3)
    for view, dense in found.items():
        for power, sums in ((1, moments[view].total), (2, moments[view].total_squares)):
            expected = np.bincount(group, weights=(dense.astype(np.float64) ** power).sum(axis=(1, 2, 3)))
            np.testing.assert_array_equal(sums[:, 0], expected)
    row = np.repeat(np.arange(len(counts)), counts)
    for code, view in enumerate(("x", "y")):
        chosen = flat["view"] == code
        place = (row[chosen], flat["plane"][chosen], flat["cell"][chosen])
        expected = np.zeros(found[view].shape[:3])
        np.add.at(expected, place, 1)
        np.testing.assert_array_equal(found[view][..., 0], expected)


def test_stored_types_follow_from_the_options() -> None:
    for options, gap, number in (
        ({}, "uint16", "uint8"),
        ({"shape": (500, 500), "pool": (1, 300)}, "uint16", "uint16"),
    ):
        stored = PixelMap(PixelMapOptions(**{**SMALL, **options, "occupancy": True})).encode(hits([(0, 0, 0, 1.0)]))
        assert ak.to_numpy(ak.flatten(stored.gap)).dtype == gap
        assert ak.to_numpy(ak.flatten(stored.number)).dtype == number
    stored = PixelMap(PixelMapOptions(**{**SMALL, "shape": (500, 500)})).encode(hits([(0, 0, 0, 1.0)]))
    assert ak.to_numpy(ak.flatten(stored.gap)).dtype == "uint32"


@pytest.mark.parametrize("other", [{"shape": (2, 2)}, {"charge": "log"}, {"saturation": 3.0}, {"calibration": 2.0}])
def test_maps_are_decoded_by_the_options_they_were_made_with_alone(other: dict[str, Any]) -> None:
    stored = PixelMap(PixelMapOptions(**SMALL)).encode(hits([(1, 3, 5, 1.0)]))
    with pytest.raises(ShapeError, match="decode with the options they were made with"):
        PixelMap(PixelMapOptions(**{**SMALL, **other})).decode(stored)


@pytest.mark.parametrize(
    "wrong",
    [
        {"views": []}, {"views": ["x", "x"]}, {"views": {"x": 1, "y": 1}}, {"views": ["x y"]}, {"shape": (0, 5)},
        {"shape": (5, 5, 5)}, {"pool": (0, 1)}, {"window": (2, 2)}, {"centre": "charge"}, {"shared_axis": "cell"},
        {"window": (2, 2), "centre": "given", "shared_axis": "cell"}, {"calibration": (1.0,)}, {"calibration": 0.0},
        {"saturation": -1.0}, {"charge": "root"}, {"log_charge": 0.0}, {"anchor": (2.0, 0.0)}, {"pooling": (2, 2)},
        {"shape": (2**20, 2**20)},
    ],
)  # fmt: skip
def test_wrong_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError):
        PixelMapOptions(**{**SMALL, **wrong})


def test_arrays_carry_views_channels_and_axes() -> None:
    options = {"axes": ("wire", "tick"), "unit": "ADC", "occupancy": True}
    arrays = PixelMap(PixelMapOptions(**SMALL, **options)).arrays
    assert list(arrays) == ["x", "y"]
    assert arrays["x"].role == "image"
    assert arrays["x"].features == ("charge [ADC]", "cells hit [1]")
    assert arrays["x"].moments_shape == (2,)
    assert arrays["x"].axes == (("Wire", 0.0, 4.0), ("Tick", 0.0, 6.0))
    window = PixelMap(PixelMapOptions(**SMALL, charge="log", window=(4, 4), centre="charge")).arrays["y"]
    assert window.features == ("log of charge [1]",)
    assert window.axes[0] == ("Plane − centre", -2.0, 2.0)


@pytest.fixture(scope="module")
def dune(real_data: Any) -> dict[str, Any]:
    """Return the hits of all real events, and the same flat, with their event."""
    return read_dune(real_data("dune_cvn.root"))


def read_dune(path: Path) -> dict[str, Any]:
    branches = {"view": "hit_view", "plane": "hit_wire", "cell": "hit_tick", "charge": "hit_adc"}
    with uproot.open(path) as file:
        events = file["Events"].arrays(list(branches.values()))
    columns = ak.zip({name: events[branch] for name, branch in branches.items()}, depth_limit=1)
    flat = {name: ak.to_numpy(ak.flatten(columns[name])).astype(np.int64) for name in branches}
    return {"columns": columns, "event": np.repeat(np.arange(len(events)), ak.num(columns.view)), **flat}


@pytest.mark.parametrize(("pool", "events"), [((1, 1), slice(0, 20)), ((5, 5), slice(0, 400)), ((7, 10), slice(None))])
def test_real_events_agree_with_plain_numpy(dune: dict[str, Any], pool: tuple[int, int], events: slice) -> None:
    representation = PixelMap(PixelMapOptions(views=["u", "v", "z"], shape=(500, 500), pool=pool, occupancy=True))
    columns = dune["columns"][events]
    stored = representation.encode(columns)
    chosen = dune["event"] < len(columns)
    n_rows, n_columns = representation.options.pixels
    pixel = (dune["plane"] // pool[0]) * n_columns + dune["cell"] // pool[1]
    for code, (_, dense) in enumerate(representation.decode(stored).items()):
        of_view = chosen & (dune["view"] == code)
        place = dune["event"][of_view] * (n_rows * n_columns) + pixel[of_view]
        size = len(columns) * n_rows * n_columns
        expected = np.bincount(place, weights=dune["charge"][of_view], minlength=size)
        np.testing.assert_array_equal(dense[..., 0].reshape(-1), expected)
        np.testing.assert_array_equal(dense[..., 1].reshape(-1), np.bincount(place, minlength=size))
    assert ak.sum(stored.n_outside) == 0
