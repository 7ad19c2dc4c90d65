"""The table of evaluations: which functions judge which kind of task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import hist

from hepml.contracts import Batch, Curve, Metric, Predictions, TaskSpec
from hepml.errors import DatasetError, RunError, nearest
from hepml.evaluation.classification import evaluate_classification
from hepml.evaluation.comparison import compare_classifiers
from hepml.evaluation.curves import score_histograms
from hepml.evaluation.input_curves import classification_input_curves, of_input, regression_input_curves
from hepml.evaluation.item_curves import item_histograms
from hepml.evaluation.leading_auc import leading_aucs
from hepml.evaluation.leading_figure import LeadingFigure
from hepml.evaluation.leading_rmse import leading_rmses
from hepml.evaluation.multitask import (
    evaluate_multitask,
    leading_of_all,
    multitask_histograms,
    multitask_input_curves,
)
from hepml.evaluation.next_item import (
    compare_next_items,
    evaluate_next_item,
    leading_next_items,
    no_input_curves,
)
from hepml.evaluation.reconstruction import (
    compare_reconstructions,
    evaluate_reconstruction,
    leading_maps,
    map_histograms,
    no_map_inputs,
)
from hepml.evaluation.regression import evaluate_regression
from hepml.evaluation.regression_comparison import compare_regressors
from hepml.evaluation.regression_curves import regression_histograms
from hepml.evaluation.single_task_comparison import compare_single_tasks
from hepml.recipe import Evaluation, Weights


class EvaluateRun(Protocol):
    """Judges one run from its predictions by part."""

    def __call__(
        self, predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int, trained: Weights
    ) -> tuple[list[Metric], list[Curve]]:
        """Return figures of merit and the curves behind the plots."""


@dataclass(frozen=True)
class TaskEvaluation:
    """What is computed for one kind of task.

    Attributes
    ----------
    evaluate, compare : callable
        Figures and curves of one run; figures of several on the same events.
    histograms : callable
        For statistics tools.
    leading : callable
        What learning curves and importances show, of the average or of one member.
    inputs : callable
        Curves of a table of input variables.
    """

    evaluate: EvaluateRun
    compare: Callable[[Sequence[Predictions], Evaluation], list[Metric]]
    histograms: Callable[[Predictions], dict[str, hist.Hist]]
    leading: Callable[[Predictions, str | None], list[LeadingFigure]]
    inputs: Callable[[Batch, str, Sequence[str], TaskSpec], list[Curve]]


EVALUATIONS: Mapping[str, TaskEvaluation] = {
    "classification": TaskEvaluation(
        evaluate_classification, compare_classifiers, score_histograms, leading_aucs, classification_input_curves
    ),
    "regression": TaskEvaluation(
        evaluate_regression, compare_regressors, regression_histograms, leading_rmses, regression_input_curves
    ),
    "multitask": TaskEvaluation(
        evaluate_multitask, compare_single_tasks, multitask_histograms, leading_of_all, multitask_input_curves
    ),
    "next_item": TaskEvaluation(
        evaluate_next_item, compare_next_items, item_histograms, leading_next_items, no_input_curves
    ),
    "reconstruction": TaskEvaluation(
        evaluate_reconstruction, compare_reconstructions, map_histograms, leading_maps, no_map_inputs
    ),
}


def evaluate_predictions(
    predictions: Mapping[str, Predictions], evaluation: Evaluation, *, seed: int, trained: Weights | None = None
) -> tuple[list[Metric], list[Curve]]:
    """Judge one run.

    For a classification: ``auc``, ``rejection_at_<ε_S>`` and ``accuracy`` in each part, on all events and inside each
    window, with weights and (where they differ) without; on the test part also for each member and their median.  With
    a train part ``auc_gap``, ``auc_gap_in_sigma`` and ``ks_p_value``.  On the test part ``efficiency`` and ``purity``
    of the selection by the highest score (see `selection_figures`), by category too (see `category_figures`),
    significances (see `significance_figures`), ``jsd_<spectator>_at_<ε_S>`` (see `spectator_figures`), and
    ``log_loss``, ``brier`` and ``ece`` with what calibrations that are fitted on validation make of them (see
    `calibration_figures`).  Curves: ``roc``, ``score_histogram`` (test and train), ``confusion_matrix``, ``selection``,
    ``category_efficiency``, ``category_score``, ``significance``, ``efficiency``, ``sculpting`` and ``reliability``.

    Where one of three classes or more is named as the signal, ``auc``, ``rejection_at_<ε_S>`` and ``roc`` of its
    discriminant against each background too (see `log_ratio`), and its cut in the bins of spectators.

    For a regression, of each output: ``bias``, ``resolution``, ``rmse``, ``mae``, ``r2``, ``tail_fraction``,
    ``relative_bias``, ``relative_resolution`` and ``median_absolute_relative_error`` (the latter three where the truth
    is positive), in the same cases.
    Curves: ``residual_histogram`` (test and train), ``response_bins`` and ``truth_prediction``.

    For several outputs what each of them is; see `evaluate_multitask`.  For outputs per item see `evaluate_next_item`.

    Parameters
    ----------
    predictions : mapping of str to Predictions
        By part; ``"test"`` must be there.
    evaluation : recipe.Evaluation
        What is asked for.
    seed : int
        For p-values by permutation; the result depends on nothing else.
    trained : recipe.Weights, optional
        Those of the run's training: of which mixture of events its scores are probabilities (balanced classes, weights
        or each event once).  Default: of the events with their physics weights.

    Raises
    ------
    DatasetError
        There is no test part, a class is empty or no target is known in a part, or a score is NaN.
    RunError
        No evaluation is known for the kind of task.
    """
    if "test" not in predictions:
        msg = f"an evaluation needs a part named 'test', found {sorted(predictions)}: name one in the recipe's split"
        raise DatasetError(msg)
    trained = trained or Weights(balance="none")
    return _lookup(predictions["test"].task).evaluate(predictions, evaluation, seed=seed, trained=trained)


def compare_runs(predictions: Sequence[Predictions], evaluation: Evaluation | None = None) -> list[Metric]:
    """Compare each pair of runs on the same events; nothing for fewer than two.

    For a classification: the paired ``delta_auc`` (AUC of `run` minus AUC of `against`, in the order given) with its
    error and two-sided ``delta_auc_p_value``, of the averages of members, and with `member` ``"median"`` the medians
    of difference and error over all pairs of a member of one and a member of the other.  Where one of three classes or
    more is named as the signal, also ``delta_auc`` and ``delta_log_rejection_at_<ε_S>`` against each background.

    For a regression, of each output: the paired ``delta_rmse``, ``delta_resolution``, ``delta_relative_resolution`` and
    ``delta_median_absolute_relative_error`` of the averages, each with a two-sided ``…_p_value``.  Runs of several
    outputs are compared with any others in what both of them do.

    Parameters
    ----------
    predictions : sequence of Predictions
        One per run, of the same part of the same dataset.
    evaluation : recipe.Evaluation, optional
        Its windows are compared too.

    Raises
    ------
    RunError
        Two runs are not on the same events, or have no output in common.
    """
    if len(predictions) < 2:
        return []
    alike = len({(each.task.kind, tuple(output.name for output in each.task.kept)) for each in predictions}) == 1
    compare = _lookup(predictions[0].task).compare if alike else compare_single_tasks
    return compare(predictions, evaluation or Evaluation())


def prediction_histograms(predictions: Predictions) -> dict[str, hist.Hist]:
    """Return histograms of what a run says about one part, Σw and Σw², by their path in a ROOT file.

    For a classification the scores of each true class; for a regression prediction, truth and residual; for several
    outputs both; for outputs per item see `item_histograms`.

    Raises
    ------
    RunError
        No evaluation is known for the kind of task.
    """
    return _lookup(predictions.task).histograms(predictions)


def leading_figures(predictions: Predictions, member: str | None = None) -> list[LeadingFigure]:
    """Return the figure that learning curves and importances show, for each class or output of the task.

    Parameters
    ----------
    predictions : Predictions
        Of one run, with the spectators that are targets.
    member : str, optional
        Whose outputs; None: the average of all.

    Raises
    ------
    RunError
        No evaluation is known for the kind of task.
    DatasetError
        An output or weight is NaN or infinite.
    """
    return _lookup(predictions.task).leading(predictions, member)


def input_curves(batch: Batch, array: str, features: Sequence[str], task: TaskSpec) -> list[Curve]:
    """Return what is said about the variables of a table, with the label ``input``: no run has a part in it.

    For a classification ``variable_ranking`` per signal and ``correlation`` per class; for a regression the
    ``correlation`` of variables and targets.

    Parameters
    ----------
    batch : Batch
        Events of the test part, with the spectators that are targets.
    array : str
        Which of its arrays, shape (n, f).
    features : sequence of str
        Names of its columns.
    task : TaskSpec
        Gives classes, signal and targets.

    Raises
    ------
    RunError
        No evaluation is known for the kind of task.
    """
    return of_input(_lookup(task).inputs(batch, array, features, task), array)


def _lookup(task: TaskSpec) -> TaskEvaluation:
    if task.kind not in EVALUATIONS:
        msg = f"there is no evaluation of tasks of kind {task.kind!r}: {nearest(task.kind, EVALUATIONS)}"
        raise RunError(msg)
    return EVALUATIONS[task.kind]
