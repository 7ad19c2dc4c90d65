"""The neutrino sample, few events of each class in both geometries."""

import json

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import OutputError, RecipeError
from hepml.samples import build_sample, neutrino_block, neutrinos
from hepml.samples.neutrino_options import NeutrinoSampleOptions
from hepml.samples.neutrinos import sample_neutrinos

PROCESSES = ["numu", "nue", "nutau", "nc", "cosmic"]
FLAVOURS = {"nc": 0, "numu": 1, "nue": 2, "nutau": 3, "cosmic": 4}
SHAPES = {"scintillator": (2, 100, 80), "liquid_argon": (3, 500, 500)}
PLACES = {"scintillator": ("plane", "cell"), "liquid_argon": ("wire", "tick")}
EVENTS = {"scintillator": 301, "liquid_argon": 100}


def read(folder, process):
    with uproot.open(folder / f"{process}.root") as file:
        return file["Events"].arrays()


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    made = {}
    for geometry, events in EVENTS.items():
        folder = tmp_path_factory.mktemp("neutrinos") / geometry
        steps = []
        summary = sample_neutrinos(
            folder, events=events, seed=3, options=NeutrinoSampleOptions(geometry=geometry), progress=steps.append
        )
        made[geometry] = folder, summary, steps, {process: read(folder, process) for process in PROCESSES}
    return made


def test_files_are_ttrees_with_the_documented_branches(samples):
    with uproot.open(samples["scintillator"][0] / "numu.root") as file:
        assert file.classnames() == {"Events;1": "TTree"}
        assert file["Events"].typenames() == {
            "run": "int32_t",
            "lumi": "uint32_t",
            "event": "int64_t",
            **dict.fromkeys(["flavour", "nu_pdg", "interaction", "mode"], "int32_t"),
            **dict.fromkeys(["generator_weight", "nu_energy", "lep_energy", "inelasticity", "q2", "w"], "float"),
            **dict.fromkeys(["vertex_x_cm", "vertex_y_cm", "vertex_z_cm", "visible_energy"], "float"),
            **dict.fromkeys(["n_proton", "n_pion", "n_pizero", "n_neutron", "nhit", "nparticle"], "int32_t"),
            "hit_view": "int8_t[]",
            **dict.fromkeys(["hit_plane", "hit_cell", "particle_mother"], "int16_t[]"),
            **dict.fromkeys(["hit_pe", "hit_time_ns"], "float[]"),
            "particle_pdg": "int32_t[]",
            **dict.fromkeys(["particle_px", "particle_py", "particle_pz", "particle_energy"], "float[]"),
        }


def test_liquid_argon_has_the_branches_of_the_real_simulation(samples, real_data):
    with uproot.open(real_data("dune_cvn.root")) as file, uproot.open(samples["liquid_argon"][0] / "nue.root") as own:
        real, made = file["Events"].typenames(), own["Events"].typenames()
    shared = [*(f"hit_{name}" for name in ("view", "wire", "tick", "adc")), "flavour", "interaction", "nu_energy"]
    shared += ["lep_energy", "nu_pdg", "n_proton", "n_pion", "n_pizero", "n_neutron", "event"]
    assert {name: made[name] for name in shared} == {name: real[name] for name in shared}


def test_classes_are_equal_and_counted(samples):
    _, summary, steps, events = samples["scintillator"]
    assert [file.n_events for file in summary.files] == [61, 60, 60, 60, 60]
    assert [file.process for file in summary.files] == PROCESSES
    assert sum(steps) == 301
    for process, found in events.items():
        assert set(found.flavour.tolist()) == {FLAVOURS[process]}
        assert found.event.tolist() == list(range(1, len(found) + 1))
        assert set(found.generator_weight.tolist()) == {1.0}
    assert len({int(found.run[0]) for found in events.values()}) == 5


def test_summary_says_how_to_make_it_again(samples):
    content = json.loads((samples["liquid_argon"][0] / "sample.json").read_text())
    assert (content["sample"], content["seed"]) == ("neutrinos", 3)
    assert NeutrinoSampleOptions.model_validate(content["options"]).geometry == "liquid_argon"


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("geometry", SHAPES)
def test_hits_are_unique_cells_inside_the_detector(samples, geometry, process):
    found = samples[geometry][3][process]
    for name, size in zip(("view", *PLACES[geometry]), SHAPES[geometry], strict=True):
        values = ak.to_numpy(ak.flatten(found[f"hit_{name}"])).astype(int)
        assert 0 <= values.min() <= values.max() < size
    n_planes, n_cells = SHAPES[geometry][1:]
    view, plane, cell = (ak.values_astype(found[f"hit_{name}"], np.int64) for name in ("view", *PLACES[geometry]))
    index = (view * n_planes + plane) * n_cells + cell
    assert ak.all(index[:, 1:] > index[:, :-1])
    signal = found.hit_pe if geometry == "scintillator" else found.hit_adc
    low, high = (8, 3000) if geometry == "scintillator" else (6, 255)
    assert ak.all((signal >= low) & (signal <= high))


