"""Several things at once from one network: the class, numbers of final-state particles, energies."""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic

from hepml.contracts import OutputSpec, TaskSpec
from hepml.errors import RecipeError
from hepml.options import Options
from hepml.tasks.classification import ClassificationOptions, build_classification
from hepml.tasks.context import TaskContext
from hepml.tasks.regression import number_output

Weight = Annotated[float, pydantic.Field(gt=0)]
ClassName = Annotated[str, pydantic.Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*$", max_length=32)]


class Count(Options):
    """A spectator that counts something: 0, 1, …, and all larger numbers together."""

    most: int = pydantic.Field(3, ge=1, le=50, description="From this number on there is one class for all")
    weight: Weight = pydantic.Field(0.25, description="Of its loss, beside 1 for that of the label")


class Category(Options):
    """A spectator of whole numbers each of which means something; an event with any other does not count."""

    codes: dict[int, ClassName] = pydantic.Field(min_length=2, description="Number → what it means")
    weight: Weight = pydantic.Field(0.25, description="Of its loss, beside 1 for that of the label")


class Number(Options):
    """A spectator that is to be found as a number, as in a regression."""

    loss: Literal["mse", "mae", "huber"] = "huber"
    huber_delta: float = pydantic.Field(1.0, gt=0)
    relative: bool = pydantic.Field(False, description="Divide errors by the size of the target")
    standardise_target: bool = True
    weight: Weight = pydantic.Field(0.25, description="Of its loss, beside 1 for that of the label")


class MultitaskOptions(Options):
    """Options of the task with several outputs; NaN in a spectator means that there is nothing to learn from."""

    signal: str | None = pydantic.Field(None, description="Of two classes the one whose score is written")
    label_weight: float = pydantic.Field(1.0, ge=0, description="Of the loss of the label; 0: the label is not learnt")
    counts: dict[str, Count] = pydantic.Field({}, description="Spectators that count something")
    categories: dict[str, Category] = pydantic.Field({}, description="Spectators whose numbers are classes")
    targets: dict[str, Number] = pydantic.Field({}, description="Spectators that are found as numbers")

    @pydantic.model_validator(mode="after")
    def _each_once(self) -> MultitaskOptions:
        names = [*self.counts, *self.categories, *self.targets]
        if len(set(names)) < len(names) or "score" in names:
            msg = "name each spectator once among counts, categories and targets, and none of them 'score'"
            raise ValueError(msg)
        return self


def build_multitask(options: MultitaskOptions, context: TaskContext) -> TaskSpec:
    """Return the task: the score of the classification, a softmax per count and category, and a number per target.

    Raises
    ------
    RecipeError
        There is no output, or the label is to be learnt and has fewer than two classes.
    """
    label, signal = _label_output(options, context)
    outputs = (
        *label,
        *(_count(name, count) for name, count in options.counts.items()),
        *(_category(name, category) for name, category in options.categories.items()),
        *(_number(name, number) for name, number in options.targets.items()),
    )
    if not outputs:
        msg = "a multitask has no output: set label_weight above 0, or list counts, categories or targets"
        raise RecipeError(msg)
    return TaskSpec("multitask", outputs, context.classes, signal, options=options.model_dump(mode="json"))


def _label_output(options: MultitaskOptions, context: TaskContext) -> tuple[tuple[OutputSpec, ...], str | None]:
    if not options.label_weight:
        return (), None
    task = build_classification(ClassificationOptions(signal=options.signal), context)
    (output,) = task.outputs
    weighted = OutputSpec(
        output.name, output.size, output.activation, output.loss, output.target, loss_weight=options.label_weight
    )
    return (weighted,), task.signal


def _count(name: str, count: Count) -> OutputSpec:
    classes = (*map(str, range(count.most)), f"{count.most}_or_more")
    return _softmax(name, classes, tuple(range(count.most + 1)), weight=count.weight, last_is_open=True)


def _category(name: str, category: Category) -> OutputSpec:
    return _softmax(name, tuple(category.codes.values()), tuple(category.codes), weight=category.weight)


def _softmax(
    name: str, classes: tuple[str, ...], codes: tuple[int, ...], *, weight: float, last_is_open: bool = False
) -> OutputSpec:
    return OutputSpec(
        name,
        len(classes),
        "softmax",
        "categorical_crossentropy",
        f"codes:{name}",
        loss_weight=weight,
        loss_options={"codes": codes, "last_is_open": last_is_open},
        classes=classes,
    )


def _number(name: str, number: Number) -> OutputSpec:
    return number_output(
        name,
        loss=number.loss,
        huber_delta=number.huber_delta,
        relative=number.relative,
        standardise=number.standardise_target,
        loss_weight=number.weight,
    )
