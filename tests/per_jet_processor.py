"""A processor file for tests: one example per jet, any number of jets per event."""

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, Table, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    least_pt_gev: float = 0.0


def examples(events, options):
    """Return one example per jet above a pT."""
    counts = ak.to_numpy(ak.num(events.Jet_pt))
    event, index = np.repeat(np.arange(len(counts)), counts), ak.to_numpy(ak.flatten(ak.local_index(events.Jet_pt)))
    pt, mass = ak.to_numpy(ak.flatten(events.Jet_pt)), ak.to_numpy(ak.flatten(events.Jet_mass))
    chosen = pt >= options.least_pt_gev
    return Examples(
        inputs={"table": (Table.of({"pt": "GeV", "mass": "GeV"}), ak.Array({"pt": pt[chosen], "mass": mass[chosen]}))},
        object_index=ObjectIndex(event=event[chosen], object=index[chosen], counts=counts),
        cutflow=CutFlow.start(np.ones(len(counts))).then("jets", np.ones(np.count_nonzero(chosen))),
        spectators={"jet_pt_gev": pt[chosen]},
        key={"event": ak.to_numpy(events.event)[event[chosen]]},
    )


Processor = processor(examples, Options, schema)
