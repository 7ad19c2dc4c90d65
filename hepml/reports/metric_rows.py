"""Which rows of the metrics a table shows, and what they are called there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hepml.contracts import Metric
from hepml.reports.number_text import MISSING, p_value, plain_number, with_error
from hepml.reports.text_table import Cell

MEDIAN = "median"
"""`Metric.member` of a median over members."""

OVERTRAINING = ("auc_gap", "auc_gap_in_sigma", "ks_p_value")
"""Metrics that compare the training part with the test part; they have a table of their own."""

_NAMES = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "ks_p_value": "KS p-value",
    "ece": "Calibration error",
    "ams_max": "Largest AMS",
}


def metric_title(name: str) -> str:
    """Return what a metric is called in a table.

    Examples
    --------
    >>> metric_title("rejection_at_0.5"), metric_title("auc"), metric_title("energy_resolution")
    ('1/ε_B at ε_S = 0.5', 'AUC', 'Energy resolution')
    """
    if name.startswith("rejection_at_"):
        return f"1/ε_B at ε_S = {name.removeprefix('rejection_at_')}"
    words = name.replace("_", " ")
    return _NAMES.get(name, words[:1].upper() + words[1:])


def select(
    metrics: Iterable[Metric], *, part: str, weights: str = "physics", selection: str | None = None
) -> list[Metric]:
    """Return the rows of one part, weighting and selection that belong to one run alone."""
    wanted = (part, weights, selection, None)
    return [m for m in metrics if (m.part, m.weights, m.selection, m.against) == wanted]


def main_part(metrics: Iterable[Metric]) -> str:
    """Return the part that figures are quoted for: ``"test"``, or the first where there is no such part."""
    parts = list(dict.fromkeys(metric.part for metric in metrics))
    return "test" if "test" in parts or not parts else parts[0]


def find(
    metrics: Iterable[Metric], name: str, *, run: str, class_: str | None, member: str | None = None
) -> Metric | None:
    """Return the first row of that name, run, class and member; None where there is none."""
    wanted = (name, run, class_, member)
    return next((m for m in metrics if (m.name, m.run, m.class_, m.member) == wanted), None)


def metric_cell(metric: Metric | None) -> Cell:
    """Return the cell of a metric; its hint says how the error was found, or why there is no number."""
    if metric is None:
        return Cell(MISSING)
    if metric.name.endswith("p_value"):
        return Cell(p_value(metric.value), metric.method)
    if metric.name.endswith("in_sigma"):
        return Cell(f"{plain_number(round(metric.value, 2))} σ", metric.method)
    return Cell(with_error(metric.value, metric.error), metric.method)


def unique(values: Iterable[str | None]) -> Sequence[str | None]:
    """Return each value once, in order of first appearance."""
    return list(dict.fromkeys(values))
