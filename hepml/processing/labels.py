"""Labels: names or indices of classes → int16 indices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.errors import ProcessorError, RecipeError, nearest

NO_LABEL = -1


def label_indices(label: Any, *, n: int, default: str | None, classes: Sequence[str]) -> NDArray[np.int16]:
    """Return the class index of each example.

    Parameters
    ----------
    label : array of int or str, shape (n,), optional
        What the processor made; it overrides `default`.  −1 is no label.
    n : int
        Number of examples.
    default : str, optional
        The input's own label.
    classes : sequence of str
        Class names in label order.

    Raises
    ------
    ProcessorError
        A label is neither a class nor an index of one.
    RecipeError
        The processor makes labels, but the recipe lists no classes.

    Examples
    --------
    >>> label_indices(np.array(["qcd", "w"]), n=2, default=None, classes=("w", "qcd")).tolist()
    [1, 0]
    """
    if label is None:
        return np.full(n, NO_LABEL if default is None else list(classes).index(default), np.int16)
    values = np.asarray(ak.to_numpy(label)) if isinstance(label, ak.Array) else np.asarray(label)
    if n and not classes:
        msg = "the processor makes labels, but the recipe names no classes: list them under `classes`"
        raise RecipeError(msg)
    if values.dtype.kind in "US":
        return _from_names(values.astype(str), classes)
    return _from_indices(values, classes)


def _from_names(values: NDArray[Any], classes: Sequence[str]) -> NDArray[np.int16]:
    names, inverse = np.unique(values, return_inverse=True)
    unknown = [str(name) for name in names if name not in classes]
    if unknown:
        msg = f"Examples.label holds {unknown[0]!r}, which is not a class: {nearest(unknown[0], classes)}"
        raise ProcessorError(msg)
    indices = np.array([list(classes).index(name) for name in names], np.int16)
    return indices[inverse] if len(indices) else np.zeros(0, np.int16)


def _from_indices(values: NDArray[Any], classes: Sequence[str]) -> NDArray[np.int16]:
    whole = values.dtype.kind in "iub" or (values.dtype.kind == "f" and np.array_equal(values, np.rint(values)))
    if len(values) and (not whole or values.ndim != 1):
        msg = f"Examples.label must be class names or indices, one per example, found {values.dtype} {values.shape}"
        raise ProcessorError(msg)
    outside = values[(values < NO_LABEL) | (values >= len(classes))]
    if len(outside):
        msg = (
            f"Examples.label holds {outside[0]}, and the classes {list(classes)} have the indices 0 to "
            f"{len(classes) - 1}: number them so, or give names"
        )
        raise ProcessorError(msg)
    return values.astype(np.int16)
