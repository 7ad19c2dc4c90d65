"""Curves with known shapes: scores of both classes are normal and `distance` apart, so everything has a formula."""

from statistics import NormalDist

import numpy as np

from hepml.contracts import Curve, Metric

NORMAL = NormalDist()


def auc_of(distance: float) -> float:
    """Area under the ROC of two unit normals."""
    return NORMAL.cdf(distance / np.sqrt(2))


def background_efficiency(signal_efficiency: np.ndarray, distance: float) -> np.ndarray:
    cut = np.array([NORMAL.inv_cdf(1 - e) for e in signal_efficiency]) + distance
    return np.array([1 - NORMAL.cdf(c) for c in cut])


def roc_curve(run: str, distance: float, *, n: int = 9000, class_: str = "w") -> Curve:
    """A ROC with n events per class and the errors of PHYSICS: both efficiencies fluctuate."""
    efficiency = np.linspace(0.002, 0.998, 499)
    background = background_efficiency(efficiency, distance)
    slope = np.gradient(background, efficiency)
    variance = background * (1 - background) / n + slope**2 * efficiency * (1 - efficiency) / n
    seen = np.where(background * n < 0.5, np.nan, background)
    columns = {
        "signal_efficiency": efficiency,
        "background_efficiency": seen,
        "rejection": 1 / seen,
        "rejection_error": np.sqrt(variance) / seen**2,
    }
    return Curve("roc", columns, run=run, class_=class_)


def roc_metrics(run: str, distance: float, *, n: int = 9000, class_: str = "w") -> list[Metric]:
    found = [Metric("auc", auc_of(distance), 0.21 / np.sqrt(n), "delong", run=run, class_=class_)]
    curve = roc_curve(run, distance, n=n)
    for at in (0.3, 0.5):
        i = int(np.argmin(np.abs(curve.columns["signal_efficiency"] - at)))
        value, error = float(curve.columns["rejection"][i]), float(curve.columns["rejection_error"][i])
        found.append(Metric(f"rejection_at_{at}", value, error, "binomial", run=run, class_=class_))
    return found
