"""Whether what an estimator is given is what it was built for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from hepml.contracts import ArraySpec, BatchSource
from hepml.errors import DatasetError, RunError


def check_parts(train: BatchSource, validation: BatchSource | None) -> None:
    """Refuse to fit without examples; there need not be a validation part.

    Raises
    ------
    DatasetError
        The training or validation part is empty.
    """
    for name, source in (("training", train), ("validation", validation)):
        if source is not None and source.n_rows == 0:
            msg = f"the {name} part has no examples: give it buckets under `split`, or process more events"
            raise DatasetError(msg)


def check_inputs(inputs: Mapping[str, NDArray[Any]], arrays: Mapping[str, ArraySpec]) -> int:
    """Return the number of rows.

    Raises
    ------
    RunError
        An array is missing, or has another shape than the model's.
    """
    missing = [name for name in arrays if name not in inputs]
    if missing:
        msg = (
            f"the model reads {list(arrays)} and {missing[0]!r} is missing: give the representations it was trained "
            "with"
        )
        raise RunError(msg)
    for name, spec in arrays.items():
        if inputs[name].shape[1:] != spec.shape:
            msg = (
                f"input {name!r} has shape {inputs[name].shape[1:]} per example and the model was trained with "
                f"{spec.shape}: use the same representation options"
            )
            raise RunError(msg)
    rows = {name: len(inputs[name]) for name in arrays}
    if len(set(rows.values())) > 1:
        msg = f"the inputs have different numbers of rows: {rows}"
        raise RunError(msg)
    return next(iter(rows.values()))
