"""One run applied to the parts of its dataset, and what the evaluation says about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hepml.contracts import TEST_OF_FIRST_FOLD, Batch, Curve, Metric, Predictions
from hepml.datasets import Dataset, part_buckets
from hepml.evaluation import evaluate_predictions
from hepml.inference import LoadedRun, n_rows_of_part, predict_part
from hepml.plots import MapPicture
from hepml.recipe import Recipe, thaw_recipe
from hepml.workflow.fault_truth import read_fault_truth
from hepml.workflow.importance_curves import importance_curves
from hepml.workflow.judged_maps import score_part
from hepml.workflow.learning_curves import learning_curves
from hepml.workflow.prediction_time import TIMED_EVENTS, predict_microseconds
from hepml.workflow.progress import Progress
from hepml.workflow.sampled_rows import SampledRows
from hepml.workflow.sign_flips import sign_flip_metrics
from hepml.workflow.training_curves import training_curves
from hepml.workflow.views_left_out import ViewsLeftOut

PARTS = ("train", "validation", "test")
"""Parts that are judged, where the split has them."""

MAP_PARTS = ("thresholds", "test")
"""Those of a reconstruction; the last one gives the examples."""


@dataclass(frozen=True)
class JudgedRun:
    """One run with its predictions by part, figures of merit and curves, and the time one member needs per event.

    Of a reconstruction the predictions are scores, and there are some `maps` with faults.
    """

    run: LoadedRun
    predictions: dict[str, Predictions]
    metrics: tuple[Metric, ...]
    curves: tuple[Curve, ...]
    predict_microseconds: float | None
    maps: tuple[MapPicture, ...] = ()

    @property
    def test(self) -> Predictions:
        """Its predictions for the test part."""
        return self.predictions["test"]


def judge(
    run: LoadedRun,
    data: Dataset,
    recipe: Recipe,
    *,
    on_test_batch: Sequence[Callable[[Batch], Any]],
    progress: Progress,
) -> JudgedRun:
    """Apply a run to the parts of its dataset and compute figures and curves.

    Parameters
    ----------
    run : LoadedRun
        The run.
    data : Dataset
        Its dataset.
    recipe : Recipe
        Gives the split, the physics weights and the evaluation.
    on_test_batch : sequence of callable
        Each is called with each batch of the test part.
    progress : Progress
        Where bars go.

    Raises
    ------
    DatasetError
        There is no test part, or a class is empty in a part.
    RunError
        The run does not fit the dataset.
    """
    if run.info.task.kind == "reconstruction":
        return judge_maps(run, data, recipe, progress=progress)
    rows = {part: n_rows_of_part(run, data, part, recipe=recipe) for part in PARTS if part in data.parts(recipe.split)}
    n_sampled = recipe.evaluation.importance_events or TIMED_EVENTS
    sampled = SampledRows(rows.get("test", 0), n_sampled, run.info.arrays)
    left_out = ViewsLeftOut(run, data, total=rows.get("test", 0), wanted=recipe.evaluation.importance_events)
    predictions = {}
    with progress.step(f"apply {run.info.name}", sum(rows.values())) as bar:
        for part in rows:

            def seen(batch: Batch, part: str = part) -> None:
                bar.advance(batch.n)
                for take in (sampled.add, left_out.add, *on_test_batch) if part == "test" else ():
                    take(batch)

            predictions[part] = predict_part(
                run, data, part, recipe=recipe, spectators=list(data.manifest.spectators), on_batch=seen
            )
    if recipe.split.folds and "train" in predictions:
        predictions[TEST_OF_FIRST_FOLD] = _test_of_first_fold(predictions["test"], data, recipe)
    with progress.step(f"judge {run.info.name}", None):
        trained = thaw_recipe(run.info.recipe, source=str(run.folder)).weights
        metrics, curves = evaluate_predictions(predictions, recipe.evaluation, seed=recipe.seed, trained=trained)
    of_views, curves_of_views = left_out.figures(predictions["test"])
    metrics += of_views
    curves += curves_of_views
    curves += [*training_curves(run), *learning_curves(run, data, recipe, predictions, progress)]
    sample = sampled.joined()
    # A sample has what the run reads: what items are compared with is not in it.
    if sample is not None and recipe.evaluation.importance_events and not run.info.task.per_item:
        curves += importance_curves(run, sample, data, recipe, progress)
    if sample is not None:
        metrics += sign_flip_metrics(run, sample, data, recipe)
    microseconds = None if sample is None else predict_microseconds(run, sample)
    return JudgedRun(run, predictions, tuple(metrics), tuple(curves), microseconds)


def judge_maps(run: LoadedRun, data: Dataset, recipe: Recipe, *, progress: Progress) -> JudgedRun:
    """Score the maps of the parts that thresholds and figures are of, and judge the scores.

    Raises
    ------
    DatasetError
        There is no test part, or lumisections have no numbers.
    InputError
        The truth about faults cannot be read.
    RunError
        The run does not fit the dataset.
    """
    faults, names = recipe.evaluation.faults, [output.name for output in run.info.task.outputs]
    truth = read_fault_truth(faults, names) if faults else None
    parts = [part for part in MAP_PARTS if part in data.parts(recipe.split)]
    sampled = SampledRows(data.n_rows("test", recipe.split), TIMED_EVENTS, run.info.arrays)
    predictions: dict[str, Predictions] = {}
    maps: tuple[MapPicture, ...] = ()
    with progress.step(f"apply {run.info.name}", sum(data.n_rows(part, recipe.split) for part in parts)) as bar:
        for part in parts:

            def seen(batch: Batch, part: str = part) -> None:
                bar.advance(batch.n)
                if part == "test":
                    sampled.add(batch)

            scored = score_part(run, data, part, recipe=recipe, truth=truth, on_batch=seen)
            predictions[part], maps = scored.predictions, scored.examples
    metrics, curves = evaluate_predictions(predictions, recipe.evaluation, seed=recipe.seed)
    sample = sampled.joined()
    microseconds = None if sample is None else predict_microseconds(run, sample)
    return JudgedRun(run, predictions, tuple(metrics), (*curves, *training_curves(run)), microseconds, maps)


def _test_of_first_fold(test: Predictions, data: Dataset, recipe: Recipe) -> Predictions:
    """Return the test events of fold 0, whose training events are the train part: no event is in both."""
    own = part_buckets(recipe.split, "test", 0)[data.buckets(test.row)]
    return test.select(own, part=TEST_OF_FIRST_FOLD)
