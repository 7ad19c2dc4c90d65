from __future__ import annotations

import dataclasses
import json
import shutil

import pytest

from hepml.errors import RunError
from hepml.inference import read_run_info
from hepml.inference.member_info import MemberInfo, read_member_info, write_member_info
from hepml.inference.run_info import write_run_info


@pytest.fixture
def run(flat, tmp_path):
    """Return a copy of a run that a test may damage."""
    return shutil.copytree(flat.run("trees"), tmp_path / "run")


def _change(run, **values):
    path = run / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_what_is_written_is_read_back(run, tmp_path):
    info = read_run_info(run)
    write_run_info(tmp_path, info)
    assert read_run_info(tmp_path) == info
    assert info.task.classes == ("signal", "background")
    assert info.arrays["table"].shape == (2,)
    assert (info.seeds, info.n_folds) == ((1,), 0)


def test_what_tables_declare_is_kept_and_absent_in_older_runs(run, tmp_path):
    info = read_run_info(run)
    table = dataclasses.replace(info.arrays["table"], categories=(0, 4), may_miss=(True, False))
    write_run_info(tmp_path, dataclasses.replace(info, arrays={"table": table}))
    assert read_run_info(tmp_path).arrays == {"table": table}
    arrays = json.loads((run / "run.json").read_text())["arrays"]
    del arrays["table"]["categories"], arrays["table"]["may_miss"]
    _change(run, arrays=arrays)
    assert read_run_info(run).arrays["table"].categories == read_run_info(run).arrays["table"].may_miss == ()


def test_no_run_here(tmp_path):
    with pytest.raises(RunError, match=r"there is no run here .*give the folder that `hepml train` wrote"):
        read_run_info(tmp_path)
    with pytest.raises(RunError, match="there is no run here"):
        read_run_info(tmp_path / "missing")


def test_an_unfinished_run_says_what_to_do(run):
    (run / "run.json").unlink()
    with pytest.raises(RunError, match=r"the training has not finished.*run the same `hepml train` again"):
        read_run_info(run)


def test_another_format(run):
    _change(run, format=99)
    with pytest.raises(RunError, match="run format 99, this hepml reads 1"):
        read_run_info(run)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"format": 1}'])
def test_a_damaged_run_is_one_line(run, text):
    (run / "run.json").write_text(text)
    with pytest.raises(RunError) as caught:
        read_run_info(run)
    assert "run.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_member_is_missing_or_doubled(run):
    member = json.loads((run / "run.json").read_text())["members"][0]
    for members in ([], [member, member], [member | {"fold": 0}, member | {"fold": 1, "seed": 2}]):
        _change(run, members=members)
        with pytest.raises(RunError, match="one member for each seed and fold"):
            read_run_info(run)


def test_no_file_can_name_another_folder(run):
    """The folder of a member follows from seed and fold, which are numbers."""
    member = json.loads((run / "run.json").read_text())["members"][0]
    _change(run, members=[member | {"name": "../../elsewhere"}])
    assert [member.name for member in read_run_info(run).members] == ["seed1"]
    _change(run, members=[member | {"seed": "../../elsewhere"}])
    with pytest.raises(RunError, match="damaged"):
        read_run_info(run)


def test_members(tmp_path):
    info = MemberInfo(seed=3, fold=1, n_parameters=10, best_epoch=4, n_epochs=9, seconds=1.5)
    assert read_member_info(tmp_path) is None
    write_member_info(tmp_path, info)
    assert read_member_info(tmp_path) == info
    assert info.name == "fold1_seed3"
    (tmp_path / "member.json").write_text("{")
    with pytest.raises(RunError, match="damaged"):
        read_member_info(tmp_path)
