"""Tracks of jets as sequences, from CMS PFNano: the charged candidates of AK4 or AK8 jets, any number per event.

    processor:
      file: processors/pfnano_track_sequences.py
      options: {collection: Jet, tracks: {length: 15}, flavours: {0: light, 4: c, 5: b}}

Jets find their candidates through the index tables `JetPFCands` and `FatJetPFCands`.  Candidates without a track fit
have −1 as impact parameters and as their errors: both parameters are missing there.  Lengths are in cm.
"""

from typing import Literal

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import TRACK_FEATURES, CutFlow, Examples, ObjectIndex, Sequence, processor, track_features

schema = BaseSchema
BRANCHES = {
    "pt": "PFCands_pt",
    "eta": "PFCands_eta",
    "phi": "PFCands_phi",
    "d0": "PFCands_d0",
    "z0": "PFCands_dz",
    "d0_error": "PFCands_d0Err",
    "z0_error": "PFCands_dzErr",
}


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    tracks: Sequence.Options = pydantic.Field(description="Its features and order have defaults")
    collection: Literal["Jet", "FatJet"] = "Jet"
    flavours: dict[int, str] = pydantic.Field({}, description="hadronFlavour → class; others are left out")
    pt_window_gev: tuple[float, float] = (20.0, float("inf"))
    abs_eta_max: float = 2.5
    track_pt_min_gev: float = 0.0

    @pydantic.field_validator("tracks", mode="before")
    @classmethod
    def _defaults(cls, values):
        order = {"by": "d0_significance", "absolute": True}
        return {"features": TRACK_FEATURES, "order": order} | values if isinstance(values, dict) else values


def tracks_of_jets(events, options):
    """Return the charged candidates of all jets, one list per jet, event after event."""
    name = options.collection
    link_jet, link_track = events[f"{name}PFCands_jetIdx"], events[f"{name}PFCands_pFCandsIdx"]
    linked = (link_jet >= 0) & (link_track >= 0)
    link_jet, link_track = link_jet[linked], link_track[linked]
    charged = (events.PFCands_charge[link_track] != 0) & (events.PFCands_pt[link_track] >= options.track_pt_min_gev)
    n_jets = ak.num(events[f"{name}_pt"])
    jet = ak.to_numpy(ak.flatten((link_jet + (np.cumsum(n_jets) - n_jets))[charged]))
    order = np.argsort(jet, kind="stable")
    counts = np.bincount(jet, minlength=int(ak.sum(n_jets)))
    flat = {key: ak.to_numpy(ak.flatten(events[branch][link_track[charged]])) for key, branch in BRANCHES.items()}
    return ak.zip({key: ak.unflatten(values[order], counts) for key, values in flat.items()}, depth_limit=1)


def flavours_of(events, options):
    """Return the hadron flavour of all jets, and which of them are classes; no flavour and all of them in data."""
    name, n = f"{options.collection}_hadronFlavour", int(ak.sum(ak.num(events[f"{options.collection}_pt"])))
    if name not in events.fields or not options.flavours:
        return None, np.ones(n, bool)
    flavour = ak.to_numpy(ak.flatten(events[name]))
    return flavour, np.isin(flavour, list(options.flavours))


def examples(events, options):
    """Return one example per selected jet."""
    name = options.collection
    weight = ak.to_numpy(events.genWeight) if "genWeight" in events.fields else np.ones(len(events))
    cutflow, counts = CutFlow.start(weight), ak.to_numpy(ak.num(events[f"{name}_pt"]))
    jets = ak.zip({key: ak.flatten(events[f"{name}_{key}"]) for key in ("pt", "eta", "phi")})
    event = np.repeat(np.arange(len(counts)), counts)
    index = ak.to_numpy(ak.flatten(ak.local_index(events[f"{name}_pt"])))
    cutflow = cutflow.then("jets", weight[event])
    (low, high), (flavour, known) = options.pt_window_gev, flavours_of(events, options)
    keep = ak.to_numpy((jets.pt >= low) & (jets.pt < high) & (np.abs(jets.eta) < options.abs_eta_max))
    cutflow = cutflow.then("jet pt window and eta", weight[event[keep]])
    keep &= known
    event, index = event[keep], index[keep]
    cutflow = cutflow.then("known flavour", weight[event])
    sequence, tracks = Sequence(options.tracks), track_features(tracks_of_jets(events, options)[keep], jets[keep])
    n = sequence.counts(tracks)
    n_axis = hist.axis.Integer(0, 60, name="n", label="tracks of a jet")
    return Examples(
        inputs={"tracks": (sequence, tracks)},
        object_index=ObjectIndex(event=event, object=index, counts=counts),
        cutflow=cutflow,
        label=None if flavour is None else np.array([options.flavours[code] for code in flavour[keep].tolist()], str),
        weight=weight[event],
        spectators={
            "jet_pt_gev": jets.pt[keep],
            "jet_eta": jets.eta[keep],
            "n_tracks": n.n_items,
            "n_tracks_truncated": n.n_truncated,
            "n_values_missing": n.n_sentinel,
        },
        key={
            "run": ak.to_numpy(events.run)[event],
            "lumi": ak.to_numpy(events.luminosityBlock)[event],
            "event": ak.to_numpy(events.event)[event],
        },
        histograms={
            "n_tracks": hist.Hist(n_axis, storage="weight").fill(n.n_items + n.n_truncated, weight=weight[event])
        },
    )


Processor = processor(examples, Options, schema)
