"""Tracks of jets as sequences, from CMS TreeMaker: AK4 jets and the tracks that lie closer to them than to others.

    processor:
      file: processors/treemaker_track_sequences.py
      options: {tracks: {length: 15}, flavours: {0: light, 4: c, 5: b}}

TreeMaker has no link from jets to tracks: a track belongs to the jet with the smallest ΔR, if that is below `radius`;
φ = π and −π are the same.  Lengths are in cm.
"""

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import TreeMakerSchema

from hepml import TRACK_FEATURES, CutFlow, Examples, ObjectIndex, Sequence, processor, track_features

schema = TreeMakerSchema
IMPACT = {"d0": "dxyPV0", "z0": "dzPV0", "d0_error": "dxyErrorPV0", "z0_error": "dzErrorPV0"}


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    tracks: Sequence.Options = pydantic.Field(description="Its features and order have defaults")
    flavours: dict[int, str] = pydantic.Field({}, description="hadronFlavor → class; others are left out")
    radius: float = pydantic.Field(0.4, gt=0, description="A track further from all jets belongs to none")
    pt_window_gev: tuple[float, float] = (20.0, float("inf"))
    abs_eta_max: float = 2.5
    track_pt_min_gev: float = 0.0
    first_vertex_only: bool = pydantic.Field(True, description="Tracks that the first vertex may have: fromPV0 ≥ 2")

    @pydantic.field_validator("tracks", mode="before")
    @classmethod
    def _defaults(cls, values):
        order = {"by": "d0_significance", "absolute": True}
        return {"features": TRACK_FEATURES, "order": order} | values if isinstance(values, dict) else values


def all_tracks(events, options):
    """Return the selected tracks of each event."""
    given = events.Tracks
    pt = np.hypot(given.x, given.y)
    impact = {name: given[branch] for name, branch in IMPACT.items()}
    tracks = ak.zip({"pt": pt, "eta": np.arcsinh(given.z / pt), "phi": np.arctan2(given.y, given.x), **impact})
    keep = pt >= options.track_pt_min_gev
    return tracks[keep & (given.fromPV0 >= 2)] if options.first_vertex_only else tracks[keep]


def tracks_of_jets(events, options):
    """Return the tracks of all jets, one list per jet, event after event."""
    tracks, jets = all_tracks(events, options), events.Jets
    eta = ak.cartesian([tracks.eta, jets.eta], nested=True)
    phi = ak.cartesian([tracks.phi, jets.phi], nested=True)
    delta_phi = np.mod(phi["0"] - phi["1"] + np.pi, 2 * np.pi) - np.pi
    delta_r = np.hypot(eta["0"] - eta["1"], delta_phi)
    matched = ak.fill_none(ak.min(delta_r, axis=2) < options.radius, False)
    n_jets = ak.num(jets.pt)
    nearest = (ak.argmin(delta_r, axis=2) + (np.cumsum(n_jets) - n_jets))[matched]
    jet = ak.to_numpy(ak.flatten(nearest)).astype(np.int64)
    order = np.argsort(jet, kind="stable")
    counts = np.bincount(jet, minlength=int(ak.sum(n_jets)))
    flat = {name: ak.to_numpy(ak.flatten(tracks[name][matched]))[order] for name in tracks.fields}
    return ak.zip({name: ak.unflatten(values, counts) for name, values in flat.items()}, depth_limit=1)


def examples(events, options):
    """Return one example per selected jet."""
    weight = ak.to_numpy(events.Weight) if "Weight" in events.fields else np.ones(len(events))
    cutflow, counts = CutFlow.start(weight), ak.to_numpy(ak.num(events.Jets.pt))
    jets = ak.zip({name: ak.flatten(events.Jets[name]) for name in ("pt", "eta", "phi")})
    event, index = np.repeat(np.arange(len(counts)), counts), ak.to_numpy(ak.flatten(ak.local_index(events.Jets.pt)))
    cutflow = cutflow.then("jets", weight[event])
    low, high = options.pt_window_gev
    keep = ak.to_numpy((jets.pt >= low) & (jets.pt < high) & (np.abs(jets.eta) < options.abs_eta_max))
    cutflow = cutflow.then("jet pt window and eta", weight[event[keep]])
    flavour = None
    if options.flavours and "hadronFlavor" in events.Jets.fields:  # not in data
        flavour = ak.to_numpy(ak.flatten(events.Jets.hadronFlavor))
        keep &= np.isin(flavour, list(options.flavours))
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
        },
        key={
            "run": ak.to_numpy(events.RunNum)[event],
            "lumi": ak.to_numpy(events.LumiBlockNum)[event],
            "event": ak.to_numpy(events.EvtNum)[event],
        },
        histograms={
            "n_tracks": hist.Hist(n_axis, storage="weight").fill(n.n_items + n.n_truncated, weight=weight[event])
        },
    )


Processor = processor(examples, Options, schema)
