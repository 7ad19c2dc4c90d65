"""Figures of merit in legends: which one belongs to a curve, and its number with the digits that its error allows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hepml.contracts import Curve, Metric


def belongs(metric: Metric, curve: Curve) -> bool:
    """Return whether a metric is of the curve's own run, member, class, background, part, weights and selection."""
    mine = (metric.run, metric.member, metric.against, metric.class_, metric.part, metric.weights, metric.selection)
    selection, weights = curve.labels.get("selection"), curve.labels.get("weights", "physics")
    output, background = curve.labels.get("output"), curve.labels.get("background")
    same = (curve.run, curve.member, None, curve.class_, curve.part, weights, selection)
    return mine == same and metric.background == background and (output is None or metric.output == output)


def metric_of(metrics: Sequence[Metric], name: str, curve: Curve) -> Metric | None:
    """Return the figure of that name which belongs to a curve and has a value; None where there is none."""
    return next((m for m in metrics if m.name == name and belongs(m, curve) and np.isfinite(m.value)), None)


def value_text(metric: Metric, *, decimals: int = 0) -> str:
    """Return ``value ± error`` with two digits of the error and at least that many decimals.

    Examples
    --------
    >>> value_text(Metric("auc", 0.90012, 0.0024, "delong")), value_text(Metric("ams", 3.21, 0.12, "bootstrap"))
    ('0.9001 ± 0.0024', '3.21 ± 0.12')
    >>> value_text(Metric("auc", 0.90012, float("nan"), ""), decimals=4), value_text(Metric("bias", 250.0, 31.0, ""))
    ('0.9001', '250 ± 31')
    """
    if not metric.error > 0:
        return f"{metric.value:.{decimals}f}" if decimals else f"{metric.value:.4g}"
    shown = max(decimals, 1 - int(np.floor(np.log10(float(f"{metric.error:.1e}")))), 0)
    return f"{metric.value:.{shown}f} ± {metric.error:.{shown}f}".replace("-", "−")
