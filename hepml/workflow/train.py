"""``train``: a dataset → a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepml.contracts import ArraySpec, Epoch, Estimator, FitPlan, TaskSpec
from hepml.datasets import Dataset, open_dataset
from hepml.errors import RecipeError, nearest
from hepml.estimators import build_estimator, save_member
from hepml.evaluation.window import window_mask
from hepml.inference.loaded_run import MEMBERS
from hepml.inference.run_info import (
    RUN_FILE,
    MemberInfo,
    RunInfo,
    member_name,
    read_member_info,
    write_member_info,
)
from hepml.io.folder import claim_folder, exclusive, remove_temporary
from hepml.recipe import Model, Recipe, training_of
from hepml.tasks import TaskContext, build_task
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.progress import SILENT, Progress, Step
from hepml.workflow.run_folder import begin_run, finish_run, finished_run, plan_of_run
from hepml.workflow.tree_models import TREE_MODELS

CHECKPOINTS = "checkpoints"


def train(
    recipe: Recipe | str | Path,
    dataset: str | Path,
    output: str | Path,
    *,
    model: str | None = None,
    progress: Progress = SILENT,
) -> RunInfo:
    """Train one model of a recipe: all its seeds, and all folds where the split has them.

    What is finished is not done again, and an interrupted member goes on from its last epoch.

    Parameters
    ----------
    recipe : Recipe or path
        The recipe.
    dataset, output : path
        The dataset, and the folder of the run.
    model : str, optional
        Name of the model; may be left out where the recipe has one only.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, DatasetError, RunError, OutputError
    """
    chosen = as_recipe(recipe)
    name = _which_model(chosen, model)
    data = open_dataset(dataset)
    _check_windows(chosen, data)
    task = _task(chosen, name, data)
    job = _Job(chosen, name, data, task, data.arrays(chosen.models[name].inputs))
    plan = plan_of_run(chosen, name, data.manifest)
    wanted = [(seed, fold) for fold in _folds(chosen) for seed in job.model.seeds]
    done = finished_run(Path(output).expanduser(), plan, chosen, wanted)
    if done is not None:
        return done
    folder = claim_folder(output, kind="run", marker=RUN_FILE)
    with exclusive(folder, kind="run"):
        begin_run(folder, plan)
        remove_temporary(folder)
        members = tuple(_train_member(job, folder, seed, fold, progress) for seed, fold in wanted)
        return finish_run(folder, chosen, name, data, task, members)


@dataclass(frozen=True)
class _Job:
    """What is the same for all members."""

    recipe: Recipe
    name: str
    data: Dataset
    task: TaskSpec
    arrays: dict[str, ArraySpec]

    @property
    def model(self) -> Model:
        return self.recipe.models[self.name]


def _which_model(recipe: Recipe, model: str | None) -> str:
    if model is None and len(recipe.models) == 1:
        return next(iter(recipe.models))
    if model is None:
        msg = f"the recipe has the models {', '.join(recipe.models) or '(none)'}: choose one with --model"
        raise RecipeError(msg)
    if model not in recipe.models:
        msg = f"--model {model!r} is not in the recipe: {nearest(model, recipe.models)}"
        raise RecipeError(msg)
    return model


def _task(recipe: Recipe, name: str, data: Dataset) -> TaskSpec:
    arrays = data.arrays(list(data.manifest.representations))
    context = TaskContext(data.manifest.classes, tuple(recipe.models[name].inputs), arrays)
    return build_task(recipe.task.kind, recipe.task.options, context)


def _check_windows(recipe: Recipe, data: Dataset) -> None:
    """Refuse a window that `evaluate` could not use: before the training, not after."""
    no_events = {name: np.empty(0) for name in data.manifest.spectators}
    for window in recipe.evaluation.windows.values():
        window_mask(no_events, window)


def _folds(recipe: Recipe) -> Sequence[int | None]:
    return range(recipe.split.folds) if recipe.split.folds else [None]


def _train_member(job: _Job, folder: Path, seed: int, fold: int | None, progress: Progress) -> MemberInfo:
    name = member_name(seed, fold)
    home = folder / MEMBERS / name
    finished = read_member_info(home)
    if finished is not None:
        return finished
    key = job.model.estimator or job.name
    path = f"models.{job.name}.options"
    estimator = build_estimator(key, job.model.options, task=job.task, arrays=job.arrays, seed=seed, path=path)
    n_steps = None if key in TREE_MODELS else training_of(job.recipe, job.name).epochs
    started = time.monotonic()
    with progress.step(f"train {job.name} {name}", n_steps) as bar:
        history = _fit(job, estimator, folder / CHECKPOINTS / name, seed, fold, bar)
    info = _member_info(estimator, history, seed, fold, time.monotonic() - started)
    save_member(home, estimator, history)
    write_member_info(home, info)
    progress.say(f"{job.name} {name}: {_in_words(info, history, estimator.watched)}")
    return info


def _fit(job: _Job, estimator: Estimator, checkpoint: Path, seed: int, fold: int | None, bar: Step) -> Sequence[Epoch]:
    train_part, validation_part = (
        job.data.source(
            part,
            inputs=list(dict.fromkeys([*job.model.inputs, *job.task.target_inputs])),
            spectators=job.task.spectators,
            fold=fold,
            training=True,
            weights=job.recipe.weights,
            split=job.recipe.split,
            seed=_mix(job.recipe.seed, seed),
        )
        for part in ("train", "validation")
    )
    plan = FitPlan(checkpoint, training_of(job.recipe, job.name), on_epoch=lambda epoch: _show(bar, epoch))
    return estimator.fit(train_part, validation_part, plan)


def _mix(recipe_seed: int, member_seed: int) -> int:
    """Give each member its own order of batches."""
    return recipe_seed * 1_000_003 + member_seed


def _show(bar: Step, epoch: Epoch) -> None:
    bar.advance(1, note=" ".join(f"{key} {value:.4g}" for key, value in epoch.figures.items()))


def _member_info(
    estimator: Estimator, history: Sequence[Epoch], seed: int, fold: int | None, seconds: float
) -> MemberInfo:
    best = min(history, key=lambda epoch: epoch.figures[estimator.watched])
    return MemberInfo(seed, fold, estimator.n_parameters, best.index, len(history), seconds)


def _in_words(info: MemberInfo, history: Sequence[Epoch], watched: str) -> str:
    value = history[info.best_epoch].figures[watched]
    what = watched.replace("_", " ")
    return f"step {info.best_epoch + 1} of {info.n_epochs} is the best, {what} {value:.4g}, {info.seconds:.1f} s"
