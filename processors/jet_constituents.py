"""Constituents of jets as sequences, beside substructure variables, of ntuples as `hepml sample jets` writes them."""

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

    constituents: Sequence.Options = pydantic.Field(description="Features and order have defaults: the hardest first")
    rotate: bool = pydantic.Field(True, description="Turn and reflect each jet as its image is, or only centre it")

    @pydantic.field_validator("constituents", mode="before")
    @classmethod
    def _defaults(cls, values):
        return {"features": CONSTITUENT_FEATURES, "order": "pt"} | values if isinstance(values, dict) else values


def examples(events, options):
    """Return one example per jet."""
    weight = ak.to_numpy(events.generator_weight) if "generator_weight" in events.fields else np.ones(len(events))
    columns = {name: events[f"part_{name}"] for name in ("pt", "eta", "phi", "energy", "charge")}
    particles = ak.zip(columns, depth_limit=1)
    constituents = constituent_features(particles, rotate=options.rotate, flip=options.rotate)
    sequence = Sequence(options.constituents)
    counts = sequence.counts(constituents)
    n_axis = hist.axis.Integer(0, 200, name="n", label="constituents of a jet")
    return Examples(
        inputs={
            "constituents": (sequence, constituents),
            "substructure": (Table.of(SUBSTRUCTURE_COLUMNS), substructure(particles)),
        },
        object_index=ObjectIndex(event=np.arange(len(events))),
        cutflow=CutFlow.start(weight),
        weight=weight,
        spectators={
            "jet_pt_gev": events.jet_pt,
            "jet_eta": events.jet_eta,
            "jet_mass_gev": events.jet_mass,
            "n_constituents_truncated": counts.n_truncated,
        },
        key={name: events[name] for name in ("run", "lumi", "event")},
        histograms={
            "n_constituents": hist.Hist(n_axis, storage="weight").fill(
                counts.n_items + counts.n_truncated, weight=weight
            )
        },
    )


Processor = processor(examples, Options, schema)
