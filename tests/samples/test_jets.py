"""The jet sample, with the real generator on few events."""

import json
import os
import resource
import signal
import sys
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from hepml.errors import MissingExtraError, OutputError, RecipeError, WorkerError
from hepml.samples import jet_block, jets
from hepml.samples.jet_options import JetSampleOptions
from hepml.samples.jets import sample_jets

AT_THE_LIMIT = JetSampleOptions(pthat_gev=(6999.999, 7000.0))  # of 2 × 7 TeV: nothing is left for the remnants


def read(path):
    with uproot.open(path) as file:
        return file["Events"].arrays()


def files_of(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".hepml-"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jets") / "sample"
    steps = []
    summary = sample_jets(folder, events=300, seed=3, progress=steps.append)
    return folder, summary, steps


@pytest.fixture(scope="module")
def w(sample):
    return read(sample[0] / "w.root")


@pytest.fixture(scope="module")
def qcd(sample):
    return read(sample[0] / "qcd.root")


def test_files_are_ttrees_with_the_documented_branches(sample):
    assert files_of(sample[0]) == ["qcd.root", "sample.json", "w.root"]
    with uproot.open(sample[0] / "w.root") as file:
        assert file.classnames() == {"Events;1": "TTree"}
        assert file["Events"].typenames() == {
            "run": "int32_t",
            "lumi": "uint32_t",
            "event": "int64_t",
            **dict.fromkeys(["jet_pt", "jet_eta", "jet_phi", "jet_mass", "generator_weight"], "float"),
            "npart": "int32_t",
            **dict.fromkeys(["part_pt", "part_eta", "part_phi", "part_energy"], "float[]"),
            **dict.fromkeys(["part_charge", "part_pdgid"], "int32_t[]"),
        }


def test_accepted_jets_are_counted_and_shared_equally(sample, w, qcd):
    _, summary, steps = sample
    assert len(w) == len(qcd) == 150
    assert [file.n_events for file in summary.files] == [150, 150]
    assert all(file.n_generated > 150 for file in summary.files)
    assert sum(steps) == 300


def test_summary_says_how_to_make_it_again(sample):
    content = json.loads((sample[0] / "sample.json").read_text())
    assert (content["sample"], content["seed"]) == ("jets", 3)
    assert JetSampleOptions.model_validate(content["options"]) == JetSampleOptions()
    assert [file["path"] for file in content["files"]] == ["w.root", "qcd.root"]


def test_cross_sections_have_the_right_size(sample):
    w_pb, qcd_pb = (file.cross_section_pb for file in sample[1].files)
    assert 5e3 < qcd_pb < 2e4  # dijets of 250–300 GeV at 14 TeV: about 10 nb
    assert 1e-3 < w_pb < 1e-1


@pytest.mark.parametrize("process", ["w", "qcd"])
def test_jets_and_particles_are_inside_the_windows(process, request):
    events = request.getfixturevalue(process)
    assert ak.all((events.jet_pt >= 250) & (events.jet_pt < 300))
    assert ak.all(abs(events.part_eta) < 2.5)
    assert ak.all(abs(events.part_phi) <= np.float32(np.pi))
    assert ak.all(events.npart == ak.num(events.part_pt))
    assert not ak.any(ak.ravel(abs(events.part_pdgid)) == 12)
    assert ak.all(events.part_pt[:, 1:] <= events.part_pt[:, :-1])


@pytest.mark.parametrize("process", ["w", "qcd"])
def test_jet_is_the_sum_of_its_constituents(process, request):
    events = request.getfixturevalue(process)
    pt, eta, phi, energy = (
        ak.values_astype(events[f"part_{name}"], np.float64) for name in ("pt", "eta", "phi", "energy")
    )
    px, py, pz = (ak.sum(p, axis=1) for p in (pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)))
    assert np.allclose(np.hypot(px, py), events.jet_pt, atol=1e-3)
    assert np.allclose(np.arctan2(py, px), events.jet_phi, atol=1e-5)
    assert np.allclose(np.arcsinh(pz / np.hypot(px, py)), events.jet_eta, atol=1e-5)
    mass = np.sqrt(np.maximum(ak.sum(energy, axis=1) ** 2 - px**2 - py**2 - pz**2, 0))
    assert np.allclose(mass, events.jet_mass, atol=0.05)


def test_charges_belong_to_the_particles(w):
    pdgid, charge = ak.ravel(w.part_pdgid), ak.ravel(w.part_charge)
    assert set(charge[pdgid == 211]) == {1}
    assert set(charge[pdgid == -211]) == {-1}
    assert set(charge[pdgid == 22]) == {0}


def test_events_have_numbers_of_their_own(w, qcd):
    assert w.event.tolist() == list(range(1, 151))
    assert set(w.run.tolist()) == {1}
    assert set(qcd.run.tolist()) == {2}
    assert set(w.generator_weight.tolist()) == {1.0}


def test_w_jets_peak_at_the_w_mass_and_have_fewer_particles(w, qcd):
    def peak(events):
        return np.mean((events.jet_mass > 70) & (events.jet_mass < 100))

    assert 75 < np.median(ak.to_numpy(w.jet_mass)) < 95
    assert peak(w) > peak(qcd) + 0.15
    assert np.mean(w.npart) < np.mean(qcd.npart)


