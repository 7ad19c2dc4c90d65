"""The table of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hepml.contracts import TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.options import Options, validate_options
from hepml.tasks.classification import ClassificationOptions, build_classification
from hepml.tasks.context import TaskContext
from hepml.tasks.generation import GenerationOptions, build_generation
from hepml.tasks.multitask import MultitaskOptions, build_multitask
from hepml.tasks.next_item import NextItemOptions, build_next_item
from hepml.tasks.reconstruction import ReconstructionOptions, build_reconstruction
from hepml.tasks.regression import RegressionOptions, build_regression

Builder = Callable[[Any, TaskContext], TaskSpec]

TASKS: Mapping[str, tuple[type[Options], Builder]] = {
    "classification": (ClassificationOptions, build_classification),
    "regression": (RegressionOptions, build_regression),
    "multitask": (MultitaskOptions, build_multitask),
    "next_item": (NextItemOptions, build_next_item),
    "reconstruction": (ReconstructionOptions, build_reconstruction),
    "generation": (GenerationOptions, build_generation),
}


def build_task(kind: str, options: Mapping[str, Any], context: TaskContext, *, path: str = "task") -> TaskSpec:
    """Look up a task, validate its options and build it; `path` is where the recipe has it, for messages.

    Raises
    ------
    RecipeError
        Unknown task or option, or classes that do not fit it.
    """
    if kind not in TASKS:
        msg = f"{path}.kind is {kind!r}: {nearest(kind, TASKS)}"
        raise RecipeError(msg)
    model, build = TASKS[kind]
    return build(validate_options(model, options, path=f"{path}.options"), context)
