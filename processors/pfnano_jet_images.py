"""Jet images and substructure variables of CMS PFNano: AK8 or AK4 jets, any number per event.

Jets find their particles through the index tables `FatJetPFCands` and `JetPFCands`.  AK8 jets are PUPPI jets, so their
particles count with their PUPPI weight; AK4 jets are CHS jets.
"""

from typing import Literal

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import SUBSTRUCTURE_COLUMNS, CutFlow, Examples, JetImage, ObjectIndex, Table, processor, substructure

schema = BaseSchema
RADIUS = {"FatJet": 0.8, "Jet": 0.4}


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    collection: Literal["FatJet", "Jet"] = "FatJet"
    image: JetImage.Options | None = pydantic.Field(None, description="Default: as wide as the jet's radius")
    pt_window_gev: tuple[float, float] = (0.0, float("inf"))
    abs_eta_max: float = 2.4


def particles_of_jets(events, name):
    """Return pT, η, φ, energy and charge of the particles of all jets, one list per jet, event after event."""
    link_jet, link_particle = events[f"{name}PFCands_jetIdx"], events[f"{name}PFCands_pFCandsIdx"]
    n_jets = ak.num(events[f"{name}_pt"])
    linked = (link_jet >= 0) & (link_particle >= 0)
    first_jet = np.cumsum(n_jets) - n_jets
    jet = ak.to_numpy(ak.flatten((link_jet + first_jet)[linked]))
    order = np.argsort(jet, kind="stable")
    counts = np.bincount(jet, minlength=int(ak.sum(n_jets)))

    def column(quantity):
        return ak.to_numpy(ak.flatten(events[f"PFCands_{quantity}"][link_particle[linked]]))[order]

    pt, eta, phi, mass = (column(quantity) for quantity in ("pt", "eta", "phi", "mass"))
    energy = np.hypot(pt * np.cosh(eta), mass)
    scale = column("puppiWeight") if name == "FatJet" else np.float32(1)
    flat = {"pt": pt * scale, "eta": eta, "phi": phi, "energy": energy * scale, "charge": column("charge")}
    return ak.zip({quantity: ak.unflatten(values, counts) for quantity, values in flat.items()}, depth_limit=1)


def examples(events, options):
    """Return one example per selected jet."""
    name, image = options.collection, options.image
    weight = ak.to_numpy(events.genWeight) if "genWeight" in events.fields else np.ones(len(events))
    cutflow = CutFlow.start(weight)
    pt, eta, mass = (ak.to_numpy(ak.flatten(events[f"{name}_{quantity}"])) for quantity in ("pt", "eta", "mass"))
    counts = ak.to_numpy(ak.num(events[f"{name}_pt"]))
    event, index = (
        np.repeat(np.arange(len(counts)), counts),
        ak.to_numpy(ak.flatten(ak.local_index(events[f"{name}_pt"]))),
    )
    cutflow = cutflow.then("jets", weight[event])
    low, high = options.pt_window_gev
    keep = (pt >= low) & (pt < high) & (np.abs(eta) < options.abs_eta_max)
    event, index = event[keep], index[keep]
    cutflow = cutflow.then("jet pt window and eta", weight[event])
    particles = particles_of_jets(events, name)[keep]
    pt_axis = hist.axis.Regular(100, 0, 2000, name="pt", label="jet pT [GeV]")
    return Examples(
        inputs={
            "image": (JetImage(image or JetImage.Options(half_width=RADIUS[name])), particles),
            "substructure": (Table.of(SUBSTRUCTURE_COLUMNS), substructure(particles, radius=RADIUS[name])),
        },
        object_index=ObjectIndex(event=event, object=index, counts=counts),
        cutflow=cutflow,
        weight=weight[event],
        spectators={"jet_pt_gev": pt[keep], "jet_eta": eta[keep], "jet_mass_gev": mass[keep]},
        key={
            "run": ak.to_numpy(events.run)[event],
            "lumi": ak.to_numpy(events.luminosityBlock)[event],
            "event": ak.to_numpy(events.event)[event],
        },
        histograms={"jet_pt": hist.Hist(pt_axis, storage="weight").fill(pt[keep], weight=weight[event])},
    )


Processor = processor(examples, Options, schema)
