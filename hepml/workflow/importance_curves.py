"""The importance of a run's features, by permutation on some events of the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, Curve, Predictions
from hepml.datasets import Dataset
from hepml.evaluation import LeadingFigure, leading_figures
from hepml.explain import Importance, features_of, permutation_importance
from hepml.inference import LoadedRun, apply_members, average, unseen_fold
from hepml.recipe import Recipe
from hepml.workflow.first_seed import first_seed
from hepml.workflow.progress import Progress


def importance_curves(run: LoadedRun, sample: Batch, data: Dataset, recipe: Recipe, progress: Progress) -> list[Curve]:
    """Return one ``importance`` per class or output of the task, of the first seed of the run.

    Columns: ``drop`` and ``drop_error``, one row per feature: how much worse the figure gets (an AUC falls, an RMSE
    rises) when the feature is permuted among the events.  Each event is judged by the fold that did not see it.

    Parameters
    ----------
    run : LoadedRun
        The run.
    sample : Batch
        Events of the test part.
    data : Dataset
        Which they are from.
    recipe : Recipe
        Gives the number of repeats, and the seed.
    progress : Progress
        Where a bar goes.
    """
    one = first_seed(run)
    fold = unseen_fold(one.info, data.buckets(sample.row))
    judged: list[Sequence[LeadingFigure]] = []

    def predict(inputs: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
        return average(one.info.task, apply_members(one, inputs, fold))

    def judge(outputs: Mapping[str, NDArray[Any]]) -> Sequence[LeadingFigure]:
        judged.append(leading_figures(_predictions(one, sample, outputs)))
        return judged[-1]

    with progress.step(f"importance {run.info.name}", len(features_of(one.info.arrays))) as bar:
        found = permutation_importance(
            predict,
            {name: sample.inputs[name] for name in one.info.arrays},
            one.info.arrays,
            judge=judge,
            seed=recipe.seed,
            repeats=recipe.evaluation.importance_repeats,
            on_feature=lambda name: bar.advance(1, note=name),
        )
    labels = {"n_events": sample.n, "repeats": recipe.evaluation.importance_repeats, "seed": one.info.seeds[0]}
    return [_curve(run.info.name, index, figure, found, labels) for index, figure in enumerate(judged[0])]


def _predictions(run: LoadedRun, sample: Batch, outputs: Mapping[str, NDArray[Any]]) -> Predictions:
    return Predictions(
        run=run.info.name,
        part="test",
        task=run.info.task,
        outputs=outputs,
        label=sample.label,
        weight=sample.weight,
        spectators=sample.spectators,
        row=sample.row,
    )


def _curve(
    run: str, index: int, figure: LeadingFigure, found: Sequence[Importance], labels: Mapping[str, Any]
) -> Curve:
    losses = [importance.losses[index] for importance in found]
    columns = {
        "drop": np.array([loss.value for loss in losses]),
        "drop_error": np.array([loss.error for loss in losses]),
    }
    features = [importance.feature for importance in found]
    about = {"features": features, "figure": figure.name, "output": figure.output, **labels}
    return Curve("importance", columns, run, class_=figure.class_, labels=about)
