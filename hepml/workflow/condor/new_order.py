"""From what the user says to what the jobs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hepml.errors import RecipeError
from hepml.inference import Backend
from hepml.io.root import is_url
from hepml.recipe import Recipe
from hepml.workflow.as_recipe import as_recipe
from hepml.workflow.condor.order import Order
from hepml.workflow.condor.predict_order import PredictOrder
from hepml.workflow.condor.process_order import ProcessOrder
from hepml.workflow.prediction import prepare_prediction


def new_order(
    given: Recipe | str | Path,
    files: Sequence[str | Path],
    *,
    tree: str | None,
    processor: str | Path | None,
    settings: Mapping[str, Any] | None,
    backend: Backend,
) -> Order:
    """Return what is to be done, with files by absolute paths: jobs run in other folders.

    Parameters are those of `submit`.

    Raises
    ------
    RecipeError
        A run without files, or a recipe with some.
    RunError, ProcessorError
        Something that the user gave is wrong.
    """
    if not isinstance(given, Recipe) and Path(given).expanduser().is_dir():
        if not files:
            msg = f"{given} is a run: name the files that it is to be applied to"
            raise RecipeError(msg)
        absolute = [_absolute(str(file)) for file in files]
        work = prepare_prediction(given, absolute, tree=tree, processor=processor, settings=settings, backend=backend)
        return PredictOrder(work)
    if files:
        msg = f"a recipe names its files itself: leave {files[0]} out, or use --input NAME=FILE"
        raise RecipeError(msg)
    recipe = as_recipe(given)
    inputs = {
        name: spec.model_copy(update={"files": [_absolute(file) for file in spec.files]})
        for name, spec in recipe.inputs.items()
    }
    return ProcessOrder(recipe.model_copy(update={"inputs": inputs}))


def _absolute(file: str) -> str:
    return file if is_url(file) else str(Path(file).expanduser().absolute())
