"""Shape variables of showers that can be computed by hand."""

from __future__ import annotations

import math

import awkward as ak
import numpy as np
import pytest

from hepml.representations import ShowerOptions, Table, shower_shape_columns, shower_shapes

OPTIONS = ShowerOptions(layers=((1, 4), (3, 3), (2, 2)), cell_size=((10, 2), (1, 1), (1, 3)), length_unit="mm")
# Layer 0: 1, 3 and 4 GeV in columns 0, 1 and 3.  Layer 1: 2 GeV in two cells of a row.  Layer 2: nothing.
CELLS = {
    "layer": [[0, 0, 0, 1, 1], []],
    "row": [[0, 0, 0, 2, 2], []],
    "column": [[0, 1, 3, 0, 2], []],
    "energy": [[1.0, 3.0, 4.0, 1.0, 1.0], []],
    "true_energy": [20.0, 5.0],
}


@pytest.fixture
def shapes():
    return shower_shapes(ak.zip({name: ak.Array(v) for name, v in CELLS.items()}, depth_limit=1), OPTIONS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_energy_gev", 10),
        ("response", 0.5),
        ("depth_weighted_energy_gev", 2),
        ("depth", 0.2),
        ("depth_width", 0.4),  # √(0.2 − 0.04)
        ("deepest_layer", 1),
        ("maximum_layer", 0),
        ("layer0_energy_gev", 8),
        ("layer1_fraction", 0.2),
        ("layer0_row_mean_mm", 0),
        ("layer0_column_mean_mm", (-3 - 3 + 4 * 3) / 8),  # middles at −3, −1, 1, 3 mm
        ("layer0_column_width_mm", math.sqrt((9 + 3 + 36) / 8 - 0.75**2)),
        ("layer1_row_mean_mm", 1),
        ("layer1_column_width_mm", 1),
        ("layer0_e_ratio", 1 / 7),
        ("layer1_e_ratio", 0),
        ("layer0_sparsity", 0.75),
        ("layer1_sparsity", 2 / 9),
    ],
)
def test_a_shower_by_hand(shapes, name, value):
    assert shapes[name][0] == pytest.approx(value, rel=1e-6)


def test_an_empty_shower_and_an_empty_layer_are_zeros(shapes):
    assert set(shapes[1].tolist().values()) == {0.0}
    assert {shapes[0][name] for name in shapes.fields if name.startswith("layer2")} == {0.0}


def test_one_cell_has_no_second():
    one = ak.Array({"layer": [[1]], "row": [[0]], "column": [[0]], "energy": [[3.0]], "true_energy": [3.0]})
    found = shower_shapes(one, OPTIONS)[0]
    assert (found.layer1_e_ratio, found.layer1_row_width_mm, found.depth) == (1, 0, 1)


def test_a_threshold_for_what_counts():
    given = ak.zip({name: ak.Array(v) for name, v in CELLS.items()}, depth_limit=1)
    found = shower_shapes(given, OPTIONS, above_gev=1.0)[0]
    assert (found.layer0_sparsity, found.layer1_sparsity, found.deepest_layer) == (0.5, 0, 0)


def test_columns_make_a_table(shapes):
    table = Table.of(shower_shape_columns(OPTIONS))
    dense = table.decode(table.encode(shapes))[""]
    assert [column.name for column in shower_shape_columns(OPTIONS)] == shapes.fields
    np.testing.assert_array_equal(dense, np.stack([ak.to_numpy(shapes[name]) for name in shapes.fields], axis=1))
    assert dense.dtype == np.float32
