"""``check``: what `process` would make."""

from __future__ import annotations

from pathlib import Path

from hepml.errors import RecipeError, nearest
from hepml.processing import CheckReport, check_recipe
from hepml.recipe import Recipe
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.check_models import check_models
from hepml.workflow.check_names import check_names
from hepml.workflow.progress import SILENT, Progress


def check(recipe: Recipe | str | Path, *, progress: Progress = SILENT) -> CheckReport:
    """Open the first file of each input, run one chunk, and say what would be made, how big and how long.

    The options of task and models are validated too.

    Parameters
    ----------
    recipe : Recipe or path
        The recipe.
    progress : Progress
        Where bars go.

    Raises
    ------
    RecipeError, ProcessorError, InputError
    """
    chosen = as_recipe(recipe)
    if chosen.models:
        check_models(chosen)
    with progress.step("check", None):
        report = check_recipe(chosen)
    _check_model_inputs(chosen, report)
    check_names(chosen, spectators=report.spectators, classes=report.classes)
    return report


def _check_model_inputs(recipe: Recipe, report: CheckReport) -> None:
    """Refuse a model that reads what the processor does not make."""
    for model, spec in recipe.models.items():
        for name in spec.inputs:
            if not any(array == name or array.startswith(f"{name}_") for array in report.arrays):
                msg = f"models.{model}.inputs: the processor makes no input {name!r}: {nearest(name, report.arrays)}"
                raise RecipeError(msg)
