"""Runs that are to be judged side by side: each with a name of its own, all on the same events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hepml.contracts import TaskSpec
from hepml.datasets import Dataset
from hepml.errors import RunError
from hepml.inference import LoadedRun, check_dataset
from hepml.recipe import Recipe, thaw_recipe


def with_distinct_names(runs: Sequence[LoadedRun]) -> list[LoadedRun]:
    """Return the runs; where several have one name, with as much of their paths as tells them apart.

    Raises
    ------
    RunError
        A run is given twice.
    """
    folders = Counter(run.folder for run in runs)
    twice = next((folder for folder, n in folders.items() if n > 1), None)
    if twice is not None:
        msg = f"{twice}: this run is given twice: give each run once"
        raise RunError(msg)
    names = distinct_names([run.info.name for run in runs], [run.folder for run in runs])
    return [replace(run, info=replace(run.info, name=name)) for run, name in zip(runs, names, strict=True)]


def distinct_names(names: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """Return `names`, where repeated ones are replaced by the last parts of their folders.

    Examples
    --------
    >>> distinct_names(["cnn", "cnn", "bdt"], [Path("/a/runs/cnn"), Path("/b/runs/cnn"), Path("/a/runs/bdt")])
    ['a_runs_cnn', 'b_runs_cnn', 'bdt']
    """
    result, n_parts = list(names), 0
    while len(set(result)) < len(result):
        n_parts += 1
        result = [
            name if names.count(name) == 1 else "_".join(folder.parts[1:][-n_parts:])
            for name, folder in zip(names, folders, strict=True)
        ]
    return result


def recipe_of_runs(runs: Sequence[LoadedRun], data: Dataset) -> Recipe:
    """Return the recipe of the first run, after a check that all were trained on the same parts of `data`.

    Tasks may differ where they have outputs in common: see `compare_runs`.

    Raises
    ------
    RunError
        One was trained on another dataset, or splits or scales it in another way.
    """
    recipes = [thaw_recipe(run.info.recipe, source=str(run.folder)) for run in runs]
    for run, recipe in zip(runs, recipes, strict=True):
        check_dataset(run, data)
        same = {
            "split": recipe.split == recipes[0].split,
            "luminosity": recipe.weights.luminosity == recipes[0].weights.luminosity,
            "task": run is runs[0] or bool(_outputs(run.info.task) & _outputs(runs[0].info.task)),
        }
        different = [part for part, equal in same.items() if not equal]
        if different:
            msg = (
                f"{run.folder}: trained with another {' and '.join(different)} than {runs[0].folder}, so that figures "
                "would be of different events: train both with one recipe, or evaluate them apart"
            )
            raise RunError(msg)
    return recipes[0]


def _outputs(task: TaskSpec) -> set[tuple[object, ...]]:
    """Return what must be equal for the figures of an output to be comparable; losses may differ.

    Of what generates, the kind of the task and the conditions.
    """
    if not task.outputs:
        return {(task.kind, task.conditions, str(task.options.get("energy")))}
    return {(o.name, o.target, o.classes, *(_classes(task) if o.target == "label" else ())) for o in task.outputs}


def _classes(task: TaskSpec) -> tuple[object, ...]:
    return task.classes, task.signal
