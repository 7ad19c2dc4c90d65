"""Whether an ONNX file gives what the model gives, event by event."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FittedModel, OutputSpec, TaskSpec
from hepml.errors import RunError

TOLERANCE = 1e-5
"""Greatest difference, in units of the value, the median value and, for probabilities, 1: float32 in another order."""


def largest_difference(path: Path, model: FittedModel, inputs: Mapping[str, NDArray[Any]], *, task: TaskSpec) -> float:
    """Return the largest difference of any output of any row, in the units of `TOLERANCE`.

    Parameters
    ----------
    path : Path
        The ONNX file.
    model : FittedModel
        What it was made from.
    inputs : mapping of str to array, shape (n, …)
        Batch arrays, n > 0.
    task : TaskSpec
        What the outputs mean.

    Raises
    ------
    RunError
        A row differs by more than `TOLERANCE`, or is a number in one of the two only.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    given = {value.name: inputs[value.name] for value in session.get_inputs()}
    found = dict(zip(names, session.run(names, given), strict=True))
    wanted = model.predict(inputs)
    return max(_difference(path, output, found[output.name], wanted[output.name]) for output in task.outputs)


def _difference(path: Path, output: OutputSpec, found: NDArray[Any], wanted: NDArray[np.float32]) -> float:
    size = np.fmax(np.abs(wanted), 1.0 if output.activation != "linear" else np.nanmedian(np.abs(wanted)))
    difference = np.abs(found.astype(np.float64) - wanted) / np.where(size > 0, size, 1.0)
    difference[np.isnan(found) & np.isnan(wanted)] = 0.0
    bad = np.asarray(~(difference <= TOLERANCE).reshape(len(difference), -1).all(axis=1))
    if bad.any():
        row = int(np.argmax(bad))
        values = f"{found[row].ravel().tolist()[:3]} for {wanted[row].ravel().tolist()[:3]}"
        msg = (
            f"{path.name}: the ONNX graph differs from the model in {np.count_nonzero(bad)} of {len(bad)} events, "
            f"first in row {row} of output {output.name!r} ({values}): try other versions of tf2onnx or onnxruntime"
        )
        raise RunError(msg)
    return float(difference.max(initial=0.0))
