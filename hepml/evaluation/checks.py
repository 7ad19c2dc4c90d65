"""What every metric may take for granted about its arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.errors import DatasetError, ShapeError


@dataclass(frozen=True)
class BinarySample:
    """Checked arrays of n events: truth (signal or not), finite score, finite signed weight; all shape ``(n,)``."""

    truth: NDArray[np.bool_]
    score: NDArray[np.float64]
    weight: NDArray[np.float64]


def check_binary(truth: ArrayLike, score: ArrayLike, sample_weight: ArrayLike | None) -> BinarySample:
    """Return the arrays as a sample in which both classes have a positive Σw.

    Raises
    ------
    ShapeError
        The arrays are not one-dimensional or differ in length.
    DatasetError
        A score or weight is NaN or infinite, truth is neither 0 nor 1, or a class is empty or has Σw ≤ 0.
    """
    score_values = check_finite("score", score)
    signal = check_flags("truth", truth)
    weight = check_weight(sample_weight, n=len(score_values))
    check_lengths({"truth": signal, "score": score_values, "sample_weight": weight})
    reason = why_undefined(signal, weight)
    if reason is not None:
        msg = f"a metric of two classes needs both of them with a positive sum of weights, but {reason}"
        raise DatasetError(msg)
    return BinarySample(signal, score_values, weight)


def why_undefined(
    truth: NDArray[np.bool_], weight: NDArray[np.float64], *, names: tuple[str, str] = ("signal", "background")
) -> str | None:
    """Return why no metric of signal against background can be computed on these events; None if one can.

    Examples
    --------
    >>> why_undefined(np.array([True, True]), np.array([1.0, 1.0]))
    'there are no background events'
    """
    for name, chosen in zip(names, (truth, ~truth), strict=True):
        if not chosen.any():
            return f"there are no {name} events"
        total = float(weight[chosen].sum())
        if total <= 0:
            return f"the weights of the {int(chosen.sum())} {name} events sum to {total:.6g}"
    return None


def check_lengths(arrays: dict[str, NDArray[Any]]) -> None:
    """Raise a ShapeError unless all arrays have one entry per event."""
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        msg = f"a metric needs one entry per event in each array, but {shown}: apply the same selection to all"
        raise ShapeError(msg)


def check_finite(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as float64 of shape ``(n,)`` without NaN or infinity, or raise."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        msg = f"{name} must have shape (n,), found {array.shape}: give one number per event"
        raise ShapeError(msg)
    bad = np.count_nonzero(~np.isfinite(array))
    if bad:
        msg = f"{name} must be finite, but {bad} of {len(array)} are NaN or infinite: leave these events out"
        raise DatasetError(msg)
    return array


def check_weight(sample_weight: ArrayLike | None, *, n: int) -> NDArray[np.float64]:
    """Return the weights as float64 of shape ``(n,)``: ones for None, else finite, or raise."""
    return np.ones(n) if sample_weight is None else check_finite("sample_weight", sample_weight)


def check_indices(name: str, values: ArrayLike, *, n_classes: int) -> NDArray[np.int64]:
    """Return class indices of shape ``(n,)``, each in ``[0, n_classes)``, or raise."""
    array = np.asarray(values)
    if array.ndim != 1:
        msg = f"{name} must have shape (n,), found {array.shape}: give one class index per event"
        raise ShapeError(msg)
    integers = array.astype(np.int64)
    outside = np.count_nonzero((integers != array) | (integers < 0) | (integers >= n_classes))
    if outside:
        msg = (
            f"{name} must be integers from 0 to {n_classes - 1}, but {outside} of {len(array)} are not: leave those out"
        )
        raise DatasetError(msg)
    return integers


def check_flags(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Return `values`, booleans or integers 0 and 1 of shape ``(n,)``, as booleans, or raise."""
    array = np.asarray(values)
    if array.dtype == np.bool_ and array.ndim == 1:  # nothing to look for: saves a third of the time of a ranking
        return array
    return check_indices(name, array, n_classes=2).astype(np.bool_)
