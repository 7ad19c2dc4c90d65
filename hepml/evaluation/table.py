"""The table of evaluations: which functions judge which kind of task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hepml.contracts import Curve, Metric, Predictions, TaskSpec
from hepml.errors import DatasetError, RunError, nearest
from hepml.evaluation.classification import evaluate_classification
from hepml.evaluation.comparison import compare_classifiers
from hepml.recipe import Evaluation


class EvaluateRun(Protocol):
    """Judges one run from its predictions by part."""

    def __call__(
        self, predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int
    ) -> tuple[list[Metric], list[Curve]]:
        """Return figures of merit and the curves behind the plots."""


@dataclass(frozen=True)
class TaskEvaluation:
    """What is computed for one kind of task: for one run, and for several on the same events."""

    evaluate: EvaluateRun
    compare: Callable[[Sequence[Predictions], Evaluation], list[Metric]]


EVALUATIONS: Mapping[str, TaskEvaluation] = {
    "classification": TaskEvaluation(evaluate_classification, compare_classifiers),
}


def evaluate_predictions(
    predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int
) -> tuple[list[Metric], list[Curve]]:
    """Judge one run.

    For a classification: ``auc``, ``rejection_at_<ε_S>`` and ``accuracy`` in each part, on all events and inside each
    window, with weights and (where they differ) without; on the test part also for each member and their median.  With
    a train part ``auc_gap``, ``auc_gap_in_sigma`` and ``ks_p_value``.  Curves: ``roc``, ``score_histogram`` (test and
    train) and ``confusion_matrix``.

    Parameters
    ----------
    predictions : mapping of str to Predictions
        By part; ``"test"`` must be there.
    evaluation : recipe.Evaluation
        Working points, windows, permutations.
    seed : int
        For p-values by permutation; the result depends on nothing else.

    Raises
    ------
    DatasetError
        There is no test part, a class is empty in a part, or a score is NaN.
    RunError
        No evaluation is known for the kind of task.
    """
    if "test" not in predictions:
        msg = f"an evaluation needs a part named 'test', found {sorted(predictions)}: name one in the recipe's split"
        raise DatasetError(msg)
    return _lookup(predictions["test"].task).evaluate(predictions, evaluation, seed=seed)


def compare_runs(predictions: Sequence[Predictions], evaluation: Evaluation | None = None) -> list[Metric]:
    """Compare each pair of runs on the same events; nothing for fewer than two.

    For a classification: the paired ``delta_auc`` (AUC of `run` minus AUC of `against`, in the order given) with its
    error and two-sided ``delta_auc_p_value``, of the averages of members, and with `member` ``"median"`` the medians
    of difference and error over all pairs of a member of one and a member of the other.

    Parameters
    ----------
    predictions : sequence of Predictions
        One per run, of the same part of the same dataset.
    evaluation : recipe.Evaluation, optional
        Its windows are compared too.

    Raises
    ------
    RunError
        Two runs are not on the same events, or have different tasks.
    """
    if len(predictions) < 2:
        return []
    kinds = sorted({each.task.kind for each in predictions})
    if len(kinds) > 1:
        msg = f"runs of different tasks cannot be compared, found {kinds}: give runs of one recipe"
        raise RunError(msg)
    return _lookup(predictions[0].task).compare(predictions, evaluation or Evaluation())


def _lookup(task: TaskSpec) -> TaskEvaluation:
    if task.kind not in EVALUATIONS:
        msg = f"there is no evaluation of tasks of kind {task.kind!r}: {nearest(task.kind, EVALUATIONS)}"
        raise RunError(msg)
    return EVALUATIONS[task.kind]
