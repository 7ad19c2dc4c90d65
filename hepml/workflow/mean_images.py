"""The weighted mean image of each class, summed batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import ArraySpec, Batch
from hepml.plots import ImageAxes


@dataclass(frozen=True)
class MeanImage:
    """The mean of one channel by class, each of shape (n_x, n_y), and what its pixels mean."""

    by_class: Mapping[str, NDArray[np.float64]]
    axes: ImageAxes


class MeanImages:
    """Sums the first channel of image arrays by class.

    Parameters
    ----------
    arrays : mapping of str to ArraySpec
        By batch name; those of a role other than ``"image"`` are passed over.
    classes : sequence of str
        In label order.
    """

    def __init__(self, arrays: Mapping[str, ArraySpec], classes: Sequence[str]) -> None:
        self._arrays = {name: spec for name, spec in arrays.items() if spec.role == "image"}
        shape = {name: (len(classes), *spec.shape[:2]) for name, spec in self._arrays.items()}
        self._classes = tuple(classes)
        self._sums = {name: np.zeros(of_image) for name, of_image in shape.items()}
        self._weights = np.zeros(len(classes))

    def add(self, batch: Batch) -> None:
        """Add a batch; rows without a label do not count."""
        for index in range(len(self._classes)):
            rows = np.flatnonzero(batch.label == index)
            self._weights[index] += batch.weight[rows].sum()
            for name, sums in self._sums.items():
                sums[index] += np.tensordot(batch.weight[rows], batch.inputs[name][rows, ..., 0], axes=1)

    def means(self) -> dict[str, MeanImage]:
        """Return the mean images by batch name; classes whose Σw is not positive are left out."""
        return {
            name: MeanImage(self._by_class(name), image_axes(spec, mean=True)) for name, spec in self._arrays.items()
        }

    def _by_class(self, name: str) -> dict[str, NDArray[np.float64]]:
        return {
            class_: self._sums[name][index] / self._weights[index]
            for index, class_ in enumerate(self._classes)
            if self._weights[index] > 0
        }


def image_axes(spec: ArraySpec, *, mean: bool = False) -> ImageAxes:
    """Return what the pixels mean: what the representation says, or else their numbers."""
    n_x, n_y = spec.shape[:2]
    axes = spec.axes or (("First index", 0.0, n_x), ("Second index", 0.0, n_y))
    (x_name, *x_range), (y_name, *y_range) = axes[:2]
    content = spec.features[0].removesuffix(" [1]") if spec.features else "pixel"
    content = f"Mean {content}" if mean else f"{content[:1].upper()}{content[1:]}"
    return ImageAxes(x_name, y_name, (x_range[0], x_range[1]), (y_range[0], y_range[1]), content)
