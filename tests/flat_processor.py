"""A processor file for tests: two flat columns, one example per event."""

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Table, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    least_x: float | None = None
    keys: bool = True


def examples(events, options):
    """Return one example per event with x of at least `least_x`."""
    x, y, weight = (ak.to_numpy(events[name]) for name in ("x", "y", "weight"))
    cutflow = CutFlow.start(weight)
    chosen = np.arange(len(x)) if options.least_x is None else np.flatnonzero(x >= options.least_x)
    return Examples(
        inputs={"table": (Table.of({"x": "1", "y": "1"}), ak.Array({"x": x[chosen], "y": y[chosen]}))},
        object_index=ObjectIndex(event=chosen),
        cutflow=cutflow.then("x", weight[chosen]),
        weight=weight[chosen],
        spectators={"y_spectator": y[chosen]},
        key={"event": ak.to_numpy(events.event)[chosen]} if options.keys else None,
    )


Processor = processor(examples, Options, schema)
