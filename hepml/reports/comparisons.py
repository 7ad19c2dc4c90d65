"""Which run is better, in words: paired differences on the same events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from hepml.contracts import Metric
from hepml.contracts.report import ReportContent
from hepml.reports.metric_rows import MEDIAN, metric_title, subject
from hepml.reports.number_text import p_value, with_error
from hepml.reports.text_table import Cell, TextTable

SIGNIFICANT = 2.0
"""Standard deviations from which a difference is called one."""

_P_VALUE = "_p_value"
_LOWER_IS_BETTER = frozenset(
    {
        "rmse",
        "mae",
        "resolution",
        "relative_resolution",
        "residual_width",
        "brier",
        "ece",
        "tail_fraction",
        "auc_shapes",  # of what tells generated from full simulation
        "auc_cells",
        "mean_separation",
    }
)
_MOST_SENTENCES = 6
_MAIN = frozenset({"delta_auc", "delta_rmse", "delta_hit_accuracy", "delta_auc_shapes", "delta_auc_cells"})


@dataclass(frozen=True)
class Comparison:
    """One paired difference: figure of `run` minus that of `against`, with its p-value (two-sided)."""

    difference: Metric
    p_value: float

    @property
    def in_sigma(self) -> float:
        """Difference over its error; NaN where undefined."""
        value, error = self.difference.value, self.difference.error
        if value == 0:
            return 0.0
        return value / error if error > 0 else math.nan

    @property
    def winner(self) -> str | None:
        """The run that is significantly better; None where neither is."""
        if not abs(self.in_sigma) >= SIGNIFICANT:
            return None
        name = self.difference.name
        lower_is_better = name.endswith(("_loss", "_error")) or name.removeprefix("delta_") in _LOWER_IS_BETTER
        return self.difference.run if (self.in_sigma > 0) != lower_is_better else self.difference.against


def comparisons(content: ReportContent) -> list[Comparison]:
    """Return all paired differences of averages and medians, in the order of the metrics."""
    found = [m for m in content.metrics if m.against is not None and m.member in (None, MEDIAN)]
    p_values = {_key(m, m.name.removesuffix(_P_VALUE)): m.value for m in found if m.name.endswith(_P_VALUE)}
    return [Comparison(m, p_values.get(_key(m, m.name), math.nan)) for m in found if not m.name.endswith(_P_VALUE)]


def verdict(comparison: Comparison, baselines: Mapping[str, str | None]) -> Cell:
    """Return the comparison in words.

    Parameters
    ----------
    comparison : Comparison
        Of two runs.
    baselines : mapping of str to str or None
        Run → the run that it must not be worse than.
    """
    one, other = str(comparison.difference.run), str(comparison.difference.against)
    if math.isnan(comparison.in_sigma):
        return Cell("cannot be compared", comparison.difference.method)
    winner = comparison.winner
    if winner is None:
        return Cell(f"no significant difference ({abs(comparison.in_sigma):.1f}σ)")
    loser = other if winner == one else one
    by = f"by {abs(comparison.in_sigma):.1f}σ"
    if baselines.get(loser) == winner:
        return Cell(f"{loser} loses to its baseline {winner} {by}", tone="bad")
    return Cell(f"{winner} is better than {loser} {by}", tone="good" if baselines.get(winner) == loser else "")


def headlines(content: ReportContent) -> list[Cell]:
    """Return a sentence per pair of runs on all events, with weights and without; another where medians say otherwise.

    It is about the AUC of a classification, the RMSE of each target of a regression and the accuracy of hits; of many
    pairs, about those of a run and its baseline.
    """
    baselines = _baselines(content)
    whole = [c for c in comparisons(content) if c.difference.selection is None]
    whole = [c for c in whole if c.difference.name in _MAIN] or whole  # the others are in the table
    if len({_pair(c) for c in whole}) > _MOST_SENTENCES:
        whole = [c for c in whole if _with_baseline(c, baselines)] or whole
    average = {_pair(c): c for c in whole if c.difference.member is None}
    sentences = [_sentence(c, baselines) for c in average.values()]
    for comparison in whole:
        first = average.get(_pair(comparison))
        if comparison.difference.member == MEDIAN and (first is None or first.winner != comparison.winner):
            sentences.append(_sentence(comparison, baselines))
    return sentences


def comparison_table(content: ReportContent, *, windows: bool) -> TextTable | None:
    """Return the paired differences, on all events or inside the windows; None where nothing was compared."""
    every = [c for c in comparisons(content) if c.difference.name != "delta_fault_auc"]
    chosen = [c for c in every if (c.difference.selection is not None) == windows]
    rows = tuple(_row(comparison, _baselines(content)) for comparison in chosen)
    header = ("Runs", "Events", "Scores", "Figure", "Difference", "p", "Verdict")
    note = f"Paired, on the same events. A difference below {SIGNIFICANT:g}σ is not called one."
    title = "Paired comparisons inside windows" if windows else "Paired comparisons"
    return TextTable(title, header, rows, note, frozenset({4, 5})) if rows else None


def _row(comparison: Comparison, baselines: Mapping[str, str | None]) -> tuple[Cell, ...]:
    m = comparison.difference
    events = (m.selection or "all events") + ("" if m.weights == "physics" else ", without weights")
    return (
        Cell(f"{m.run} − {m.against}"),
        Cell(events),
        Cell("median over members" if m.member == MEDIAN else "average of members"),
        Cell(_what(m)),
        Cell(with_error(m.value, m.error), m.method),
        Cell(p_value(comparison.p_value)),
        verdict(comparison, baselines),
    )


def _key(metric: Metric, name: str) -> tuple[str | None, ...]:
    m = metric
    return (name, m.run, m.against, m.member, subject(m), m.part, m.weights, m.selection)


def _pair(comparison: Comparison) -> tuple[str | None, ...]:
    m = comparison.difference
    return (m.name, m.run, m.against, subject(m), m.part, m.weights)


def _what(metric: Metric) -> str:
    title = metric_title(metric.name.removeprefix("delta_"))
    return f"Δ{title} ({subject(metric)})" if subject(metric) else f"Δ{title}"


def _with_baseline(comparison: Comparison, baselines: Mapping[str, str | None]) -> bool:
    one, other = str(comparison.difference.run), str(comparison.difference.against)
    return baselines.get(one) == other or baselines.get(other) == one


def _baselines(content: ReportContent) -> dict[str, str | None]:
    return {run.name: run.baseline for run in content.runs}


def _sentence(comparison: Comparison, baselines: Mapping[str, str | None]) -> Cell:
    m, words = comparison.difference, verdict(comparison, baselines)
    about = f"{_what(m)} of {m.run} against {m.against}"
    about += ", without weights" if m.weights == "none" else ""
    about += ", median over members" if m.member == MEDIAN else ""
    number = f"{with_error(m.value, m.error)}, p = {p_value(comparison.p_value)}".replace("= <", "<")
    return Cell(f"{about}: {number}: {words.text}.", words.hint, words.tone)
