"""Runs with different tasks, or with several outputs, compared in what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Metric, OutputSpec, Predictions
from hepml.errors import RunError
from hepml.evaluation.comparison import compare_classifiers
from hepml.evaluation.regression_comparison import compare_regressors
from hepml.evaluation.single_tasks import has_codes, key_of, single_tasks
from hepml.recipe import Evaluation


def compare_single_tasks(predictions: Sequence[Predictions], evaluation: Evaluation) -> list[Metric]:
    """Compare the runs output by output, each where two or more have it; see `compare_runs`.

    Outputs whose classes are the numbers of a spectator are left out: their classes are often empty.

    Raises
    ------
    RunError
        Two runs are not on the same events, or no two have an output in common.
    """
    singles = [single_tasks(each) for each in predictions]
    outputs = {key_of(output): output for each in predictions for output in each.task.kept}
    shared = {key: [each[key] for each in singles if key in each] for key in outputs}
    if all(len(runs) < 2 for runs in shared.values()):
        found = ", ".join(f"{each.run} {list(single)}" for each, single in zip(predictions, singles, strict=True))
        msg = f"runs of different tasks cannot be compared, their outputs are {found}: give runs of one recipe"
        raise RunError(msg)
    return [metric for key, runs in shared.items() for metric in _compare(runs, outputs[key], evaluation)]


def _compare(runs: Sequence[Predictions], output: OutputSpec, evaluation: Evaluation) -> list[Metric]:
    if len(runs) < 2 or has_codes(output):
        return []
    if runs[0].task.kind == "classification":
        return compare_classifiers(runs, evaluation)
    return compare_regressors(runs, evaluation)