def test_the_same_seed_gives_the_same_events_for_any_number_of_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(jets, "JETS_PER_BLOCK", 8)
    for workers in (1, 2):
        sample_jets(tmp_path / str(workers), events=40, seed=5, workers=workers)
    for name in ("w.root", "qcd.root"):
        one, two = read(tmp_path / "1" / name), read(tmp_path / "2" / name)
        assert ak.array_equal(one, two)
        assert one.lumi.tolist() == [1] * 8 + [2] * 8 + [3] * 4
        assert len(set(one.jet_pt.tolist())) == 20  # blocks do not repeat one another


def test_a_smaller_sample_and_another_seed(tmp_path):
    one_process = JetSampleOptions(processes=["qcd"])
    for name, events, seed in (("large", 12, 7), ("small", 5, 7), ("other", 5, 8)):
        sample_jets(tmp_path / name, events=events, seed=seed, options=one_process)
    large, small, other = (read(tmp_path / name / "qcd.root") for name in ("large", "small", "other"))
    assert ak.array_equal(large[:5], small)
    assert not set(other.jet_pt.tolist()) & set(small.jet_pt.tolist())


def test_trimming_takes_mass_from_qcd_jets(tmp_path, qcd):
    sample_jets(tmp_path / "out", events=60, seed=3, options=JetSampleOptions(processes=["qcd"], trim=True))
    trimmed = read(tmp_path / "out" / "qcd.root")
    assert ak.all((trimmed.jet_pt >= 250) & (trimmed.jet_pt < 300))
    assert np.mean(trimmed.jet_mass) < 0.8 * np.mean(qcd.jet_mass)
    assert np.mean(trimmed.npart) < 0.8 * np.mean(qcd.npart)


def test_other_windows_and_top_jets(tmp_path):
    options = JetSampleOptions(
        processes=["top"], pt_gev=(500.0, 600.0), mass_gev=(140.0, 210.0), jet_abs_eta_max=1.0, trim=True
    )
    sample_jets(tmp_path / "out", events=20, options=options)
    top = read(tmp_path / "out" / "top.root")
    assert len(top) == 20
    assert set(top.run.tolist()) == {3}
    assert ak.all((top.jet_pt >= 500) & (top.jet_pt < 600))
    assert ak.all((top.jet_mass >= 140) & (top.jet_mass < 210))
    assert ak.all(abs(top.jet_eta) < 1.0)


def test_windows_that_nothing_passes(tmp_path, monkeypatch):
    monkeypatch.setattr(jet_block, "_HOPELESS", 60)
    with pytest.raises(RecipeError, match=r"no jet of \d+ 'w' events .*mass in \(3000.0, 4000.0\).*widen"):
        sample_jets(tmp_path / "out", events=2, options=JetSampleOptions(mass_gev=(3000.0, 4000.0)))
    assert files_of(tmp_path / "out") == []


def test_settings_that_pythia_refuses(tmp_path):
    with pytest.raises(RecipeError, match=r"Pythia cannot make 'w' with Beams:eCM = 14000.0; .*change these"):
        sample_jets(tmp_path / "out", events=2, options=AT_THE_LIMIT)


def test_events_that_pythia_cannot_finish(tmp_path, monkeypatch):
    monkeypatch.setattr(jet_block, "_HOPELESS", 60)
    options = AT_THE_LIMIT.model_copy(update={"processes": ["qcd"]})
    with pytest.raises(RecipeError, match="no jet of"):
        sample_jets(tmp_path / "out", events=2, options=options)


@pytest.mark.parametrize("package", ["pythia8mc", "fastjet"])
def test_a_missing_package_names_the_extra(package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf'needs {package}.*pip install "hepml\[samples\]"'):
        sample_jets(tmp_path / "out", events=2)
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_or_holds_something_else(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="file"):
        sample_jets(tmp_path / "file", events=2)
    with pytest.raises(OutputError, match="holds something"):
        sample_jets(tmp_path, events=2)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_leaves_no_file(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        with pytest.raises(OutputError, match=r"w\.root: cannot be written"):
            sample_jets(tmp_path / "out", events=20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_of(tmp_path / "out") == []


def test_an_interrupted_sample_leaves_no_half_file_and_can_be_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(jets, "JETS_PER_BLOCK", 2)

    def interrupt(n_jets):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample_jets(tmp_path, events=8, progress=interrupt)
    assert files_of(tmp_path) == []
    sample_jets(tmp_path, events=4)
    assert files_of(tmp_path) == ["qcd.root", "sample.json", "w.root"]


def test_a_killed_worker_is_an_error_and_leaves_no_half_file(tmp_path, monkeypatch):
    monkeypatch.setattr(jets, "JETS_PER_BLOCK", 10)
    with pytest.raises(WorkerError, match=r"worker process died.*fewer workers"):
        sample_jets(tmp_path, events=200, workers=2, progress=lambda n_jets: kill_workers())
    assert files_of(tmp_path) == []


def kill_workers():
    for children in Path("/proc/self/task").glob("*/children"):
        for pid in children.read_text().split():
            if b"popen_loky" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)
