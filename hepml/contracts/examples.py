"""What a processor's `examples` function returns for one chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import awkward as ak
import hist
from numpy.typing import NDArray

from hepml.contracts.cutflow import CutFlow
from hepml.contracts.representation import CombineRule, Representation
from hepml.errors import ShapeError


@dataclass(frozen=True)
class ObjectIndex:
    """Where each example comes from: the event of the chunk, and the object in it.

    Attributes
    ----------
    event : array of int, shape (n_examples,)
        Entry of the chunk, counted from the chunk's first.
    object : array of int, shape (n_examples,), optional
        Index in the event's input collection (which jet); None for one example per event.
    counts : array of int, shape (n_events,), optional
        Size of the input collection in **every** event of the chunk, so that scores can be written aligned with it.
        Needed with `object`.
    """

    event: NDArray[Any]
    object: NDArray[Any] | None = None
    counts: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        if (self.object is None) != (self.counts is None):
            msg = "ObjectIndex has one of `object` and `counts`: give both (examples are objects) or neither (events)"
            raise ShapeError(msg)
        if self.object is not None and len(self.object) != len(self.event):
            msg = f"ObjectIndex.object has {len(self.object)} rows, .event {len(self.event)}: give one each per example"
            raise ShapeError(msg)


@dataclass(frozen=True)
class Examples:
    """The examples of one chunk, columnar; every per-example entry has `n` rows.

    Attributes
    ----------
    inputs : mapping of str to (Representation, awkward array)
        What models may read: the representation and the columns it encodes.
    object_index : ObjectIndex
        Where each example comes from.
    cutflow : CutFlow
        Starts with all events of the chunk, before any cut.
    label : array of int or str, shape (n,), optional
        Class of each example: an index into the recipe's `classes`, or a name from it.  None: the input's own label.
    weight : array of float, shape (n,), optional
        Signed generator weight.  None: 1.
    spectators : mapping of str to array, shape (n,)
        Kept, never shown to a model; names carry units (``jet_pt_gev``).  Targets of a regression and conditions of a
        generative task are spectators too.
    key : mapping of str to array of int, shape (n,), optional
        The columns named by the recipe's `event_key`.  None: the split hashes the event's input columns instead.
    missing_allowed : frozenset of str
        Spectators in which NaN is a declared missing value and not an error (no lepton energy in a neutral current).
    histograms : mapping of str to hist.Hist
        Monitoring histograms of the chunk; summed over chunks.
    partial : mapping of str to {"sum", "min", "max", "same"}, optional
        Given (it may be empty), the rows are parts of examples, as where one lumisection spans chunks and files: all
        rows of equal `key` (required), in any chunk and file of one input, are one example.  The representations,
        which must be `Additive`, combine the inputs; spectators follow the rule given here, "same" where there is
        none, and only whole numbers can be summed; label and weight must be the same in all parts.  NaN is an error
        whatever ``process.nonfinite`` says; entries that ``process.bad_input: skip`` leaves out are missing in their
        examples.
    """

    inputs: Mapping[str, tuple[Representation, ak.Array]]
    object_index: ObjectIndex
    cutflow: CutFlow
    label: NDArray[Any] | None = None
    weight: NDArray[Any] | None = None
    spectators: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    key: Mapping[str, NDArray[Any]] | None = None
    histograms: Mapping[str, hist.Hist] = field(default_factory=dict)
    missing_allowed: frozenset[str] = frozenset()
    partial: Mapping[str, CombineRule] | None = None

    @property
    def n(self) -> int:
        """Number of examples."""
        return len(self.object_index.event)

    def __post_init__(self) -> None:
        lengths = {f"inputs[{name!r}]": len(columns) for name, (_, columns) in self.inputs.items()}
        for name, value in (("label", self.label), ("weight", self.weight)):
            if value is not None:
                lengths[name] = len(value)
        lengths |= {f"spectators[{name!r}]": len(value) for name, value in self.spectators.items()}
        lengths |= {f"key[{name!r}]": len(value) for name, value in (self.key or {}).items()}
        wrong = {name: rows for name, rows in lengths.items() if rows != self.n}
        if wrong:
            shown = ", ".join(f"{name} has {rows}" for name, rows in wrong.items())
            msg = f"object_index has {self.n} examples but {shown} rows: apply the same selection to all of them"
            raise ShapeError(msg)
        if not self.inputs:
            msg = "Examples.inputs is empty: give at least one (representation, columns)"
            raise ShapeError(msg)
