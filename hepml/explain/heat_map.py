"""Where in an event's images a model's answer comes from: one number per pixel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec
from hepml.errors import ShapeError
from hepml.networks.fixed_batches import batch_rows

Method = Literal["input_gradients", "integrated_gradients", "occlusion"]
Inputs = Mapping[str, NDArray[Any]]

_MOST_ROWS = 128  # the slope of a network keeps what every layer has made of them


@dataclass(frozen=True)
class Explained:
    """A fitted model as numbers that can be explained, one for each class or target of an example.

    Attributes
    ----------
    names : tuple of str
        Of the numbers.
    values : callable
        Inputs of n rows → array of float64, shape (n, len(names)).
    gradients : callable, optional
        Inputs of n rows, and for each which number, shape (n,) → its slope in every pixel of each image, (n, …); None
        for a model that has no slopes.
    """

    names: tuple[str, ...]
    values: Callable[[Inputs], NDArray[np.float64]]
    gradients: Callable[[Inputs, NDArray[np.int64]], dict[str, NDArray[np.float32]]] | None = None


@dataclass(frozen=True)
class HeatMap:
    """What each pixel of one event's views says, summed over its channels.

    Attributes
    ----------
    method : str
        How it was found.
    of : str
        The class whose logit it explains, or the target of a regression.
    views : mapping of str to array of float64, shape (n_rows, n_columns)
        By batch array; above 0: speaks for the class.
    value, value_empty : float
        The logit of the event, and that of empty maps.
    """

    method: Method
    of: str
    views: Mapping[str, NDArray[np.float64]]
    value: float
    value_empty: float

    @property
    def total(self) -> float:
        """The sum over all pixels of all views."""
        return float(sum(view.sum() for view in self.views.values()))

    @property
    def residual(self) -> float:
        """By how much the sum is above the difference of the event to empty maps; of slopes it means nothing."""
        return self.total - (self.value - self.value_empty)


def mean_heat_map(maps: Sequence[HeatMap]) -> HeatMap:
    """Return the mean of one event's maps by several models; all of one method and class."""
    first = maps[0]
    if any((each.method, each.of, *each.views) != (first.method, first.of, *first.views) for each in maps):
        found = sorted({f"{each.method} of {each.of}" for each in maps})
        msg = f"a mean of heat maps needs one method, one class and the same views, found {found}: give one of each"
        raise ShapeError(msg)
    return replace(
        first,
        views={name: np.mean([each.views[name] for each in maps], axis=0) for name in first.views},
        value=float(np.mean([each.value for each in maps])),
        value_empty=float(np.mean([each.value_empty for each in maps])),
    )


def image_arrays(arrays: Mapping[str, ArraySpec]) -> dict[str, ArraySpec]:
    """Return the arrays that are images, by batch name."""
    return {name: spec for name, spec in arrays.items() if spec.role == "image"}


def emptied(inputs: Inputs, images: Mapping[str, ArraySpec]) -> dict[str, NDArray[Any]]:
    """Return the inputs with these images empty."""
    return {name: np.zeros_like(array) if name in images else array for name, array in inputs.items()}


def checked_inputs(inputs: Inputs, arrays: Mapping[str, ArraySpec]) -> tuple[dict[str, NDArray[Any]], int]:
    """Return the arrays that are named, and their number of rows.

    Raises
    ------
    ShapeError
        One is missing, has another shape or another number of rows, or none is an image.
    """
    found = {name: inputs[name] for name in arrays if name in inputs}
    shapes = {name: array.shape for name, array in found.items()}
    fit = all(name in shapes and shapes[name][1:] == spec.shape for name, spec in arrays.items())
    if not fit or len({shape[0] for shape in shapes.values()}) != 1 or not image_arrays(arrays):
        wanted = {name: ("n", *spec.shape) for name, spec in arrays.items()}
        msg = f"a heat map needs images among arrays of shapes {wanted}, found {shapes}: give what the model reads"
        raise ShapeError(msg)
    return found, next(iter(shapes.values()))[0]


def rows_at_once(arrays: Mapping[str, ArraySpec]) -> int:
    """Return how many rows of these arrays a model is given at once."""
    return min(batch_rows(spec.shape for spec in arrays.values()), _MOST_ROWS)


def heat_maps(
    method: Method,
    explained: Explained,
    inputs: Inputs,
    images: Mapping[str, ArraySpec],
    which: NDArray[np.int64],
    views: Mapping[str, NDArray[np.float64]],
) -> list[HeatMap]:
    """Return one heat map per event, with its logit and that of empty maps, from arrays of shape (n, rows, columns)."""
    event = np.arange(len(which))
    value = explained.values(inputs)[event, which]
    empty = explained.values(emptied(inputs, images))[event, which]
    return [
        HeatMap(
            method,
            explained.names[which[i]],
            {name: maps[i] for name, maps in views.items()},
            float(value[i]),
            float(empty[i]),
        )
        for i in event
    ]
