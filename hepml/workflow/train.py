"""``train``: a dataset → a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepml.contracts import TaskSpec
from hepml.datasets import Dataset, open_dataset, part_buckets
from hepml.errors import RecipeError, nearest
from hepml.inference.run_info import RUN_FILE, RunInfo
from hepml.io.folder import claim_folder, exclusive, remove_temporary
from hepml.recipe import Recipe, Start, task_of, task_path
from hepml.tasks import TaskContext, build_task
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.check_names import check_names
from hepml.workflow.member_training import Job, train_member
from hepml.workflow.progress import SILENT, Progress
from hepml.workflow.run_folder import WantedMember, begin_run, finish_run, finished_run, plan_of_run
from hepml.workflow.start import open_start, with_start


def train(
    recipe: Recipe | str | Path,
    dataset: str | Path,
    output: str | Path,
    *,
    model: str | None = None,
    start: Start | str | Path | None = None,
    progress: Progress = SILENT,
) -> RunInfo:
    """Train one model of a recipe: all its seeds, and all folds where the split has them.

    With fractions for a learning curve its first seed is trained on each of these as well, in every fold.  What is
    finished is not done again, and an interrupted member goes on from its last epoch.

    Parameters
    ----------
    recipe : Recipe or path
        The recipe.
    dataset, output : path
        The dataset, and the folder of the run.
    model : str, optional
        Name of the model; may be left out where the recipe has one only.
    start : path or Start, optional
        A run whose backbone the networks start from, in place of that of the recipe's ``models.<name>.start``.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, DatasetError, RunError, OutputError
    """
    given = as_recipe(recipe)
    name = _which_model(given, model)
    chosen = with_start(given, name, start)
    data = open_dataset(dataset)
    check_names(chosen, spectators=data.manifest.spectators, classes=data.manifest.classes)
    _check_fractions(chosen)
    task = _task(chosen, name, data)
    begin = open_start(chosen, name, dataset_digest=data.manifest.digest)
    job = Job(chosen, name, data, task, data.arrays(chosen.models[name].inputs), begin)
    plan = plan_of_run(chosen, name, data.manifest, begin.info if begin else None)
    wanted = _wanted(chosen, name)
    done = finished_run(Path(output).expanduser(), plan, chosen, wanted)
    if done is not None:
        return done
    folder = claim_folder(output, kind="run", marker=RUN_FILE)
    with exclusive(folder, kind="run"):
        begin_run(folder, plan)
        remove_temporary(folder)
        members = tuple(train_member(job, folder, each, progress) for each in wanted)
        return finish_run(folder, chosen, name, data, task, members, start=begin.info if begin else None)


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
    task = task_of(recipe, name)
    return build_task(task.kind, task.options, context, path=task_path(recipe, name))


def _check_fractions(recipe: Recipe) -> None:
    """Refuse a fraction of less than a bucket: before the training, not after."""
    for fraction in recipe.evaluation.learning_curve:
        part_buckets(recipe.split, "train", 0 if recipe.split.folds else None, fraction=fraction)


def _wanted(recipe: Recipe, model: str) -> list[WantedMember]:
    """Return the members of a run, those of the learning curve last."""
    folds: Sequence[int | None] = range(recipe.split.folds) if recipe.split.folds else [None]
    seeds = recipe.models[model].seeds
    return [
        *(WantedMember(seed, fold) for fold in folds for seed in seeds),
        *(WantedMember(seeds[0], fold, part) for part in recipe.evaluation.learning_curve for fold in folds),
    ]
