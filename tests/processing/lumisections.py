"""A processor file: one example per lumisection, of which a chunk sees a part.  Options turn it into a wrong one."""

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Table, processor
from hepml.representations import Column

schema = BaseSchema

HITS = Table.of(
    [
        Column(name="n_hits", kind="integer", combine="sum"),
        Column(name="largest_x", unit="mm", combine="max"),
        Column(name="smallest_x", unit="mm", combine="min", missing="nan"),
        Column(name="field", unit="T"),
    ]
)


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set."""

    luminosity_rule: str | None = None
    per_chunk: str = "nothing"
    whole_from_entry: int | None = None


def examples(events, options):
    """Return one row per lumisection of the chunk."""
    rows, first, which = np.unique(
        np.stack([events.run, events.lumi], 1), axis=0, return_index=True, return_inverse=True
    )
    groups = [ak.flatten(events.hit_x[which == row]) for row in range(len(rows))]
    columns = {
        "n_hits": [len(hits) for hits in groups],
        "largest_x": [max(hits, default=-1) for hits in groups],
        "smallest_x": [min(hits, default=np.nan) for hits in groups],
        "field": np.full(len(rows), 3.8),
    }
    spectators = {
        "n_events": np.bincount(which),
        "last_event": [int(max(events.event[which == row])) for row in range(len(rows))],
        "luminosity": rows[:, 1] * 0.1,
    }
    start = np.full(len(rows), float(events.metadata["entrystart"]))
    changed = {"field": (columns, start), "luminosity": (spectators, start)}
    if options.per_chunk in changed:
        part, values = changed[options.per_chunk]
        part[options.per_chunk] = values
    partial = {"n_events": "sum", "last_event": "max"}
    if options.luminosity_rule is not None:
        partial["luminosity"] = options.luminosity_rule
    is_whole = options.whole_from_entry is not None and events.metadata["entrystart"] >= options.whole_from_entry
    return Examples(
        inputs={"hits": (HITS, ak.Array({name: np.asarray(values) for name, values in columns.items()}))},
        object_index=ObjectIndex(event=first),
        cutflow=CutFlow.start(np.ones(len(events))),
        weight=start if options.per_chunk == "weight" else None,
        spectators={name: np.asarray(values) for name, values in spectators.items()},
        key={"run": rows[:, 0], "lumi": rows[:, 1]},
        histograms={"x": hist.Hist.new.Reg(10, 0, 100, name="x").Double().fill(ak.flatten(events.hit_x))},
        partial=None if is_whole else partial,
    )


Processor = processor(examples, Options, schema)
