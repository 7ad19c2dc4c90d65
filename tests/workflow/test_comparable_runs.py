from __future__ import annotations

from pathlib import Path

import pytest

from hepml.workflow.comparable_runs import distinct_names


@pytest.mark.parametrize(
    ("names", "folders", "expected"),
    [
        (["cnn", "bdt"], ["/a/cnn", "/a/bdt"], ["cnn", "bdt"]),
        (["cnn", "cnn"], ["/one", "/two"], ["one", "two"]),
        (["cnn", "cnn", "bdt"], ["/a/runs/cnn", "/b/runs/cnn", "/b/runs/bdt"], ["a_runs_cnn", "b_runs_cnn", "bdt"]),
        (["cnn", "cnn", "one"], ["/a/one", "/a/two", "/a/three"], ["a_one", "a_two", "one"]),
    ],
)
def test_as_much_of_the_path_as_is_needed(names, folders, expected):
    assert distinct_names(names, [Path(folder) for folder in folders]) == expected
