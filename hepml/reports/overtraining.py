"""Whether a run is as good on events that it has not seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hepml.contracts import Metric, part_beside_train
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import find, main_part, metric_cell, select, subject, unique
from hepml.reports.number_text import MISSING, p_value, with_error
from hepml.reports.text_table import Cell, TextTable

_SIGNIFICANT = 2.0


def overtraining_table(content: ReportContent) -> TextTable | None:
    """Return AUC on both parts, their gap, and the p-values of the scores; None where no training part was judged."""
    parts = {metric.part for metric in content.metrics}
    test = select(content.metrics, part=part_beside_train(parts) if "train" in parts else main_part(content.metrics))
    train = select(content.metrics, part="train")
    signals = unique(m.class_ for m in test if m.name == "auc_gap")
    if not signals:
        return _regression_table(content, train, test)
    rows = [
        _row(run.name, signal, train, test, only=len(signals) == 1)
        for run in content.runs
        for signal in signals
        if find(test, "auc_gap", run=run.name, class_=signal) is not None
    ]
    header = (
        "Run",
        "Signal",
        "AUC, train",
        "AUC, test",
        "Train − test",
        "In σ",
        "KS p-value of the scores",
        "In words",
    )
    note = (
        "The KS test compares the scores of the train and the test part, class by class, by permutation with weights. "
        "With folds both are those of fold 0: no event is in both."
    )
    return TextTable("Train against test", header, tuple(rows), note, frozenset({2, 3, 4, 5}))


def _row(
    run: str, signal: str | None, train: Sequence[Metric], test: Sequence[Metric], *, only: bool
) -> tuple[Cell, ...]:
    tests = [m for m in test if m.name == "ks_p_value" and m.run == run and (only or m.class_ == signal)]
    gap = find(test, "auc_gap_in_sigma", run=run, class_=signal)
    return (
        Cell(run),
        Cell(signal or MISSING),
        metric_cell(find(train, "auc", run=run, class_=signal)),
        metric_cell(find(test, "auc", run=run, class_=signal)),
        metric_cell(find(test, "auc_gap", run=run, class_=signal)),
        metric_cell(gap),
        Cell("; ".join(f"{m.class_}: {p_value(m.value)}" for m in tests) or MISSING),
        _words(gap),
    )


def _regression_table(content: ReportContent, train: Sequence[Metric], test: Sequence[Metric]) -> TextTable | None:
    """Return the RMSE of each run and target on both parts; None where no training part was judged."""
    rows = []
    for run in content.runs:
        for target in unique(subject(m) for m in test if m.name == "rmse"):
            seen, unseen = (find(metrics, "rmse", run=run.name, class_=target) for metrics in (train, test))
            if seen is not None and unseen is not None:
                first = (Cell(run.name), Cell(target or MISSING))
                rows.append((*first, metric_cell(seen), metric_cell(unseen), *_rise(seen, unseen)))
    header = ("Run", "Target", "RMSE, train", "RMSE, test", "Test − train", "In words")
    note = "The parts are independent samples, with folds both of fold 0: errors are added in quadrature."
    return TextTable("Train against test", header, tuple(rows), note, frozenset({2, 3, 4})) if rows else None


def _rise(train: Metric, test: Metric) -> tuple[Cell, Cell]:
    rise, error = test.value - train.value, math.hypot(test.error, train.error)
    if not error > 0:
        return Cell(with_error(rise, error)), Cell(MISSING)
    if rise / error >= _SIGNIFICANT:
        words = Cell(f"better on the events it was trained on, by {rise / error:.1f}σ", tone="bad")
    else:
        words = Cell("no sign of overtraining in the RMSE")
    return Cell(with_error(rise, error)), words


def _words(gap: Metric | None) -> Cell:
    if gap is None or gap.value != gap.value:
        return Cell(MISSING)
    if gap.value >= _SIGNIFICANT:
        return Cell(f"better on the events it was trained on, by {gap.value:.1f}σ", tone="bad")
    return Cell("no sign of overtraining in the AUC")
