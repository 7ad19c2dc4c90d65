"""``scores.parquet``: the test part row by row, for whoever wants to go on from the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hepml.contracts import Predictions
from hepml.errors import RunError
from hepml.inference.item_columns import item_columns
from hepml.inference.score_columns import score_columns
from hepml.io.folder import replacing


def write_scores(path: Path, runs: Sequence[Predictions], keys: Mapping[str, NDArray[Any]]) -> None:
    """Write truth, weight, keys, spectators and what every run says.

    Columns: ``label`` (class name, where there are classes; null where an event has none), ``weight`` (signed physics
    weight), the key columns (``run``, ``lumi``, ``event``, …), the spectators, of which some are the true values of a
    regression, and of each run ``<run>_score``, ``<run>_score_<class>`` or ``<run>_<output>``; for outputs per item
    lists (see `item_columns`).

    Parameters
    ----------
    path : Path
        The file; it is replaced where it exists.
    runs : sequence of Predictions
        Of the same rows.
    keys : mapping of str to array, shape (n,)
        Key columns of these rows.

    Raises
    ------
    RunError
        Two columns would have the same name.
    OutputError
        The file cannot be written.
    """
    first = runs[0]
    columns: list[tuple[str, Any]] = [
        *([("label", _class_names(first))] if first.task.classes else []),
        ("weight", first.weight),
        *keys.items(),
        *first.spectators.items(),
    ]
    for run in runs:
        columns += (item_columns if run.task.per_item else score_columns)(run.run, run.task, run.outputs).items()
    names = [name for name, _ in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"{path}: two columns have the name {twice[0]!r}: rename the spectator in the processor, or the model"
        raise RunError(msg)
    table = pa.Table.from_arrays([_column(values) for _, values in columns], names=names)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def _column(values: Any) -> pa.Array:
    """Return a column, of lists where there are two axes."""
    if getattr(values, "ndim", 1) < 2:
        return pa.array(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])


def _class_names(predictions: Predictions) -> pa.DictionaryArray:
    indices = pa.array(predictions.label, mask=predictions.label < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(predictions.task.classes, pa.string()))
