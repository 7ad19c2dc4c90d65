"""What comes next in a sequence: for each item a prediction of a later one, or of what it belongs to itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from hepml.contracts import ArraySpec, OutputSpec, TaskSpec, batch_name
from hepml.errors import RecipeError, nearest
from hepml.options import Options
from hepml.tasks.context import TaskContext

GAUSSIAN, PIXELS = "gaussian", "pixels"


class NextItemOptions(Options):
    """Options of the task with an output per item of a sequence."""

    target: str = pydantic.Field(description="Input of the processor, a sequence, whose items are to be found")
    ahead: int = pydantic.Field(
        1, ge=0, description="Output t is about item t + ahead of the target; 0: about item t, once it is read"
    )
    kind: Literal["gaussian", "pixels"] = pydantic.Field(
        "gaussian", description="Mean and covariance of features (1810.06111), or a probability for each of n places"
    )
    features: list[str] = pydantic.Field(
        [], description="gaussian: which features of the target, with or without their units; none: all of them"
    )
    feature: str | None = pydantic.Field(
        None, description="pixels: the feature that is the place, 0 to places − 1; default: the only one"
    )
    places: int | None = pydantic.Field(None, ge=2, le=10_000, description="pixels: how many places there are")
    seed_items: int = pydantic.Field(
        0, ge=0, description="How many of the first items of the target are known: figures are given without them too"
    )

    @pydantic.model_validator(mode="after")
    def _fits_the_kind(self) -> NextItemOptions:
        if (self.kind == PIXELS) != (self.places is not None):
            msg = "give `places` for kind: pixels, and for no other"
            raise ValueError(msg)
        if (self.kind == PIXELS and self.features) or (self.kind == GAUSSIAN and self.feature):
            msg = "name `features` for kind: gaussian, and the one `feature` for kind: pixels"
            raise ValueError(msg)
        if len(set(self.features)) < len(self.features):
            msg = f"name each feature once, found {self.features}"
            raise ValueError(msg)
        return self


def build_next_item(options: NextItemOptions, context: TaskContext) -> TaskSpec:
    """Return the task: one output ``next_item`` per item.

    For ``kind: gaussian`` it is the mean of d features, then the lower triangle of their covariance row by row, all in
    the units of the target; for ``kind: pixels`` a probability for each place.  An item counts where its target is real
    and not NaN, and an example counts once, by the mean over those items.  Without any arrays in the context the task
    is as far as the recipe alone can tell, with a length of 0.

    Raises
    ------
    RecipeError
        The target is no sequence, lacks a feature, or is not as long as what the model reads.
    """
    name, array = _target(options, context)
    _check_lengths(name, array, context)
    wanted = ([options.feature] if options.feature else []) if options.kind == PIXELS else options.features
    features = _indices(wanted, array, options)
    names = tuple(array.features[index] for index in features)
    of_loss = {"ahead": options.ahead, "features": features, "feature_names": names}
    output = (_pixels if options.kind == PIXELS else _gaussian)(options, array, of_loss)
    return TaskSpec("next_item", (output,), context.classes, options=options.model_dump(mode="json"))


def n_of_gaussian(n_features: int) -> int:
    """Return how many numbers a mean and the lower triangle of a covariance are.

    Examples
    --------
    >>> [n_of_gaussian(n) for n in (1, 2, 3)]
    [2, 5, 9]
    """
    return n_features + n_features * (n_features + 1) // 2


def _pixels(options: NextItemOptions, array: ArraySpec, of_loss: Mapping[str, Any]) -> OutputSpec:
    return OutputSpec(
        "next_item",
        options.places or 0,
        "softmax",
        "sparse_categorical_crossentropy",
        f"input:{options.target}",
        loss_options=of_loss,
        leading=array.shape[:1],
        target_size=1,
        judged="choice",
    )


def _gaussian(options: NextItemOptions, array: ArraySpec, of_loss: Mapping[str, Any]) -> OutputSpec:
    n_features = len(of_loss["features"])
    return OutputSpec(
        "next_item",
        n_of_gaussian(n_features),
        "gaussian",
        "gaussian_likelihood",
        f"input:{options.target}",
        loss_options={**of_loss, "standardise": True},
        leading=array.shape[:1],
        combine="moments",
        target_size=n_features,
    )


def _target(options: NextItemOptions, context: TaskContext) -> tuple[str, ArraySpec]:
    name, _, suffix = options.target.partition("/")
    array = batch_name(name, suffix)
    if not context.arrays:
        features = tuple(options.features) or (options.feature or "place",)
        return array, ArraySpec((0, len(features)), role="sequence", features=features)
    if array not in context.arrays:
        msg = f"task.options.target is {options.target!r}: {nearest(array, context.arrays)}"
        raise RecipeError(msg)
    spec = context.arrays[array]
    if spec.role != "sequence":
        msg = f"task.options.target is {options.target!r}, which is a {spec.role} and has no items: name a sequence"
        raise RecipeError(msg)
    return array, spec


def _check_lengths(name: str, array: ArraySpec, context: TaskContext) -> None:
    for each in context.inputs:
        spec = context.arrays.get(each)
        if spec is not None and spec.role == "sequence" and spec.shape[0] != array.shape[0]:
            msg = (
                f"the model reads {each!r} of {spec.shape[0]} items and the target {name!r} has {array.shape[0]}: an "
                "output per item needs the same length of both"
            )
            raise RecipeError(msg)


def _indices(wanted: list[str], array: ArraySpec, options: NextItemOptions) -> tuple[int, ...]:
    """Return the places of features on the last axis of the target; their units may be left out."""
    short = [feature.partition(" [")[0] for feature in array.features]
    if not wanted and options.kind == PIXELS and len(short) > 1:
        msg = f"{options.target!r} has the features {', '.join(short)}: say in task.options.feature which is the place"
        raise RecipeError(msg)
    for feature in wanted:
        if feature not in short and feature not in array.features:
            msg = f"task.options: {options.target!r} has no feature {feature!r}: {nearest(feature, short)}"
            raise RecipeError(msg)
    names = [feature.partition(" [")[0] for feature in wanted]
    return tuple(short.index(name) for name in names) if names else tuple(range(len(short)))
