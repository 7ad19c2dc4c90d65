"""What an output is compared with that is about an input of the processor: its array, or items of a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Batch, OutputSpec, TaskSpec, batch_name
from hepml.errors import DatasetError, nearest

INPUT = "input:"
"""What the target of an output begins with that is compared with an input of the processor."""


def target_array(output: OutputSpec) -> str:
    """Return the name of the batch array that an output is compared with.

    Examples
    --------
    >>> target_array(OutputSpec("event", 1, "linear", "mse", "input:event/view0"))
    'event_view0'
    """
    name, _, suffix = output.target.removeprefix(INPUT).partition("/")
    return batch_name(name, suffix)


def input_target(_task: TaskSpec, output: OutputSpec, batch: Batch) -> NDArray[np.float32]:
    """Return an array of the batch; of a sequence with a mask what each item is compared with.

    For items the features that the output is about, ``ahead`` items later: shape (n, length, target_size), and NaN
    where there is no such item, or its value is missing.

    Raises
    ------
    DatasetError
        The batch has no such array.
    """
    name = target_array(output)
    if name not in batch.inputs:
        msg = f"the target {name!r} is no array of the batch: {nearest(name, batch.inputs)}"
        raise DatasetError(msg)
    values = np.asarray(batch.inputs[name], np.float32)
    mask = batch.inputs.get(batch_name(name, "mask"))
    return values if mask is None else _items_ahead(values, mask, output.loss_options)


def _items_ahead(
    values: NDArray[np.float32], mask: NDArray[np.bool_], options: Mapping[str, Any]
) -> NDArray[np.float32]:
    ahead = int(options.get("ahead", 0))
    chosen = values[..., list(options["features"])] if "features" in options else values
    real = np.where(mask[..., None], chosen, np.float32(np.nan))
    later = np.full_like(real, np.nan)
    later[:, : real.shape[1] - ahead] = real[:, ahead:]
    return later
