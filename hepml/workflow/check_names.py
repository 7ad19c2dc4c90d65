"""Whether the names in a recipe are those of what the processor makes: before hours of training, not after."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from hepml.errors import RecipeError, nearest
from hepml.evaluation.window import window_mask
from hepml.evaluation.yields import check_yields
from hepml.recipe import Recipe, task_of, task_path
from hepml.tasks import TaskContext, build_task


def check_names(recipe: Recipe, *, spectators: Collection[str], classes: tuple[str, ...]) -> None:
    """Refuse a window, bins, reweighting, target or yields of something that there is not.

    Parameters
    ----------
    recipe : Recipe
        The recipe.
    spectators : collection of str
        What the processor keeps.
    classes : tuple of str
        In label order.

    Raises
    ------
    RecipeError
        Names the key and the nearest known name.
    """
    no_events = {name: np.empty(0) for name in spectators}
    for window in recipe.evaluation.windows.values():
        window_mask(no_events, window)
    for key, name in _spectators(recipe, classes):
        if name not in spectators:
            msg = f"{key} names {name!r}, which is no spectator of the processor: {nearest(name, spectators)}"
            raise RecipeError(msg)
    if recipe.evaluation.yields is not None:
        check_yields(recipe.evaluation.yields, classes)


def _spectators(recipe: Recipe, classes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the key in the recipe and the name of each spectator that something is asked of."""
    for name in recipe.evaluation.bins:
        yield "evaluation.bins", name
    for name in recipe.weights.reweight.columns if recipe.weights.reweight else ():
        yield "weights.reweight.columns", name
    for model, spec in recipe.models.items():
        task, path = task_of(recipe, model), task_path(recipe, model)
        context = TaskContext(classes, tuple(spec.inputs))
        for name in build_task(task.kind, task.options, context, path=path).spectators:
            yield f"{path}.options.target" if task.kind == "regression" else f"{path}.options", name
