"""The monitoring sample: short runs of it for its form, its plan and means for its physics."""

import json

import numpy as np
import pytest
import uproot
from click.testing import CliRunner

from hepml.cli.sample import sample
from hepml.errors import OutputError, RecipeError
from hepml.io.dqmio import read_dqmio
from hepml.samples import build_sample
from hepml.samples.monitored_detectors import SHAPES, build_detectors
from hepml.samples.monitoring_faults import FAULT_KINDS, Fault
from hepml.samples.monitoring_options import MonitoringSampleOptions
from hepml.samples.monitoring_runs import make_run, plan_runs

SHORT = {"lumisections": (10, 20), "fault_fraction": 0.4, "fault_block": (1, 2)}


def arrays(folder, file, tree):
    with uproot.open(folder / file) as opened:
        return opened[tree].arrays(library="np")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("monitoring") / "sample"
    build_sample("monitoring", path, options=SHORT | {"formats": ["dqmio", "histograms"]})
    return path


@pytest.fixture(scope="module")
def counts(folder):
    return arrays(folder, "monitoring.root", "Events")


@pytest.fixture(scope="module")
def truth(folder):
    return arrays(folder, "truth.root", "Truth")


def test_the_tree_of_counts_holds_no_truth(folder):
    with uproot.open(folder / "monitoring.root") as file:
        assert file.classnames() == {"Events;1": "TTree"}
        assert file["Events"].typenames() == {
            "run": "int32_t",
            "lumi": "uint32_t",
            "luminosity": "float",
            "muon_counts": "int32_t[12][60]",
            "calorimeter_counts": "int32_t[34][72]",
        }


def test_runs_and_lumisections(counts, truth):
    assert np.unique(counts["run"]).tolist() == list(range(1, 41))
    lengths = np.bincount(counts["run"])[1:]
    assert 10 <= lengths.min() < lengths.max() <= 20
    assert counts["lumi"].tolist() == [lumi for n in lengths for lumi in range(1, n + 1)]
    for name in ("run", "lumi"):
        np.testing.assert_array_equal(truth[name], counts[name])


def test_luminosity_falls_by_half_and_every_fifth_run_has_a_tenth(counts):
    first, last = (np.unique(counts["run"], return_index=True)[1], np.flatnonzero(np.diff(counts["run"], append=99)))
    usual = np.where(np.arange(1, 41) % 5 == 0, 0.1, 1.0)
    np.testing.assert_allclose(counts["luminosity"][first], usual, rtol=1e-6)
    np.testing.assert_allclose(counts["luminosity"][last], usual / 2, rtol=1e-6)


def test_cells_have_the_mean_count_but_for_those_known_to_be_dead(folder, counts, truth):
    dead = json.loads((folder / "known_dead.json").read_text())
    for name, shape in SHAPES.items():
        cells = np.array(dead[name])
        assert len(cells) == round(0.01 * np.prod(shape))
        values = counts[f"{name}_counts"]
        assert values[:, cells[:, 0], cells[:, 1]].max() == 0
        good = truth[f"{name}_fault"] == 0
        live = np.prod(shape) - len(cells)
        mean = values[good & (counts["run"] == 1)].sum(axis=(1, 2)) / live
        expected = 100 * counts["luminosity"][good & (counts["run"] == 1)]
        np.testing.assert_allclose(mean, expected, atol=5 * np.sqrt(100 / live))  # no drift in run 1


def test_faults_are_in_the_test_runs_alone_and_of_every_kind(counts, truth):
    may_have = (counts["run"] >= 33) & (counts["run"] % 5 != 0)
    for name in SHAPES:
        fault = truth[f"{name}_fault"]
        assert not fault[~may_have].any()
        assert np.mean(fault[may_have] > 0) == pytest.approx(0.4, abs=0.04)  # rounded in each run
        assert set(fault) == set(range(len(FAULT_KINDS)))
        run, number = counts["run"][fault > 0], truth[f"{name}_fault_number"][fault > 0]
        assert max(np.unique(100 * run + number, return_counts=True)[1]) <= 2
        assert not np.any(truth[f"{name}_end_row"][fault == 0])


def test_counts_in_the_rectangle_of_a_fault_are_as_many_as_its_kind_says(counts, truth):
    """Averaged over the lumisections of a kind, against the same cells of good ones of that luminosity."""
    detectors = build_detectors(MonitoringSampleOptions(**SHORT), seed=1)
    expected = {"dead_cell": 0, "hot_cell": 5, "dead_row": 0, "dead_module": 0, "weak_layer": 0.8, "noisy_region": 1.3}
    expected |= {"shifted_timing": 0.9, "none": 1.0}
    for name, detector in detectors.items():
        found = {kind: np.zeros(2) for kind in FAULT_KINDS}
        for index in np.flatnonzero(counts["run"] >= 33):
            kind = FAULT_KINDS[truth[f"{name}_fault"][index]]
            rows, columns = (
                slice(truth[f"{name}_first_{axis}"][index], truth[f"{name}_end_{axis}"][index])
                for axis in ("row", "column")
            )
            box = (rows, columns) if kind != "none" else (slice(None), slice(None))
            mean = 100 * counts["luminosity"][index] * detector.response_in(int(counts["run"][index]))
            found[kind] += counts[f"{name}_counts"][index][box].sum(), mean[box].sum()
        for kind, (seen, good) in found.items():
            gradient = 0.02 * good if kind == "shifted_timing" else 0  # it weighs the response's own slope
            assert abs(seen - expected[kind] * good) <= 5 * np.sqrt(expected[kind] * good) + gradient, (name, kind)


