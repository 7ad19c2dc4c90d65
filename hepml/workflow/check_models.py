"""Whether the models of a recipe can be built, as far as the recipe alone can tell."""

from __future__ import annotations

from hepml.estimators import check_direction, check_task, estimator_class
from hepml.options import validate_options
from hepml.recipe import Recipe, task_of, task_path, training_of
from hepml.tasks import TaskContext, build_task
from hepml.workflow.start import read_start


def check_models(recipe: Recipe) -> None:
    """Look up the task and every estimator, and validate options, training and extras: before hours of processing.

    Raises
    ------
    RecipeError
        Names the key, the value and the remedy.
    RunError
        A model starts from a run that there is not, or of another estimator.
    MissingExtraError
        An estimator's package is not installed.
    """
    for name, model in recipe.models.items():
        chosen, context = task_of(recipe, name), TaskContext(recipe.class_names, tuple(model.inputs))
        task = build_task(chosen.kind, chosen.options, context, path=task_path(recipe, name))
        found = estimator_class(model.estimator or name, path=f"models.{name}")
        check_task(model.estimator or name, task, path=f"models.{name}")
        path = f"models.{name}.options"
        options = validate_options(found.Options, model.options, path=path)  # type: ignore[attr-defined]
        check_direction(name, options, task, path=path)
        training_of(recipe, name)
        read_start(recipe, name)
