from __future__ import annotations

import numpy as np
import pytest

from hepml.contracts import OutputSpec, TaskSpec
from hepml.inference.score_columns import no_scores, score_columns


def _task(*outputs: OutputSpec, classes: tuple[str, ...] = ()) -> TaskSpec:
    return TaskSpec("any", outputs, classes)


def _output(name: str, size: int, **changes) -> OutputSpec:
    return OutputSpec(name, size, "linear", "mean_squared_error", **{"target": "label"} | changes)


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (_task(_output("score", 1), classes=("w", "qcd")), ["run_score"]),
        (
            _task(_output("score", 3), classes=("w", "qcd", "top")),
            ["run_score_w", "run_score_qcd", "run_score_top"],
        ),
        (_task(_output("energy", 1, target="spectator:e")), ["run_energy"]),
        (_task(_output("vertex", 2, target="spectator:v")), ["run_vertex_0", "run_vertex_1"]),
        (_task(_output("flavour", 2, target="spectator:f", classes=("e", "mu"))), ["run_flavour_e", "run_flavour_mu"]),
        (_task(_output("hit", 1, leading=(3,))), ["run_hit_0", "run_hit_1", "run_hit_2"]),
        (_task(_output("hit", 2, leading=(2,))), ["run_hit_0_0", "run_hit_0_1", "run_hit_1_0", "run_hit_1_1"]),
        (_task(_output("score", 1), _output("map", 1, leading=(9, 9), keep=False)), ["run_score"]),
    ],
)
def test_names_and_values(task, names):
    outputs = {o.name: np.arange(5 * np.prod(o.shape)).reshape(5, *o.shape) for o in task.kept}
    columns = score_columns("run", task, outputs)
    assert list(columns) == names
    first = outputs[task.kept[0].name].reshape(5, -1)
    for i, values in enumerate(columns.values()):
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, first[:, i])
    assert {name: values.shape for name, values in no_scores("run", task).items()} == dict.fromkeys(names, (0,))