@pytest.mark.parametrize("geometry", SHAPES)
def test_truth_has_the_codes_and_windows_of_its_class(samples, geometry):
    events = samples[geometry][3]
    for process, first, pdg, mass in (("numu", 0, 14, 0.1057), ("nue", 4, 12, 0.0005), ("nutau", 8, 16, 1.7769)):
        found = events[process]
        assert set(found.nu_pdg.tolist()) == {pdg}
        assert found.interaction.tolist() == (first + found["mode"]).tolist()
        assert ak.all((found.nu_energy >= (3.5 if process == "nutau" else 0.5)) & (found.nu_energy < 10))
        assert ak.all(found.lep_energy >= mass)
        assert ak.all(abs(1 - found.lep_energy / found.nu_energy - found.inelasticity) < 1e-5)
        assert ak.all(found.particle_pdg[:, 0] == pdg - 1)
        assert ak.all(found.n_proton + found.n_neutron == 1)
    assert set(events["nc"].interaction.tolist()) == {13}
    assert set(events["nc"]["mode"].tolist()) <= {0, 1, 2}
    assert set(events["cosmic"].interaction.tolist()) == {14}
    assert ak.all(events["cosmic"].particle_py < 0)
    assert ak.all(events["cosmic"].nu_energy == 0)


@pytest.mark.parametrize("process", PROCESSES[:4])
def test_photons_in_the_file_make_pi_zeros(samples, process):
    found = samples["scintillator"][3][process]
    photon = found.particle_pdg == 22
    p4 = {
        name: ak.to_numpy(ak.flatten(ak.values_astype(found[f"particle_{name}"][photon], np.float64)))
        for name in ("px", "py", "pz", "energy")
    }
    px, py, pz, energy = (values[::2] + values[1::2] for values in p4.values())
    mass_mev = 1000 * np.sqrt(energy**2 - px**2 - py**2 - pz**2)
    assert len(mass_mev) > 10
    np.testing.assert_allclose(mass_mev, 134.98, atol=0.2)  # float32 in the file


def test_hits_begin_at_the_vertex(samples):
    # Of CC events: the closest hit of each view is within two planes and four cells of the vertex.
    found = samples["scintillator"][3]["nue"]
    plane, x_cell, y_cell = (
        found.vertex_z_cm / 13.2,
        (found.vertex_x_cm + 156) / 3.9 - 0.5,
        (found.vertex_y_cm + 156) / 3.9 - 0.5,
    )
    for view, cell in ((0, x_cell), (1, y_cell)):
        chosen = found.hit_view == view
        distance = np.hypot((found.hit_plane[chosen] - plane) / 2, (found.hit_cell[chosen] - cell) / 4)
        assert ak.mean(ak.fill_none(ak.min(distance, axis=1), 9.0) < 1.5) > 0.85


def test_classes_look_as_they_should(samples):
    events = samples["scintillator"][3]
    visible = {p: ak.mean(events[p].visible_energy / events[p].nu_energy) for p in ("nue", "nc")}
    assert visible["nue"] > 0.6
    assert visible["nc"] < 0.6 * visible["nue"]
    # Hits in a plane of a view that has any: one or two for a muon, more for a shower.
    width = {}
    for process in ("numu", "nue", "cosmic"):
        found = events[process]
        pairs = zip(found.hit_view.tolist(), found.hit_plane.tolist(), strict=True)
        planes = [len(set(zip(view, plane, strict=True))) for view, plane in pairs]
        width[process] = np.sum(found.nhit) / np.sum(planes)
    assert width["numu"] < 0.7 * width["nue"]


def test_the_same_seed_gives_the_same_events_for_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(neutrinos, "EVENTS_PER_BLOCK", 5)
    options = NeutrinoSampleOptions(processes=["nue", "cosmic"])
    for workers in (1, 2):
        sample_neutrinos(tmp_path / str(workers), events=24, seed=5, workers=workers, options=options)
    for process in options.processes:
        one, two = read(tmp_path / "1", process), read(tmp_path / "2", process)
        assert ak.array_equal(one, two)
        assert one.lumi.tolist() == [1] * 5 + [2] * 5 + [3] * 2
        assert len(set(one.lep_energy.tolist())) == 12  # blocks do not repeat one another


@pytest.mark.parametrize("geometry", SHAPES)
def test_a_smaller_sample_is_the_beginning_of_a_larger_one(tmp_path, geometry):
    options = NeutrinoSampleOptions(processes=["nutau", "cosmic"], geometry=geometry)
    for name, events, seed in (("large", 40, 7), ("small", 10, 7), ("other", 10, 8)):
        sample_neutrinos(tmp_path / name, events=events, seed=seed, options=options)
    for process in options.processes:
        large, small, other = (read(tmp_path / name, process) for name in ("large", "small", "other"))
        assert ak.array_equal(large[:5], small)
        assert not set(other.lep_energy.tolist()) & set(small.lep_energy.tolist())


def test_both_geometries_see_the_same_interactions(samples):
    one, two = (samples[geometry][3]["nutau"][:20] for geometry in SHAPES)
    assert ak.array_equal(one.particle_energy, two.particle_energy)


def test_antineutrinos(tmp_path):
    options = NeutrinoSampleOptions(processes=["numu"], antineutrino_fraction=1.0)
    sample_neutrinos(tmp_path / "out", events=40, options=options)
    found = read(tmp_path / "out", "numu")
    assert set(found.nu_pdg.tolist()) == {-14}
    assert ak.all(found.particle_pdg[:, 0] == -13)
    assert ak.all(found.n_neutron[found["mode"] == 0] == 1)


def test_wrong_requests_are_refused(tmp_path):
    with pytest.raises(RecipeError, match="events is 4: give 5 or more"):
        build_sample("neutrinos", tmp_path / "out", events=4)
    with pytest.raises(RecipeError, match=r"sample\.geometry"):
        build_sample("neutrinos", tmp_path / "out", events=10, options={"geometry": "ice"})
    assert not (tmp_path / "out").exists()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="sample"):
        build_sample("neutrinos", tmp_path, events=10)


def test_a_block_is_full_size_in_the_plan():
    assert neutrinos.EVENTS_PER_BLOCK == neutrino_block.EVENTS_PER_BLOCK
