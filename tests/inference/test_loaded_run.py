from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from hepml.errors import RunError
from hepml.inference import load_run


@pytest.fixture
def run(flat, tmp_path):
    """Return a copy of a run that a test may damage."""
    return shutil.copytree(flat.run("trees"), tmp_path / "run")


def test_a_moved_run_gives_the_same_scores(flat, run):
    inputs = {"table": np.array([[0.0, 1.0], [2.0, np.nan]], np.float32)}
    here, there = (load_run(folder).models["seed1"].predict(inputs)["score"] for folder in (flat.run("trees"), run))
    np.testing.assert_array_equal(here, there)


def test_loaded_once_until_it_changes(run):
    first = load_run(run)
    assert load_run(run) is first
    text = (run / "run.json").read_text()
    (run / "run.json").write_text(text.replace('"name": "trees"', '"name": "other"'))
    assert load_run(run).info.name == "other"


def test_a_model_file_is_missing(run):
    shutil.rmtree(run / "members" / "seed1")
    with pytest.raises(RunError, match=r"trees\.skops: .*train again"):
        load_run(run)


def test_a_model_that_this_version_does_not_know(run):
    values = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(values | {"estimator": "bdtt"}))
    with pytest.raises(RunError, match=r"cannot build the model .*did you mean 'bdt'"):
        load_run(run)
    (run / "run.json").write_text(json.dumps(values | {"options": {"max_itr": 3}}))
    with pytest.raises(RunError, match=r"cannot build the model .*max_iter"):
        load_run(run)
