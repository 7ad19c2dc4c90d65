"""Reconstruction of maps: what a good detector would have counted, and how what it did count is scored."""

from __future__ import annotations

import pydantic

from hepml.contracts import ArraySpec, OutputSpec, TaskSpec, batch_name
from hepml.errors import RecipeError
from hepml.options import Options
from hepml.tasks.context import TaskContext

COUNTS = "counts"
"""Suffix of the batch array of an input that is a map of counts."""


class ReconstructionOptions(Options):
    """Options of the task; they say how maps are scored, whatever has reconstructed them."""

    tolerance: float = pydantic.Field(
        0.002, ge=0, lt=1, description="Relative error of an expected map: deviations within it are no fault"
    )
    least_entries: int = pydantic.Field(
        500, ge=1, description="Fewest counts in live cells with which a map is called good or bad"
    )
    rectangles: int = pydantic.Field(2, ge=1, le=10, description="Most rectangles of cells that are marked in a map")
    mark_score: float = pydantic.Field(
        5.0,
        gt=0,
        description="Score above which a further rectangle is marked, and a fault is left out of what is read",
    )


def build_reconstruction(options: ReconstructionOptions, context: TaskContext) -> TaskSpec:
    """Return the task: for each input that is a map of counts an output of its name, the counts that are expected.

    Without any arrays in the context the task is as far as the recipe alone can tell: without outputs.

    Raises
    ------
    RecipeError
        An input of the model is no map of counts.
    """
    outputs = []
    for name in context.inputs if context.arrays else ():
        array = batch_name(name, COUNTS)
        if array not in context.arrays:
            msg = f"the model reads {name!r}, which is no map of counts: reconstruction needs inputs made by Occupancy"
            raise RecipeError(msg)
        outputs.append(_map(name, context.arrays[array]))
    return TaskSpec("reconstruction", tuple(outputs), options=options.model_dump(mode="json"))


def _map(name: str, array: ArraySpec) -> OutputSpec:
    return OutputSpec(name, 1, "exponential", "poisson", f"input:{name}/{COUNTS}", leading=array.shape[:-1], keep=False)
