"""`flag` leaves flags, golden JSON and page; what it has done once it does not do again."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest
import uproot
from coffea.lumi_tools import LumiMask
from reference_maps import TEST, make_sample, read_runs, reference_model, write_runs

from hepml.errors import InputError, OutputError
from hepml.io.lumi_flags import read_lumi_flags
from hepml.workflow.flag import flag
from hepml.workflow.flag_options import FlagOptions

ENDS = ("first_row", "end_row", "first_column", "end_column")
OPTIONS = FlagOptions(false_alarm_rate=0.02)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def files(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return [write_runs(folder / f"runs_{run}.root", sample, range(run, run + 4)) for run in (33, 37)]


@pytest.fixture(scope="module")
def flagged(sample, files, tmp_path_factory):
    return flag(reference_model(sample), files, tmp_path_factory.mktemp("flags") / "out", options=OPTIONS)


def pairs(columns):
    return list(zip(columns["run"].tolist(), columns["lumi"].tolist(), strict=True))


def test_every_histogram_of_every_lumisection_has_a_flag(flagged, sample):
    columns = read_runs(sample, TEST)
    wanted = {(*pair, name) for pair in pairs(columns) for name in ("muon", "calorimeter")}
    assert {one.key for one in flagged.flags} == wanted
    assert [one.key for one in read_lumi_flags(flagged.folder / "flags.parquet")] == sorted(wanted)


def test_faults_are_found_where_they_are(flagged, sample):
    """Of kinds that a reference mean sees cell by cell: hot cells (2), dead rows (3), dead modules (4)."""
    with uproot.open(sample.parent / "truth.root") as file:
        truth = file["Truth"].arrays(library="np")
    by_key, n_faults = {one.key: one for one in flagged.flags}, 0
    for name in ("muon", "calorimeter"):
        for index in np.flatnonzero(np.isin(truth[f"{name}_fault"], (2, 3, 4))):
            one = by_key[int(truth["run"][index]), int(truth["lumi"][index]), name]
            rectangle = np.zeros(one.shape, bool)
            first_row, end_row, first_column, end_column = (truth[f"{name}_{end}"][index] for end in ENDS)
            rectangle[first_row:end_row, first_column:end_column] = True
            assert one.status == "bad"
            assert rectangle.ravel()[one.cells].mean() > 0.9
            n_faults += 1
    assert n_faults > 3


def test_golden_json_keeps_exactly_what_is_good_in_the_flags(flagged, sample):
    columns = read_runs(sample)
    kept = LumiMask(str(flagged.folder / "golden.json"))(columns["run"].astype(np.uint32), columns["lumi"])
    rows = pq.read_table(flagged.folder / "flags.parquet").to_pylist()
    good = {(row["run"], row["lumi"]) for row in rows} - {(r["run"], r["lumi"]) for r in rows if r["status"] != "good"}
    assert 0 < len(good) < len(rows) / 2
    assert set(pairs({name: values[kept] for name, values in columns.items()})) == good


def test_thresholds_and_incidents_are_kept(flagged):
    thresholds = json.loads((flagged.folder / "thresholds.json").read_text())
    assert [row["histogram"] for row in thresholds["thresholds"]] == ["muon", "calorimeter"]
    assert thresholds["made_by"]["false_alarm_rate"] == 0.02
    incidents = json.loads((flagged.folder / "incidents.json").read_text())
    assert sum(one["n_flags"] for one in incidents) == sum(one.status == "bad" for one in flagged.flags)
    assert "Detector monitoring" in (flagged.folder / "dashboard.html").read_text()


def test_in_two_calls_as_in_one_and_only_the_new_file_is_scored(flagged, sample, files, tmp_path):
    scored = []
    model = reference_model(sample, scored_files=scored)
    flag(model, files[:1], tmp_path / "out", options=OPTIONS)
    second = flag(model, files, tmp_path / "out", options=OPTIONS)
    assert scored == files
    for name in ("flags.parquet", "golden.json", "incidents.json", "dashboard.html"):
        assert (second.folder / name).read_bytes() == (flagged.folder / name).read_bytes(), name
    flag(model, [], tmp_path / "out", options=OPTIONS)
    assert scored == files


def test_a_file_that_has_changed_is_scored_again_and_one_that_has_moved_is_not(sample, files, tmp_path):
    scored, place = [], tmp_path / "some.root"
    model = reference_model(sample, scored_files=scored)
    shutil.copy(files[0], place)
    flag(model, [place], tmp_path / "out", options=OPTIONS)
    write_runs(place, sample, range(33, 34))
    found = flag(model, [place], tmp_path / "out", options=OPTIONS)
    assert {one.run for one in found.flags} == {33}
    place.rename(tmp_path / "moved.root")
    again = flag(model, [tmp_path / "moved.root"], tmp_path / "out", options=OPTIONS)
    assert [one.key for one in again.flags] == [one.key for one in found.flags]
    assert scored == [place, place]
    assert len(list((tmp_path / "out" / "scores").iterdir())) == 1


def test_a_lumisection_in_two_files_is_an_error_and_the_results_stay(sample, files, tmp_path):
    model = reference_model(sample)
    flag(model, files[:1], tmp_path / "out", options=OPTIONS)
    before = (tmp_path / "out" / "flags.parquet").read_bytes()
    twice = write_runs(tmp_path / "again.root", sample, range(36, 38))
    with pytest.raises(InputError, match=r"again.root: 'muon' of run 36, lumisection 1, is in .*runs_33.root too"):
        flag(model, [twice], tmp_path / "out", options=OPTIONS)
    assert (tmp_path / "out" / "flags.parquet").read_bytes() == before
    assert {one.run for one in flag(model, [files[1]], tmp_path / "out", options=OPTIONS).flags} == set(TEST)


def test_known_problems_are_masked_and_need_no_scoring(flagged, sample, files, tmp_path):
    scored = []
    worst = next(one for one in flagged.flags if one.status == "bad" and one.histogram == "muon")
    known = tmp_path / "known.yaml"
    known.write_text(
        f"- {{histogram: muon, cells: all, from_run: {worst.run}, until_run: {worst.run}, who: Ann, why: HV}}"
    )
    model = reference_model(sample, scored_files=scored)
    flag(model, files, tmp_path / "out", options=OPTIONS)
    options = replace(OPTIONS, known=known)
    masked = flag(model, [], tmp_path / "out", options=options)
    [one] = [one for one in masked.flags if one.key == worst.key]
    assert (one.status, one.who, one.why, scored) == ("masked", "Ann", "HV", files)
    assert masked.golden == flagged.golden
    more = flag(
        model, [], tmp_path / "out", options=FlagOptions(false_alarm_rate=0.02, known=known, masked_is_golden=True)
    )
    assert len(more.golden.get(worst.run, [])) > len(masked.golden.get(worst.run, []))


def test_another_rate_or_model_needs_another_folder(sample, files, tmp_path):
    flag(reference_model(sample), files[:1], tmp_path / "out", options=OPTIONS)
    with pytest.raises(OutputError, match=r"false_alarm_rate 0.02, and 0.1 is asked for"):
        flag(reference_model(sample), files, tmp_path / "out", options=replace(OPTIONS, false_alarm_rate=0.1))


def test_maps_are_bounded_and_the_page_says_what_is_left_out(flagged, sample, files, tmp_path):
    few = flag(
        reference_model(sample), files, tmp_path / "out", options=FlagOptions(false_alarm_rate=0.02, most_maps=2)
    )
    n_flagged = sum(one.status == "bad" for one in flagged.flags)
    page = (few.folder / "dashboard.html").read_text()
    assert f"{n_flagged - 2} flagged lumisections without maps" in page
    assert len(page) < len((flagged.folder / "dashboard.html").read_text())


def test_nothing_to_flag_and_nothing_there_is_an_error(sample, tmp_path):
    with pytest.raises(InputError, match="no files to flag"):
        flag(reference_model(sample), [], tmp_path / "out", options=OPTIONS)
    with pytest.raises(InputError, match="files on servers cannot be flagged"):
        flag(reference_model(sample), ["root://server//a.root"], tmp_path / "out", options=OPTIONS)
