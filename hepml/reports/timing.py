"""What runs cost: parameters, training time, time per prediction."""

from __future__ import annotations

from hepml.contracts.report import ReportContent
from hepml.reports.number_text import count, duration, plain_number
from hepml.reports.text_table import Cell, TextTable

_NOTE = (
    "Parameters, training time and prediction time are those of one member; a run predicts with all of its members, "
    "one after the other. Prediction is in batches, without the time to read events. All times are of the machine used."
)


def timing_table(content: ReportContent) -> TextTable | None:
    """Return a row per run; None where no times are known."""
    if all(run.training_seconds is None and run.predict_microseconds is None for run in content.runs):
        return None
    rows = tuple(
        (
            Cell(run.name),
            Cell(run.estimator),
            Cell(count(len(run.members))),
            Cell(count(run.n_parameters)),
            Cell(duration(run.training_seconds)),
            Cell(_microseconds(run.predict_microseconds)),
        )
        for run in content.runs
    )
    header = ("Run", "Model", "Members", "Parameters", "Training", "Prediction per event")
    return TextTable("Cost", header, rows, _NOTE, frozenset(range(2, 6)))


def _microseconds(time: float | None) -> str:
    return duration(None) if time is None else f"{plain_number(float(f'{time:.2g}'))} µs"
