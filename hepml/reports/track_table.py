"""Builders of tracks side by side as a table of text."""

from __future__ import annotations

from collections.abc import Sequence

from hepml.contracts import Metric
from hepml.reports.number_text import MISSING, with_error
from hepml.reports.text_table import Cell, TextTable

_RATES = {
    "track_efficiency": "efficiency",
    "track_fake_rate": "fake rate",
    "track_duplicate_rate": "duplicate rate",
    "track_hit_efficiency": "hit efficiency",
    "track_hit_purity": "hit purity",
}
_PULLS = {
    "pull_width_rphi": "pull width r-φ",
    "pull_width_z": "pull width z",
    "pull_rms_rphi": "pull rms r-φ",
    "pull_rms_z": "pull rms z",
    "chi2_per_coordinate": "χ² / coordinate",
    "residual_um_rphi": "residual r-φ (µm)",
    "residual_um_z": "residual z (µm)",
}


def track_tables(metrics: Sequence[Metric]) -> list[TextTable]:
    """Return the rates with their paired differences, the pulls over all layers, and their widths layer by layer.

    Parameters
    ----------
    metrics : sequence of Metric
        From `judge_tracks`.
    """
    runs = list(dict.fromkeys(str(metric.run) for metric in metrics))
    others = list(dict.fromkeys(str(metric.run) for metric in metrics if metric.name.startswith("delta_")))
    found = {(metric.name, metric.run, metric.selection): metric for metric in metrics}
    header = (*runs, *(f"{run} − {runs[0]}" for run in others))
    rates = []
    for name, words in _RATES.items():
        wanted = [*((name, run, None) for run in runs), *((f"delta_{name}", run, None) for run in others)]
        rates.append((Cell(words), *(_cell(found.get(key)) for key in wanted)))
    tables = [_table("Found tracks", header, rates, "Differences with their paired errors, event by event.")]
    selections = list(dict.fromkeys(m.selection for m in metrics if m.name in _PULLS))
    if selections:
        pulls = [_row(words, name, runs, None, found) for name, words in _PULLS.items()]
        note = "Widths are half of the central 68%, rms sees the tails; on the hits of true particles."
        tables.append(_table("Predictions of the next hit", tuple(runs), pulls, note))
        layers = [
            _row(f"{selection}, {coordinate}", f"pull_width_{name}", runs, selection, found)
            for selection in selections
            if selection is not None
            for name, coordinate in (("rphi", "r-φ"), ("z", "z"))
        ]
        tables.append(_table("Width of pulls, layer by layer", tuple(runs), layers, ""))
    return tables


def _row(
    words: str,
    name: str,
    runs: Sequence[str],
    selection: str | None,
    found: dict[tuple[str, str | None, str | None], Metric],
) -> tuple[Cell, ...]:
    return (Cell(words), *(_cell(found.get((name, run, selection))) for run in runs))


def _table(title: str, header: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], note: str) -> TextTable:
    numeric = frozenset(range(1, len(header) + 1))
    return TextTable(title, ("", *header), tuple(rows), note=note, numeric=numeric)


def _cell(metric: Metric | None) -> Cell:
    return Cell(MISSING) if metric is None else Cell(with_error(metric.value, metric.error), hint=metric.method)
