"""The learning curve of a run: its leading figure against the number of events it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepml.contracts import Curve, Predictions
from hepml.datasets import Dataset, part_buckets
from hepml.evaluation import LeadingFigure, leading_figures
from hepml.inference import LoadedRun, MemberInfo, load_learning, predict_part
from hepml.recipe import Recipe
from hepml.workflow.progress import Progress

LARGEST_TRAIN_ROWS = 50_000
"""Of its own training events that a point of the curve is applied to, about."""


@dataclass(frozen=True)
class _Point:
    """Number of training events, and the figures on the test part and on training events."""

    n_events: float
    test: Sequence[LeadingFigure]
    train: Sequence[LeadingFigure]


def learning_curves(
    run: LoadedRun, data: Dataset, recipe: Recipe, predictions: Mapping[str, Predictions], progress: Progress
) -> list[Curve]:
    """Return one ``learning`` per class or output of the task, of the first seed; none without points to draw it by.

    Columns: ``n_events`` (with folds their mean), ``figure`` on the whole test part and ``train_figure`` on events of
    the training (with folds, the first's), both with ``…_error``.  The last row is the whole training part.

    Parameters
    ----------
    run : LoadedRun
        The run.
    data, recipe : Dataset, Recipe
        Its dataset, and the split and weights of its evaluation.
    predictions : mapping of str to Predictions
        By part, of the run itself.
    progress : Progress
        Where a bar goes.

    Raises
    ------
    RunError
        A model file is missing or damaged.
    """
    if not run.info.learning:
        return []
    with progress.step(f"learning curve {run.info.name}", len(run.info.fractions)) as bar:
        points = []
        for fraction, partly in load_learning(run).items():
            points.append(_point(partly, data, recipe, fraction))
            bar.advance(1, note=f"{fraction:.3g} of the training part")
    points.append(_whole(run, data, recipe, predictions))
    return [_curve(run, index, points) for index in range(len(points[-1].test))]


def _point(run: LoadedRun, data: Dataset, recipe: Recipe, fraction: float) -> _Point:
    targets = run.info.task.spectators
    test = predict_part(run, data, "test", recipe=recipe, spectators=targets)
    seen = _bounded(data, recipe, fraction)
    train = predict_part(run, data, "train", recipe=recipe, spectators=targets, fraction=seen)
    n_events = _n_train(run.info.members, data, recipe)
    return _Point(n_events, leading_figures(test), leading_figures(train))


def _whole(run: LoadedRun, data: Dataset, recipe: Recipe, predictions: Mapping[str, Predictions]) -> _Point:
    seed = run.info.seeds[0]
    test, train = (leading_figures(predictions[part], member=f"seed{seed}") for part in ("test", "train"))
    members = [member for member in run.info.members if member.seed == seed]
    return _Point(_n_train(members, data, recipe), test, train)


def _bounded(data: Dataset, recipe: Recipe, fraction: float) -> float:
    """Return a fraction with at most about `LARGEST_TRAIN_ROWS` rows; they are among those of `fraction`."""
    fold = 0 if recipe.split.folds else None
    n_rows = data.n_rows("train", recipe.split, fraction=fraction)
    one_bucket = 1 / int(part_buckets(recipe.split, "train", fold).sum())
    return min(fraction, max(fraction * LARGEST_TRAIN_ROWS / max(n_rows, 1), one_bucket))


def _n_train(members: Sequence[MemberInfo], data: Dataset, recipe: Recipe) -> float:
    counts = [
        data.n_rows("train", recipe.split, fold=m.fold, fraction=m.fraction) if m.n_train is None else m.n_train
        for m in members
    ]
    return float(np.mean(counts))


def _curve(run: LoadedRun, index: int, points: Sequence[_Point]) -> Curve:
    test, train = ([getattr(point, part)[index].estimate for point in points] for part in ("test", "train"))
    figure = points[-1].test[index]
    columns = {
        "n_events": np.array([point.n_events for point in points]),
        "figure": np.array([estimate.value for estimate in test]),
        "figure_error": np.array([estimate.error for estimate in test]),
        "train_figure": np.array([estimate.value for estimate in train]),
        "train_figure_error": np.array([estimate.error for estimate in train]),
    }
    labels = {"figure": figure.name, "output": figure.output, "seed": run.info.seeds[0]}
    return Curve("learning", columns, run.info.name, class_=figure.class_, labels=labels)
