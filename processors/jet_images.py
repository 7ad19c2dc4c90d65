"""Jet images and substructure variables of ntuples with one jet per event, as `hepml sample jets` writes them.

With ``constituents: {length: 80}`` there is a third input, the constituents themselves, in the frame of the image, the
hardest first.
"""

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import (
    CONSTITUENT_FEATURES,
    SUBSTRUCTURE_COLUMNS,
    CutFlow,
    Examples,
    JetImage,
    ObjectIndex,
    Sequence,
    Table,
    constituent_features,
    processor,
    substructure,
)

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    image: JetImage.Options = JetImage.Options()
    constituents: Sequence.Options | None = pydantic.Field(
        None, description="Its features and order have defaults; null: there is no such input"
    )
    pt_window_gev: tuple[float, float] | None = pydantic.Field(None, description="[low, high) of the jet's pT")
    mass_window_gev: tuple[float, float] | None = pydantic.Field(None, description="[low, high) of the jet's mass")

    @pydantic.field_validator("constituents", mode="before")
    @classmethod
    def _defaults(cls, values):
        return {"features": CONSTITUENT_FEATURES, "order": "pt"} | values if isinstance(values, dict) else values


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
    of_constituents = {}
    if options.constituents is not None:
        of_constituents["constituents"] = (Sequence(options.constituents), constituent_features(particles))
    weight = ak.to_numpy(all_weights[selected])
    pt_axis = hist.axis.Regular(80, 0, 800, name="pt", label="jet pT [GeV]")
    mass_axis = hist.axis.Regular(60, 0, 300, name="mass", label="jet mass [GeV]")
    return Examples(
        inputs={
            "image": (JetImage(options.image), particles),
            "substructure": (Table.of(SUBSTRUCTURE_COLUMNS), substructure(particles)),
            **of_constituents,
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
