"""The task of reconstruction: an output per map of counts."""

from __future__ import annotations

import pytest

from hepml.contracts import ArraySpec
from hepml.errors import RecipeError
from hepml.tasks import TaskContext, build_task

ARRAYS = {
    "muon_counts": ArraySpec((2, 3, 1), features=("counts",)),
    "muon_exposure": ArraySpec((1,), role="table", features=("exposure",)),
    "table": ArraySpec((1,), role="table", features=("x",)),
}


def test_each_map_is_an_output_that_is_not_kept():
    task = build_task("reconstruction", {"tolerance": 0.1}, TaskContext((), ("muon",), ARRAYS))
    [output] = task.outputs
    assert (output.name, output.shape, output.target, output.keep) == ("muon", (2, 3, 1), "input:muon/counts", False)
    assert task.target_inputs == ("muon",)
    assert task.options["tolerance"] == 0.1


def test_without_arrays_it_is_as_far_as_the_recipe_tells():
    assert build_task("reconstruction", {}, TaskContext(())).outputs == ()


def test_what_is_no_map_is_refused():
    with pytest.raises(RecipeError, match="'table', which is no map of counts"):
        build_task("reconstruction", {}, TaskContext((), ("table",), ARRAYS))
