"""Correlations between input variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.contracts import Curve
from hepml.evaluation.checks import check_lengths, check_weight
from hepml.evaluation.feature_table import feature_table


@dataclass(frozen=True)
class Correlation:
    """Pearson correlations and their errors, NaN where a variable does not vary; both shape ``(d, d)``, symmetric."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]


def weighted_correlation(features: ArrayLike, *, sample_weight: ArrayLike | None = None) -> Correlation:
    """Return the weighted Pearson correlations of all pairs of columns.

    Each pair uses the events in which both are finite.  The error is that of a weighted sum of (x̂ŷ − r(x̂² + ŷ²)/2),
    with x̂ and ŷ in standard deviations from the mean: (1 − r²)/√N for normal distributions without weights.

    Parameters
    ----------
    features : array of float, shape (n, d)
        The variables; NaN where missing.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.

    Raises
    ------
    ShapeError
        Rows and weights differ in number.
    DatasetError
        A weight is NaN.

    Examples
    --------
    >>> weighted_correlation([[1.0, 2.0], [2.0, 1.0], [3.0, 0.0]]).value.round(12).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    table = feature_table(features, [""] * np.shape(features)[-1])
    weight = check_weight(sample_weight, n=len(table))
    check_lengths({"features": table, "sample_weight": weight})
    n_features = table.shape[1]
    value, error = np.full((n_features, n_features), np.nan), np.full((n_features, n_features), np.nan)
    known = np.isfinite(table)
    for row in range(n_features):
        for column in range(row + 1):
            both = known[:, row] & known[:, column]
            value[row, column], error[row, column] = _pair(table[both, row], table[both, column], weight[both])
            value[column, row], error[column, row] = value[row, column], error[row, column]
    return Correlation(value, error)


def correlation_curves(
    features: ArrayLike,
    names: Sequence[str],
    label: ArrayLike,
    classes: Sequence[str],
    *,
    sample_weight: ArrayLike | None = None,
    part: str = "test",
) -> list[Curve]:
    """Return one ``correlation`` per class, one row per cell; without classes one of all events.

    Columns: ``row``, ``column``, ``correlation``, ``correlation_error``.  Label: ``features``, which names the indices.

    Parameters
    ----------
    features : array of float, shape (n, d)
        The variables; NaN where missing.
    names, classes : sequence of str
        Of the columns, and of the label indices.
    label : array of int, shape (n,)
        Class index.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    part : str
        Part of the dataset.
    """
    table, of_class = feature_table(features, names), np.asarray(label)
    weight = check_weight(sample_weight, n=len(table))
    check_lengths({"features": table, "label": of_class, "sample_weight": weight})
    chosen: dict[str | None, NDArray[np.bool_]] = {name: of_class == index for index, name in enumerate(classes)}
    curves = []
    for class_, mask in (chosen or {None: np.full(len(table), True)}).items():
        matrix = weighted_correlation(table[mask], sample_weight=weight[mask])
        index = np.arange(len(names), dtype=np.float64)
        columns = {
            "row": np.repeat(index, len(names)),
            "column": np.tile(index, len(names)),
            "correlation": matrix.value.reshape(-1),
            "correlation_error": matrix.error.reshape(-1),
        }
        curves.append(Curve("correlation", columns, class_=class_, part=part, labels={"features": list(names)}))
    return curves


def _pair(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[float, float]:
    total = float(weight.sum())
    if total <= 0:
        return np.nan, np.nan
    if np.ptp(x[weight != 0]) == 0 or np.ptp(y[weight != 0]) == 0:  # a variance would be what rounding makes of 0
        return np.nan, np.nan
    share = weight / total
    x, y = x - share @ x, y - share @ y
    x_variance, y_variance = float(share @ np.square(x)), float(share @ np.square(y))
    if not (x_variance > 0 and y_variance > 0):
        return np.nan, np.nan
    x, y = x / np.sqrt(x_variance), y / np.sqrt(y_variance)
    value = float(share @ (x * y))
    influence = share * (x * y - value * (np.square(x) + np.square(y)) / 2)
    return value, float(np.sqrt(influence @ influence))
