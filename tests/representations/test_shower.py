"""Showers: hand-made cells, normalised and turned back."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from hepml.errors import ShapeError
from hepml.representations import Shower, ShowerOptions

LAYERS = ((1, 2), (2, 2))
# Shower 0: 6 GeV in layer 0 (3 + 1 in one cell, 2 in the other) and 2 in layer 1; shower 1 is empty.
CELLS = {
    "layer": [[1, 0, 0, 0, 2, 0], []],
    "row": [[1, 0, 0, 0, 0, 1], []],
    "column": [[0, 1, 0, 1, 0, 0], []],
    "energy": [[2.0, 3.0, 2.0, 1.0, 5.0, 7.0], []],
    "true_energy": [16.0, 4.0],
}
NAMES = ("layer", "row", "column", "energy")


def shower(**options):
    return Shower(ShowerOptions(**{"layers": LAYERS, **options}))


def columns(**changes):
    return ak.zip({name: ak.Array(values) for name, values in (CELLS | changes).items()}, depth_limit=1)


@pytest.mark.parametrize(
    ("normalise", "front", "back"),
    [
        ("none", [2, 4], [0, 0, 2, 0]),
        ("energy", [2 / 16, 4 / 16], [0, 0, 2 / 16, 0]),
        ("layer", [1 / 3, 2 / 3], [0, 0, 1, 0]),
    ],
)
def test_cells_are_divided_as_the_options_say(normalise, front, back):
    each = shower(normalise=normalise)
    batch = each.decode(each.encode(columns()))
    np.testing.assert_allclose(batch["layer0"].reshape(2, 2), [front, [0, 0]], rtol=1e-6)
    np.testing.assert_allclose(batch["layer1"].reshape(2, 4), [back, [0, 0, 0, 0]], rtol=1e-6)
    assert batch["energies"].tolist() == [[16, 8, 6, 2], [4, 0, 0, 0]]


def test_what_lies_outside_is_counted():
    stored = shower().encode(columns())
    assert stored.cell.tolist() == [[0, 1, 4], []]
    assert stored.energy.tolist() == [[2, 4, 2], []]
    assert (stored.n_outside.tolist(), stored.outside_energy.tolist()) == ([2, 0], [12, 0])


def test_energies_have_names_and_units():
    names = ("true_energy", "total_energy", "layer0_energy", "layer1_energy")
    assert shower().arrays["energies"].features == tuple(f"{name} [GeV]" for name in names)
    assert list(Shower(ShowerOptions(grid=(3, 2, 2))).arrays) == ["cells", "energies"]


def test_axes_are_places_where_cells_have_a_size():
    assert shower().arrays["layer1"].axes == (("Row", 0, 2), ("Column", 0, 2))
    sized = shower(cell_size=((4, 1), (2, 8)), length_unit="mm")
    assert sized.arrays["layer1"].axes == (("Row [mm]", -2, 2), ("Column [mm]", -8, 8))


@pytest.mark.parametrize("normalise", ["none", "energy", "layer"])
@pytest.mark.parametrize("shape", [{"layers": ((3, 96), (12, 12), (12, 6))}, {"layers": None, "grid": (5, 6, 7)}])
def test_the_way_back_is_exact_to_a_float32(normalise, shape):
    each, rng = shower(normalise=normalise, **shape), np.random.default_rng(1)
    counts = rng.integers(0, 40, size=100)
    n = counts.sum()
    lists = {
        "layer": rng.integers(0, 3, n),
        "row": rng.integers(0, 3, n),
        "column": rng.integers(0, 6, n),
        "energy": rng.exponential(size=n),
    }
    given = ak.zip(
        {name: ak.unflatten(values, counts) for name, values in lists.items()}
        | {"true_energy": rng.uniform(1, 100, size=100)},
        depth_limit=1,
    )
    stored = each.encode(given)
    batch = each.decode(stored)
    for suffix, values in each.batch_of(each.in_gev(batch), batch["energies"][:, 0]).items():
        np.testing.assert_allclose(values, batch[suffix], rtol=4e-7)
    again = each.encode(each.columns_of(each.decode(stored)))
    assert again.cell.tolist() == stored.cell.tolist()
    np.testing.assert_allclose(ak.flatten(again.energy), ak.flatten(stored.energy), rtol=3e-7)
    assert ak.array_equal(again.true_energy, stored.true_energy)


def test_cells_that_a_model_makes_have_a_least_energy():
    each = shower()
    batch = each.decode(each.encode(columns()))
    batch["layer1"] = batch["layer1"] - np.float32(0.01)  # −0.16 GeV in empty cells
    assert each.columns_of(batch).energy.tolist() == [[2, 4, pytest.approx(1.84)], []]
    assert each.columns_of(batch, least_gev=2.0).column.tolist() == [[1], []]


def test_no_shower_has_a_way_back_too():
    each = shower()
    batch = each.decode(each.encode(columns()[:0]))
    assert len(each.columns_of(batch)) == 0
    assert each.batch_of(each.in_gev(batch), np.zeros(0))["energies"].shape == (0, 4)


def test_arrays_that_do_not_fit_are_refused():
    each = shower()
    batch = each.decode(each.encode(columns()))
    with pytest.raises(ShapeError, match=r"'layer1' must have shape \(n, 2, 2, 1\), found \(\)"):
        each.in_gev({name: values for name, values in batch.items() if name != "layer1"})
    with pytest.raises(ShapeError, match=r"'layer0' .* found \(1, 1, 2, 1\)"):
        each.in_gev(batch | {"layer0": batch["layer0"][:1]})


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_bad_energies_are_refused_or_left_out(bad):
    given = columns(energy=[[2.0, 3.0, bad, 1.0, 5.0, 7.0], []])
    with pytest.raises(ShapeError, match="holds 1 values that are negative or not finite"):
        shower().encode(given)
    stored = shower(bad_cells="leave_out").encode(given)
    assert stored.energy.tolist() == [[4, 2], []]
    assert stored.n_left_out.tolist() == [1, 0]
    assert shower(bad_cells="leave_out").missing_allowed == {"energy"}


@pytest.mark.parametrize("bad", [0.0, -3.0, np.nan])
def test_a_true_energy_is_above_0(bad):
    with pytest.raises(ShapeError, match="must be above 0"):
        shower().encode(columns(true_energy=[16.0, bad]))


def test_places_that_are_not_whole_or_not_finite():
    given = columns(layer=[[1.0, 0, 0, 0, np.nan, np.inf], []], row=[[1.5, 0, 0, 0, 0, 0], []])
    stored = shower().encode(given)
    assert stored.cell.tolist() == [[0, 1, 4], []]
    assert stored.n_outside.tolist() == [2, 0]


def test_showers_of_other_options_are_refused():
    stored = shower().encode(columns())
    for other in (shower(normalise="layer"), shower(layers=((1, 2), (1, 1)))):
        with pytest.raises(ShapeError, match="decode with the options they were made with"):
            other.decode(stored)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"grid": (1, 2, 3)}, "give one of the two"),
        ({"layers": None}, "give one of the two"),
        ({"layers": ((400, 400),)}, "too large"),
        ({"cell_size": ((1, 1),) * 3}, "3 pairs for 2 layers"),
    ],
)
def test_options_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        shower(**options)
