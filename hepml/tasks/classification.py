"""Classification of examples into two or more classes."""

from __future__ import annotations

from hepml.contracts import OutputSpec, TaskSpec
from hepml.errors import RecipeError, nearest
from hepml.options import Options
from hepml.tasks.context import TaskContext


class ClassificationOptions(Options):
    """Options of the classification task."""

    signal: str | None = None
    """The class whose score is written; default: the one named ``signal``, else the first of two.

    Of three classes or more: the one that the others are backgrounds of; default: none, each against the rest.
    """


def build_classification(options: ClassificationOptions, context: TaskContext) -> TaskSpec:
    """Return the task: a sigmoid for two classes (the score is P(signal)), a softmax for more.

    Raises
    ------
    RecipeError
        Fewer than two classes, or an unknown signal.
    """
    classes = context.classes
    if len(classes) < 2:
        msg = f"classification needs two classes, found {list(classes)}: give the inputs a `label`, or list `classes`"
        raise RecipeError(msg)
    if options.signal is not None and options.signal not in classes:
        msg = f"task.options.signal is {options.signal!r}, which is no class: {nearest(options.signal, classes)}"
        raise RecipeError(msg)
    plain = options.model_dump(mode="json")
    if len(classes) == 2:
        output = OutputSpec("score", 1, "sigmoid", "binary_crossentropy", "label")
        signal = options.signal or ("signal" if "signal" in classes else classes[0])
        return TaskSpec("classification", (output,), classes, signal, options=plain)
    output = OutputSpec("score", len(classes), "softmax", "categorical_crossentropy", "label")
    return TaskSpec("classification", (output,), classes, options.signal, options=plain)
