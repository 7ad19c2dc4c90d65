"""Which rows of the metrics a table shows, and what they are called there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hepml.contracts import Metric
from hepml.reports.number_text import MISSING, p_value, plain_number, with_error
from hepml.reports.text_table import Cell

MEDIAN = "median"
"""`Metric.member` of a median over members."""

OVERTRAINING = ("auc_gap", "auc_gap_in_sigma", "ks_p_value")
"""Metrics that compare the training part with the test part; they have a table of their own."""

HEADLINES = re.compile(r"auc|accuracy|majority_share|rejection_at_.*|rmse|resolution|bias|r2")
"""Names of the figures that the summary and the windows show; where a task has none of them, it shows all."""

RANDOM_SIGNS = "_of_random_signs"
"""In the names of differences that a null test has found."""

ELSEWHERE = re.compile(
    r"ams|ams_max|ams_threshold|significance_.*|jsd_.*|js_distance_.*|(brier|ece|log_loss)(_isotonic|_temperature)?"
    rf"|.*{RANDOM_SIGNS}.*|temperature|efficiency(_.*)?|purity(_at_best_cut)?|s_over_sqrt_sb_.*"
    r"|false_alarm_rate(_.*)?|threshold_at_.*|found_at_.*|cells_(found|wrong)|score_entries_correlation|.*_fault_auc.*"
)
"""Names of figures that have a table of their own, beside those of `OVERTRAINING`."""

_NAMES = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "ks_p_value": "KS p-value",
    "ece": "Calibration error",
    "brier": "Brier score",
    "ams": "AMS",
    "ams_max": "Largest AMS",
    "ams_threshold": "Cut on the score",
    "significance_s_over_sqrt_b": "s/√b",
    "significance_s_over_sqrt_sb": "s/√(s+b)",
    "s_over_sqrt_sb_threshold": "Cut on the score",
    "s_over_sqrt_sb_at_best_cut": "s/√(s+b)",
    "efficiency_at_best_cut": "Efficiency",
    "purity_at_best_cut": "Purity",
    "efficiency_times_purity": "Efficiency × purity",
    "median_absolute_relative_error": "Median of the absolute relative error",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "resolution": "Resolution σ₆₈",
    "tail_fraction": "Tails",
    "log_likelihood": "ln of the probability of the truth",
    "residual_mean": "Mean residual",
    "residual_width": "Residual σ₆₈",
    "pull_mean": "Mean pull",
    "coverage_68": "Inside 68.27%",
    "coverage_95": "Inside 95.45%",
    "majority_share": "Share of the most frequent",
    "auc_shapes": "AUC on shape variables",
    "auc_cells": "AUC on cells",
    "jsd_of_shapes": "JSD on shape variables",
    "jsd_of_cells": "JSD on cells",
    "calibration_error_shapes": "Calibration error, shape variables",
    "calibration_error_cells": "Calibration error, cells",
    "frechet_distance": "Fréchet distance (FPD)",
    "kernel_distance": "Kernel distance (KPD)",
    "microseconds_per_shower": "Time per shower (µs)",
}


_AT = {"rejection": "1/ε_B", "significance_improvement": "ε_S/√ε_B", "log_rejection": "ln(1/ε_B)"}


def metric_title(name: str) -> str:
    """Return what a metric is called in a table.

    Examples
    --------
    >>> metric_title("rejection_at_0.5"), metric_title("auc"), metric_title("energy_resolution")
    ('1/ε_B at ε_S = 0.5', 'AUC', 'Energy resolution')
    >>> metric_title("significance_improvement_at_0.3"), metric_title("jsd_jet_mass_gev_at_0.5")
    ('ε_S/√ε_B at ε_S = 0.3', 'JSD of jet_mass_gev at ε_S = 0.5')
    >>> metric_title("delta_auc_without_x")
    'Δ AUC without view x'
    """
    what, _, efficiency = name.rpartition("_at_")
    if what in _AT:
        return f"{_AT[what]} at ε_S = {efficiency}"
    if name.startswith("delta_") and "_without_" in name and not name.endswith("_without_seeds"):
        figure, _, view = name.removeprefix("delta_").partition("_without_")
        return f"Δ {_NAMES.get(figure, figure)} without view {view}"
    if what.startswith("jsd_"):
        return f"JSD of {what.removeprefix('jsd_')} at ε_S = {efficiency}"
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
    """Return the first row of that name, run, class (or target) and member; None where there is none."""
    wanted = (name, run, class_, member)
    return next((m for m in metrics if (m.name, m.run, subject(m), m.member) == wanted), None)


def subject(metric: Metric) -> str | None:
    """Return what a figure is about: its class, with a background of its own, or the output of several.

    Examples
    --------
    >>> subject(Metric("auc", 0.9, 0.01, "delong", class_="b", background="light"))
    'b against light'
    """
    if metric.class_ is None:
        return metric.output
    return metric.class_ if metric.background is None else f"{metric.class_} against {metric.background}"


def headlines_of(metrics: Iterable[Metric]) -> list[Metric]:
    """Return the rows for the main tables: `HEADLINES`, or where there are none all that have no table of their own."""
    rest = further(metrics, HEADLINES)
    shown = [m for m in metrics if HEADLINES.fullmatch(m.name)]
    return shown or rest


def further(metrics: Iterable[Metric], shown: re.Pattern[str] = HEADLINES) -> list[Metric]:
    """Return the rows that are neither among the names `shown` nor in a table of their own."""
    return [
        m
        for m in metrics
        if m.name not in OVERTRAINING and not shown.fullmatch(m.name) and not ELSEWHERE.fullmatch(m.name)
    ]


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
