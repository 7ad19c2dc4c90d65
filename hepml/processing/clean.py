"""Examples without NaN or infinity: refused, or left out and counted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Chunk, Examples, ObjectIndex
from hepml.errors import InputError, ProcessorError, nearest
from hepml.processing.finite import rows_not_finite


def clean(examples: Examples, chunk: Chunk, *, policy: Literal["stop", "drop"]) -> tuple[Examples, dict[str, int]]:
    """Return the examples whose inputs, weight and spectators are all finite, and how many others there were.

    NaN is allowed where a representation, or the examples for a spectator, declare it as missing.  Parts of examples
    are never left out: what remained would pass for the whole.

    Parameters
    ----------
    examples : Examples
        Of one chunk.
    chunk : Chunk
        For messages.
    policy : {"stop", "drop"}
        Whether NaN and inf are an error, or such examples are left out.

    Returns
    -------
    kept : hepml.contracts.Examples
        The rows that are left.
    dropped : dict of str to int
        Rows left out, by the first such column of each: ``"<input>.<column>"``, ``"weight"``, ``"spectator.<name>"``.

    Raises
    ------
    InputError
        Names file, tree, column, count and the first entry.  Also, whatever the policy, where a sum of weights of the
        cut flow is not finite: nothing can be scaled by it.
    ProcessorError
        Columns lack one that their representation needs.
    """
    _check_cutflow(examples, chunk)
    bad = np.zeros(examples.n, np.bool_)
    dropped: dict[str, int] = {}
    for name, column in _columns(examples):
        rows = rows_not_finite(column) & ~bad
        count = int(np.count_nonzero(rows))
        if not count:
            continue
        if policy == "stop" or examples.partial is not None:
            entry = chunk.start + int(np.asarray(examples.object_index.event)[np.argmax(rows)])
            remedy = ", or set process.nonfinite: drop" if examples.partial is None else ""
            msg = (
                f"{chunk.path}, tree {chunk.tree!r}: {count} examples have NaN or inf in {name!r}, the first in entry "
                f"{entry}: clean them in the processor file, or declare them `missing` there{remedy}"
            )
            raise InputError(msg)
        dropped[name] = count
        bad |= rows
    return (_select(examples, ~bad) if dropped else examples), dropped


def _columns(examples: Examples) -> Iterator[tuple[str, Any]]:
    """Yield every column in which NaN is an error, with its name in messages."""
    for name, (representation, data) in examples.inputs.items():
        for column in representation.columns:
            if column not in data.fields:
                kind = type(representation).__name__
                msg = f"input {name!r} lacks the column {column!r} that {kind} needs: {nearest(column, data.fields)}"
                raise ProcessorError(msg)
            if column not in representation.missing_allowed:
                yield f"{name}.{column}", data[column]
    if examples.weight is not None:
        yield "weight", examples.weight
    for name, values in examples.spectators.items():
        if name not in examples.missing_allowed:
            yield f"spectator.{name}", values


def _check_cutflow(examples: Examples, chunk: Chunk) -> None:
    for step in examples.cutflow.steps:
        if not (math.isfinite(step.sum_w) and math.isfinite(step.sum_w2)):
            msg = (
                f"{chunk.path}, tree {chunk.tree!r}, entries {chunk.start} to {chunk.stop}: Σw of the cut flow's step "
                f"{step.name!r} is {step.sum_w}, so a weight is NaN or inf: clean weights before CutFlow.start"
            )
            raise InputError(msg)


def _select(examples: Examples, keep: NDArray[np.bool_]) -> Examples:
    index = examples.object_index
    return dataclasses.replace(
        examples,
        inputs={name: (representation, data[keep]) for name, (representation, data) in examples.inputs.items()},
        object_index=ObjectIndex(
            np.asarray(index.event)[keep],
            None if index.object is None else np.asarray(index.object)[keep],
            index.counts,
        ),
        label=None if examples.label is None else examples.label[keep],
        weight=None if examples.weight is None else examples.weight[keep],
        spectators={name: values[keep] for name, values in examples.spectators.items()},
        key=None if examples.key is None else {name: values[keep] for name, values in examples.key.items()},
    )
