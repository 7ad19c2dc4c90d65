"""Runs compared bin by bin on the same events, whatever else their tasks are."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Curve, Predictions
from hepml.evaluation.response_differences import response_differences
from hepml.evaluation.single_tasks import single_tasks
from hepml.recipe import Evaluation


def difference_curves(predictions: Sequence[Predictions], evaluation: Evaluation | None = None) -> list[Curve]:
    """Return the `response_differences` of each number that two runs or more predict; of classes there are none.

    Parameters
    ----------
    predictions : sequence of Predictions
        One per run, of the same part of the same dataset.
    evaluation : recipe.Evaluation, optional
        Its bins.

    Raises
    ------
    RunError
        Two runs are not on the same events.
    """
    by_output: dict[str, list[Predictions]] = {}
    for each in predictions:
        for key, single in single_tasks(each).items():
            if single.task.kind == "regression":
                by_output.setdefault(key, []).append(single)
    shared = [runs for runs in by_output.values() if len(runs) > 1]
    return [curve for runs in shared for curve in response_differences(runs, evaluation or Evaluation())]
