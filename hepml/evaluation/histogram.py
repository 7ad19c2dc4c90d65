"""Histograms of scores with Σw² errors."""

from __future__ import annotations

import hist
import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepml.evaluation.checks import check_finite, check_lengths, check_weight


def score_histogram(
    score: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    n_bins: int = 40,
    low: float = 0.0,
    high: float = 1.0,
    label: str = "score",
) -> hist.Hist:
    """Fill a histogram with Σw and Σw²; the last bin includes its upper edge.

    Parameters
    ----------
    score : array of float, shape (n,)
        What is outside ``[low, high]`` goes to the flow bins.
    sample_weight : array of float, shape (n,), optional
        Signed weights; None: all 1.
    n_bins, low, high
        The axis.
    label : str
        Title of the axis.

    Raises
    ------
    ShapeError
        The arrays differ in length.
    DatasetError
        A score or weight is NaN or infinite.

    Examples
    --------
    >>> histogram = score_histogram([0.2, 1.0], sample_weight=[1.0, 3.0], n_bins=2)
    >>> histogram.values().tolist(), histogram.variances().tolist()
    ([1.0, 3.0], [1.0, 9.0])
    """
    values = check_finite("score", score)
    weight = check_weight(sample_weight, n=len(values))
    check_lengths({"score": values, "sample_weight": weight})
    axis = hist.axis.Regular(n_bins, low, high, name="score", label=label)
    # A sigmoid in float32 reaches 1 exactly; bins are half open, so such events would be lost from sight.
    inside = np.where(values == high, np.nextafter(high, low), values)
    return hist.Hist(axis, storage=hist.storage.Weight()).fill(inside, weight=weight)


def histogram_columns(histogram: hist.Hist) -> dict[str, NDArray[np.float64]]:
    """Return the bins of a one-dimensional histogram as columns of a curve, one row per bin, without the flow bins.

    ``low`` and ``high`` are edges, ``sum_w`` and ``error`` Σw and √Σw², ``density`` and ``density_error`` the same per
    unit of the axis and normalised to an area of 1 **with** the flow bins; NaN where Σw is not positive.
    """
    edges = np.asarray(histogram.axes[0].edges, dtype=np.float64)
    sum_w = np.asarray(histogram.values(), dtype=np.float64)
    error = np.sqrt(np.asarray(histogram.variances(), dtype=np.float64))
    total = float(histogram.sum(flow=True).value)
    area = np.diff(edges) * (total if total > 0 else np.nan)
    return {
        "low": edges[:-1],
        "high": edges[1:],
        "sum_w": sum_w,
        "error": error,
        "density": sum_w / area,
        "density_error": error / area,
    }
