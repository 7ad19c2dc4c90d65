"""Checking what a user's `examples` function returned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

import hist
import numpy as np

from hepml.contracts import Additive, CombineRule, Examples, ObjectIndex, Representation
from hepml.errors import ProcessorError, nearest

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def checked_examples(examples: Any, *, n_events: int) -> Examples:
    """Return `examples` if it fits a chunk of `n_events` events.

    Raises
    ------
    ProcessorError
        Says which part does not fit, what was found and what is expected.
    """
    if not isinstance(examples, Examples):
        msg = f"`examples` must return hepml.Examples, found {type(examples).__name__}"
        raise ProcessorError(msg)
    _check_names(examples)
    _check_partial(examples)
    _check_cutflow(examples, n_events)
    _check_object_index(examples.object_index, n_events)
    return examples


def _check_names(examples: Examples) -> None:
    parts: dict[str, Mapping[Any, Any]] = {
        "inputs": examples.inputs,
        "spectators": examples.spectators,
        "key": examples.key or {},
        "histograms": examples.histograms,
    }
    for part, values in parts.items():
        for name in values:
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                msg = f"Examples.{part} has the name {name!r}: use letters, digits, '_' and '-', a letter first"
                raise ProcessorError(msg)
    for name in examples.missing_allowed:
        if name not in examples.spectators:
            msg = f"Examples.missing_allowed names {name!r}, no spectator: {nearest(name, examples.spectators)}"
            raise ProcessorError(msg)
    inputs: Mapping[str, Any] = examples.inputs
    for name, pair in inputs.items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], Representation)):
            msg = f"Examples.inputs[{name!r}] must be (representation, columns), found {type(pair).__name__}"
            raise ProcessorError(msg)
    histograms: Mapping[str, Any] = examples.histograms
    for name, histogram in histograms.items():
        if not isinstance(histogram, hist.Hist):
            msg = f"Examples.histograms[{name!r}] must be a hist.Hist, found {type(histogram).__name__}"
            raise ProcessorError(msg)


def _check_partial(examples: Examples) -> None:
    if examples.partial is None:
        return
    if not examples.key:
        msg = "Examples.partial says that rows are parts of examples: give Examples.key, equal for the parts of one"
        raise ProcessorError(msg)
    for name, rule in examples.partial.items():
        if name not in examples.spectators:
            msg = f"Examples.partial names {name!r}, no spectator: {nearest(name, examples.spectators)}"
            raise ProcessorError(msg)
        if rule not in get_args(CombineRule):
            msg = f"Examples.partial[{name!r}] is {rule!r}: must be one of {', '.join(get_args(CombineRule))}"
            raise ProcessorError(msg)
    for name, (representation, _) in examples.inputs.items():
        if not isinstance(representation, Additive):
            msg = (
                f"Examples.partial is given, but {type(representation).__name__} of input {name!r} cannot combine "
                "parts of examples: choose a representation that is Additive, or make whole examples"
            )
            raise ProcessorError(msg)


def _check_cutflow(examples: Examples, n_events: int) -> None:
    steps = examples.cutflow.steps
    first = steps[0] if steps else None
    if first is None or first.name != "all" or first.n != n_events:
        found = "nothing" if first is None else f"{first.name!r} with {first.n} events"
        msg = (
            f"the cut flow must begin with all {n_events} events of the chunk, found {found}: "
            "begin with CutFlow.start(weight) before any cut"
        )
        raise ProcessorError(msg)


def _check_object_index(index: ObjectIndex, n_events: int) -> None:
    event = _integers("event", index.event)
    if len(event) and not 0 <= event.min() <= event.max() < n_events:
        msg = f"object_index.event runs from {event.min()} to {event.max()} in a chunk of {n_events} events"
        raise ProcessorError(msg)
    if index.object is None or index.counts is None:
        return
    counts, chosen = _integers("counts", index.counts), _integers("object", index.object)
    if len(counts) != n_events:
        msg = f"object_index.counts has {len(counts)} entries: give the collection's size in all {n_events} events"
        raise ProcessorError(msg)
    outside = np.flatnonzero((chosen < 0) | (chosen >= counts[event]))
    if len(outside):
        row = outside[0]
        msg = (
            f"object_index.object is {chosen[row]} in event {event[row]} of the chunk, which has {counts[event[row]]} "
            "objects: count from 0 before any cut"
        )
        raise ProcessorError(msg)


def _integers(name: str, values: Any) -> Any:
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        if array.shape == (0,):
            return array.astype(np.int64)
        msg = f"object_index.{name} must be integers, one per row, found {array.dtype} of shape {array.shape}"
        raise ProcessorError(msg)
    return array.astype(np.int64, copy=False)
