"""Jet images and substructure variables of ntuples with one jet per event, as `hepml sample jets` writes them."""

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import SUBSTRUCTURE_COLUMNS, CutFlow, Examples, JetImage, ObjectIndex, Table, processor, substructure

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    image: JetImage.Options = JetImage.Options()
    pt_window_gev: tuple[float, float] | None = pydantic.Field(None, description="[low, high) of the jet's pT")
    mass_window_gev: tuple[float, float] | None = pydantic.Field(None, description="[low, high) of the jet's mass")


def examples(events, options):
    """Return one example per selected jet."""
    all_weights = events.generator_weight if "generator_weight" in events.fields else np.ones(len(events))  # data
    cutflow = CutFlow.start(all_weights)
    selected = ak.local_index(events.jet_pt, axis=0)
    for quantity, window in (("pt", options.pt_window_gev), ("mass", options.mass_window_gev)):
        if window is not None:
            values = events[f"jet_{quantity}"][selected]
            selected = selected[(values >= window[0]) & (values < window[1])]
            cutflow = cutflow.then(f"jet {quantity} window", all_weights[selected])
    jets = events if len(selected) == len(events) else events[selected]
    columns = {name: jets[f"part_{name}"] for name in ("pt", "eta", "phi", "energy", "charge")}
    particles = ak.zip(columns, depth_limit=1)
    weight = ak.to_numpy(all_weights[selected])
    pt_axis = hist.axis.Regular(80, 0, 800, name="pt", label="jet pT [GeV]")
    mass_axis = hist.axis.Regular(60, 0, 300, name="mass", label="jet mass [GeV]")
    return Examples(
        inputs={
            "image": (JetImage(options.image), particles),
            "substructure": (Table.of(SUBSTRUCTURE_COLUMNS), substructure(particles)),
        },
        object_index=ObjectIndex(event=ak.to_numpy(selected)),
        cutflow=cutflow,
        weight=weight,
        spectators={"jet_pt_gev": jets.jet_pt, "jet_eta": jets.jet_eta, "jet_mass_gev": jets.jet_mass},
        key={name: jets[name] for name in ("run", "lumi", "event")},
        histograms={
            "jet_pt": hist.Hist(pt_axis, storage="weight").fill(jets.jet_pt, weight=weight),
            "jet_mass": hist.Hist(mass_axis, storage="weight").fill(jets.jet_mass, weight=weight),
        },
    )


Processor = processor(examples, Options, schema)
