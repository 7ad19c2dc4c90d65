"""Files that arrive are taken when they are complete."""

import os
import signal

import pytest
from reference_maps import make_sample, reference_model, write_runs

from hepml.errors import InputError
from hepml.workflow.flag import flag
from hepml.workflow.flag_options import FlagOptions
from hepml.workflow.flag_watch import Watch, arriving_files
from hepml.workflow.progress import Silent

OPTIONS = FlagOptions(false_alarm_rate=0.02)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("sample"), lumisections=(4, 6))


def watch(folder, **options):
    return Watch(folder, interval_s=0.01, **{"until_idle_s": 0.05, **options})


def names(rounds):
    return [[path.name for path in paths] for paths in rounds]


def test_what_is_there_is_taken_once_and_unfinished_names_are_not(tmp_path):
    for name in ("b.root", "a.root", ".a.root.x1", "c.root.tmp", "d.part", "e.root~"):
        (tmp_path / name).write_text("content")
    (tmp_path / "empty.root").touch()
    (tmp_path / "folder.root").mkdir()
    assert names(arriving_files(watch(tmp_path))) == [["a.root", "b.root"]]
    assert names(arriving_files(watch(tmp_path, pattern="b*"))) == [["b.root"]]


def test_a_file_that_grows_is_waited_for_and_one_that_changes_comes_again(tmp_path):
    growing = tmp_path / "a.root"
    growing.write_text("x")
    rounds, seen = arriving_files(watch(tmp_path, until_idle_s=0.2)), []
    for paths in rounds:
        seen.append(growing.stat().st_size)
        if len(seen) == 1:
            growing.write_text("xy")
        assert [path.name for path in paths] == ["a.root"]
    assert seen == [1, 2]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no such folder to watch"):
        next(arriving_files(watch(tmp_path / "none")))


class Narrator(Silent):
    """Calls a function with what is said."""

    def __init__(self, hear):
        self.say = hear


def test_files_are_flagged_as_they_arrive_and_broken_ones_are_left_out(sample, tmp_path):
    incoming, scored, said = tmp_path / "incoming", [], []
    incoming.mkdir()
    write_runs(incoming / "run_33.root", sample, range(33, 34))

    def hear(text):
        said.append(text)
        if "run_33" in text:
            (incoming / "broken.root").write_text("no ROOT file")
            write_runs(incoming / "run_34.root", sample, range(34, 35))

    model = reference_model(sample, scored_files=scored)
    found = flag(model, [], tmp_path / "out", options=OPTIONS, watch=watch(incoming), progress=Narrator(hear))
    assert [path.name for path in scored if path.name != "broken.root"] == ["run_33.root", "run_34.root"]
    assert {one.run for one in found.flags} == {33, 34}
    [left_out] = found.left_out
    assert left_out.path.endswith("broken.root")
    assert "broken.root was left out" in (tmp_path / "out" / "dashboard.html").read_text()


def test_an_interrupt_leaves_the_results_of_what_was_finished(sample, tmp_path):
    incoming = tmp_path / "incoming"
    incoming.mkdir()
    write_runs(incoming / "run_33.root", sample, range(33, 34))

    def hear(text):
        if "run_33.root: flagged" in text:
            write_runs(incoming / "run_34.root", sample, range(34, 35))
        if "run_34.root: flagged" in text:
            os.kill(os.getpid(), signal.SIGINT)  # before its results are written

    endless = watch(incoming, until_idle_s=None)
    found = flag(reference_model(sample), [], tmp_path / "out", options=OPTIONS, watch=endless, progress=Narrator(hear))
    assert {one.run for one in found.flags} == {33, 34}
    assert (tmp_path / "out" / "flags.parquet").exists()
    assert not list((tmp_path / "out").rglob(".tmp-*"))