def test_rectangles_have_the_sizes_of_the_kinds():
    options = MonitoringSampleOptions()
    plans = plan_runs(build_detectors(options, seed=1), options, seed=1)
    sizes = {
        "muon": {"dead_row": (1, 60), "dead_module": (12, 12), "weak_layer": (1, 60), "noisy_region": (10, 10)},
        "calorimeter": {"dead_row": (1, 18), "dead_module": (12, 12), "weak_layer": (1, 72), "noisy_region": (10, 10)},
    }
    for name, shape in SHAPES.items():
        own = {"dead_cell": (1, 1), "hot_cell": (1, 1), "shifted_timing": shape} | sizes[name]
        for fault in (fault for plan in plans for fault in plan.faults[name]):
            size = tuple(end - begin for begin, end in (fault.rows, fault.columns))
            assert size == own[FAULT_KINDS[fault.kind]]
            assert 0 <= fault.rows[0] < fault.rows[1] <= shape[0]
            assert 0 <= fault.columns[0] < fault.columns[1] <= shape[1]


def test_blocks_of_faults_follow_one_another_inside_their_run():
    options = MonitoringSampleOptions(fault_fraction=0.5, lumisections=(3, 60))
    for plan in plan_runs(build_detectors(options, seed=2), options, seed=2):
        for faults in plan.faults.values():
            ends = [0, *(fault.first + fault.n for fault in faults)]
            assert all(fault.first >= end for fault, end in zip(faults, ends, strict=False))
            assert ends[-1] <= plan.n


def test_shifted_timing_falls_along_the_columns():
    factor = Fault(FAULT_KINDS.index("shifted_timing"), 0, 1, (0, 1), (0, 3), 1).factor((1, 3))
    np.testing.assert_allclose(factor, [[0.81, 0.9, 0.99]])


def test_response_and_drift_are_as_large_as_the_options_say():
    for seed in (1, 2):
        for detector in build_detectors(MonitoringSampleOptions(known_dead=0), seed=seed).values():
            drift = detector.response_in(40) / detector.response_in(1) - 1
            assert np.abs(drift).max() == pytest.approx(0.05)
            assert detector.response.max() / detector.response.min() <= 1.3 / 0.7


def test_workers_and_options_of_form_do_not_change_counts(tmp_path, counts):
    build_sample("monitoring", tmp_path / "two", workers=2, options=SHORT)
    again = arrays(tmp_path / "two", "monitoring.root", "Events")
    for name in counts:
        np.testing.assert_array_equal(again[name], counts[name])
    options = MonitoringSampleOptions(**SHORT)
    detectors = build_detectors(options, seed=2)
    other = make_run(plan_runs(detectors, options, seed=2)[0], detectors=detectors, options=options)
    assert not np.array_equal(other.counts["muon_counts"][:5], counts["muon_counts"][:5])


def test_dqmio_holds_the_same_counts(folder, counts):
    found = list(read_dqmio([folder / "monitoring.parquet"], names=["Calorimeter/Occupancy"]))
    assert [(h.run, h.lumi) for h in found] == list(zip(counts["run"], counts["lumi"], strict=True))
    np.testing.assert_array_equal([h.counts for h in found], counts["calorimeter_counts"])


def test_histograms_hold_the_sums_of_their_run(folder, counts):
    own = counts["run"] == 7
    with uproot.open(folder / "DQM_R000000007.root") as file:
        occupancy = file["DQMData/Run 7/Muon/Run summary/Occupancy"]
        assert occupancy.classname == "TH2D"
        np.testing.assert_array_equal(occupancy.values().T, counts["muon_counts"][own].sum(axis=0))
        entries = file["DQMData/Run 7/Calorimeter/Run summary/Entries"].values()
    np.testing.assert_array_equal(entries, counts["calorimeter_counts"][own].sum(axis=(1, 2)))


def test_a_finished_sample_is_kept_and_another_one_not_overwritten(folder):
    stamp = (folder / "monitoring.root").stat().st_mtime_ns
    build_sample("monitoring", folder, options=SHORT | {"formats": ["dqmio", "histograms"]})
    assert (folder / "monitoring.root").stat().st_mtime_ns == stamp
    with pytest.raises(OutputError, match="finished sample of seed 1"):
        build_sample("monitoring", folder, seed=2, options=SHORT | {"formats": ["dqmio", "histograms"]})


def test_its_size_is_fixed(tmp_path):
    with pytest.raises(RecipeError, match="events is 5, but the sample 'monitoring' has a fixed size"):
        build_sample("monitoring", tmp_path / "out", events=5)
    with pytest.raises(RecipeError, match="the sample 'points' needs a number of events"):
        build_sample("points", tmp_path / "out")
    with pytest.raises(RecipeError, match="fewest ≤ most"):
        build_sample("monitoring", tmp_path / "out", options={"lumisections": (5, 2)})


def test_the_command_takes_no_number_of_events(tmp_path):
    asked = [str(tmp_path / "s"), "--lumisections", "1,2"]
    done = CliRunner().invoke(sample, ["monitoring", "-o", *asked])
    assert done.exit_code == 0, done.output
    assert "monitoring events" in done.output
    assert CliRunner().invoke(sample, ["points", "-o", *asked[:1]]).exit_code == 2
