"""A member of a run in a folder: its model file and its history."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from hepml.contracts import Epoch, Estimator, ModelSpec
from hepml.errors import RunError
from hepml.estimators.table import estimator_class
from hepml.io.folder import output_errors, write_text_atomic

_HISTORY = "history.csv"


def save_member(folder: Path, estimator: Estimator, history: Sequence[Epoch]) -> None:
    """Write a fitted estimator and its history into `folder`, which is made.

    Raises
    ------
    OutputError
        The folder cannot be written.
    """
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        estimator.save(folder)
    write_text_atomic(folder / _HISTORY, _as_csv(history))


def load_member(folder: Path, spec: ModelSpec) -> Estimator:
    """Read a fitted estimator, running no foreign code.

    Raises
    ------
    RunError
        The model file is missing, damaged, holds foreign code, or does not fit `spec`.
    """
    return estimator_class(spec.estimator).load(folder, spec)


def read_history(folder: Path) -> list[Epoch]:
    """Read the history that `save_member` wrote.

    Raises
    ------
    RunError
        The file is missing or damaged.
    """
    path = folder / _HISTORY
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        return [
            Epoch(int(row["epoch"]), {name: float(value) for name, value in row.items() if name != "epoch" and value})
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        msg = f"{path}: the history cannot be read ({' '.join(str(problem).split())}): train again"
    raise RunError(msg)


def _as_csv(history: Sequence[Epoch]) -> str:
    names = list(dict.fromkeys(name for epoch in history for name in epoch.figures))
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["epoch", *names])
    for epoch in history:
        writer.writerow([epoch.index, *(repr(epoch.figures[n]) if n in epoch.figures else "" for n in names)])
    return lines.getvalue()
