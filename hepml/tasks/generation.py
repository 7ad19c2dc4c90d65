"""Generation of examples: everything a model reads is learnt, but for what is given."""

from __future__ import annotations

import pydantic

from hepml.contracts import TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.options import Options
from hepml.tasks.context import TaskContext


class GenerationOptions(Options):
    """Options of the task of generation."""

    conditions: list[str] = pydantic.Field(
        ["condition"], min_length=1, description="Inputs of the model that are given: tables of energy, particle, …"
    )
    energy: str = pydantic.Field(
        "energy_gev", description="The column of the conditions that is the true energy, in GeV"
    )


def build_generation(options: GenerationOptions, context: TaskContext) -> TaskSpec:
    """Return the task: no output, and which of the inputs are conditions.

    Raises
    ------
    RecipeError
        A condition is no input of the model, or nothing is left to learn.
    """
    for name in options.conditions:
        if name not in context.inputs:
            msg = (
                f"task.options.conditions has {name!r}, which the model does not read: list it among its inputs; "
                f"{nearest(name, context.inputs)}"
            )
            raise RecipeError(msg)
    if set(context.inputs) == set(options.conditions):
        msg = f"all inputs of the model, {list(context.inputs)}, are conditions: add one that is to be generated"
        raise RecipeError(msg)
    return TaskSpec("generation", (), conditions=tuple(options.conditions), options=options.model_dump(mode="json"))
