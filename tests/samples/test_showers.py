"""The sample of showers, few of each kind."""

import json

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import RecipeError
from hepml.samples import build_sample
from hepml.samples.blocks import Block
from hepml.samples.shower_block import CONVERSION_X0, make_shower_block
from hepml.samples.shower_cells import OUTSIDE, build_calorimeter, cell_of
from hepml.samples.shower_options import ShowerSampleOptions

BRANCHES = {
    "run": "int32_t",
    "lumi": "uint32_t",
    "event": "int64_t",
    "generator_weight": "float",
    "particle": "int32_t",
    **dict.fromkeys(["energy", "theta", "phi", "impact_x_cm", "impact_y_cm", "leakage_energy"], "float"),
    "nelectron": "int32_t",
    **{f"electron_{name}": "float[]" for name in ("energy", "start_x0", "maximum_x0", "alpha")},
    "ncell": "int32_t",
    **{f"cell_{name}": "int16_t[]" for name in ("layer", "row", "column")},
    "cell_energy": "float[]",
}
PLAIN = {"sampling_term": 0, "threshold_mev": 0}


def block(n, particle="electron", *, seed=1, **options):
    return make_shower_block(Block(particle, 1, 0, 1, n, seed), options=ShowerSampleOptions(**options))


def seen(columns):
    return ak.to_numpy(ak.sum(ak.values_astype(columns["cell"].energy, np.float64), axis=1))


def test_files_are_ttrees_with_the_documented_branches(tmp_path):
    steps = []
    made = build_sample("showers", tmp_path, events=5, seed=4, options={"energy_gev": (1, 2)}, progress=steps.append)
    assert [(file.process, file.n_events) for file in made.files] == [("electron", 3), ("photon", 2)]
    for file in made.files:
        with uproot.open(file.path) as opened:
            assert opened.classnames() == {"Events;1": "TTree"}
            assert opened["Events"].typenames() == BRANCHES
    assert sum(steps) == 5
    content = json.loads((tmp_path / "sample.json").read_text())
    assert (content["sample"], content["seed"], content["options"]["geometry"]) == ("showers", 4, "calogan")


def test_a_larger_sample_begins_with_a_smaller_one(tmp_path, monkeypatch):
    monkeypatch.setattr("hepml.samples.showers.EVENTS_PER_BLOCK", 3)
    options = {"energy_gev": (1, 3), "angle_deg": 20, "impact_cm": 1}
    few, many = (
        [
            uproot.open(file.path)["Events"].arrays()
            for file in build_sample("showers", tmp_path / str(n), events=n, options=options).files
        ]
        for n in (8, 12)
    )
    for less, more in zip(few, many, strict=True):
        assert ak.array_equal(less, more[: len(less)])


@pytest.mark.parametrize("particle", ["electron", "photon"])
@pytest.mark.parametrize("options", [{}, {"angle_deg": 40, "impact_cm": 20}, {"geometry": "grid", "layers": 4}])
def test_energy_is_in_the_cells_or_outside(particle, options):
    made = block(10, particle, energy_gev=(1, 20), **PLAIN, **options)
    np.testing.assert_allclose(seen(made) + made["leakage_energy"], made["energy"], rtol=1e-5)


def test_cells_are_in_order_and_inside():
    cells = block(20, energy_gev=(5, 50))["cell"]
    rows, columns = np.array([3, 12, 12]), np.array([96, 12, 6])
    layer, row, column = (ak.to_numpy(ak.flatten(cells[name])) for name in ("layer", "row", "column"))
    assert row.min() >= 0
    assert column.min() >= 0
    assert (row < rows[layer]).all()
    assert (column < columns[layer]).all()
    number = ak.unflatten(layer * 10_000 + row * 100 + column, ak.num(cells.layer))
    assert ak.all(number[:, 1:] > number[:, :-1])
    assert ak.min(cells.energy) >= 1e-4


def test_resolution_is_that_of_sampling():
    made = block(300, energy_gev=(4, 4), sampling_term=0.2)
    whole = seen(made) + made["leakage_energy"]
    # 0.2/√4 = 10% of 4 GeV, but for the small part of the energy that is never sampled.
    assert whole.mean() == pytest.approx(4, abs=4 * 0.4 / np.sqrt(300))
    assert whole.std() == pytest.approx(0.4, abs=4 * 0.4 / np.sqrt(600))


def test_electrons_of_photons_share_its_energy_and_begin_later():
    made = block(400, "photon", energy_gev=(1, 1))
    electron = made["electron"]
    assert ak.all(ak.num(electron.energy) == 2)
    np.testing.assert_allclose(ak.sum(electron.energy, axis=1), 1, rtol=1e-6)
    assert ak.min(electron.energy) >= 0.1 - 1e-6
    assert ak.all(electron.start_x0[:, 0] == electron.start_x0[:, 1])
    assert ak.mean(electron.start_x0) == pytest.approx(CONVERSION_X0, abs=4 * CONVERSION_X0 / 20)
    of_electrons = block(400, energy_gev=(1, 1))
    assert ak.all(of_electrons["electron"].start_x0 == 0)
    front = [
        ak.mean(ak.sum(each["cell"].energy[each["cell"].layer == 0], axis=1) / seen(each))
        for each in (made, of_electrons)
    ]
    assert front[0] < front[1] - 0.03


def test_spectra():
    flat, log = (block(2000, spectrum=name, energy_gev=(0.5, 2), sampling_term=0)["energy"] for name in ("flat", "log"))
    assert flat.min() >= 0.5
    assert flat.max() < 2
    assert flat.mean() == pytest.approx(1.25, abs=4 * 1.5 / np.sqrt(12 * 2000))
    assert np.log(log).mean() == pytest.approx(0, abs=4 * np.log(4) / np.sqrt(12 * 2000))


def test_a_slanted_shower_moves_along_phi():
    made = block(200, energy_gev=(20, 20), angle_deg=50, **PLAIN)
    cells, theta, phi = made["cell"], made["theta"], made["phi"]
    second = cells[cells.layer == 1]
    x, y = (
        ak.to_numpy(ak.sum(second.energy * (4.0 * second[name] - 22), axis=1) / ak.sum(second.energy, axis=1))
        for name in ("column", "row")
    )
    # The layer begins at 9 cm of depth, and most of its energy is in its first third.
    far = theta > 0.4
    reached = (x * np.cos(phi) + y * np.sin(phi))[far] / np.tan(theta[far])
    assert 9 < reached.mean() < 21
    assert abs((x * np.sin(phi) - y * np.cos(phi))[far].mean()) < 0.5


def test_the_cell_of_a_point():
    grid = build_calorimeter(ShowerSampleOptions())
    assert cell_of(grid, -24.0, -24.0, 0.0) == 0
    assert cell_of(grid, 23.99, 23.99, 8.99) == 287
    assert cell_of(grid, -24.0, -24.0, 9.0) == 288
    assert cell_of(grid, 23.99, 23.99, 47.99) == 503
    assert {cell_of(grid, *p) for p in ((24.0, 0, 1), (0, -24.01, 1), (0, 0, 48.0), (0, 0, -0.01))} == {OUTSIDE}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"energy_gev": (5, 1)}, "low ≤ high"),
        ({"energy_gev": (0.1, 1)}, "0.5 ≤ low"),
        ({"particles": ["photon", "photon"]}, "list each once"),
        ({"geometry": "grid", "layers": 500, "rows": 500}, "too large"),
        ({"geometri": "grid"}, "geometry"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, options, message):
    with pytest.raises(RecipeError, match=message):
        build_sample("showers", tmp_path, events=2, options=options)
