"""Tracks of jets as sequences: ntuples with one jet per entry and jagged branches of its tracks; the recipe says which.

Without options for branches they are ``jet_{pt,eta,phi}`` and ``track_{pt,eta,phi,d0,z0,d0_error,z0_error}``:

    processor:
      file: processors/track_sequences.py
      options:
        tracks: {length: 15}
        flavours: {0: light, 4: c, 5: b}
        spectators: {jet_mass_gev: jet_mass}
        weight: generator_weight
        key: {run: run, lumi: lumi, event: event}

The input ``tracks`` has the significances of both impact parameters with the signs of a decay, the fraction of the
jet's pT and ΔR, the largest |d0 significance| first.  Other features, also branches named under `more`, another order
and what to do about NaN are options of the sequence:

        more: {n_pixel_hits: track_n_pixel_hits}
        tracks:
          features:
            - {name: d0_significance, transform: signed_log, missing: nan}
            - {name: pt_fraction, transform: log}
            - n_pixel_hits
          order: {by: pt}
          length: 25

With ``summary: true`` there is a second input ``summary``, a table of what a tagger without a sequence reads: counts of
displaced tracks, the largest significances, the mass of what is displaced.
"""

from typing import Literal

import awkward as ak
import hist
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import (
    TRACK_FEATURES,
    TRACK_SUMMARY_COLUMNS,
    CutFlow,
    Examples,
    ObjectIndex,
    Sequence,
    Table,
    processor,
    track_features,
    track_summary,
)

schema = BaseSchema


class Jet(pydantic.BaseModel, extra="forbid"):
    """The branches of one number per jet."""

    pt: str = "jet_pt"
    eta: str = "jet_eta"
    phi: str = "jet_phi"


class Track(pydantic.BaseModel, extra="forbid"):
    """The jagged branches of tracks."""

    pt: str = "track_pt"
    eta: str = "track_eta"
    phi: str = "track_phi"
    d0: str = "track_d0"
    z0: str = "track_z0"
    d0_error: str = pydantic.Field("track_d0_error", description="Not above 0, or NaN: the track has no d0")
    z0_error: str = pydantic.Field("track_z0_error", description="Not above 0, or NaN: the track has no z0")


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    tracks: Sequence.Options = pydantic.Field(description="Its features and order have defaults")
    jet: Jet = Jet()
    track: Track = Track()
    more: dict[str, str] = pydantic.Field({}, description="Feature of a track → jagged branch")
    signs: Literal["decay", "given"] = pydantic.Field("decay", description="Of impact parameters, from the jet's axis")
    summary: bool = pydantic.Field(False, description="Whether there is the input `summary` too")
    pt_window: tuple[float, float] | None = pydantic.Field(None, description="[low, high) of the jet's pT")
    flavour: str | None = pydantic.Field("flavour", description="Branch of whole numbers; null: the input's own label")
    flavours: dict[int, str] = pydantic.Field({}, description="Value of the flavour → class; others are left out")
    spectators: dict[str, str] = pydantic.Field({}, description="Name with its unit → branch")
    weight: str | None = pydantic.Field(None, description="Branch; default: 1 for each jet")
    key: dict[str, str] = pydantic.Field({}, description="Name in the recipe's event_key → branch")

    @pydantic.field_validator("tracks", mode="before")
    @classmethod
    def _defaults(cls, values):
        order = {"by": "d0_significance", "absolute": True}
        return {"features": TRACK_FEATURES, "order": order} | values if isinstance(values, dict) else values


def columns_of(events, options):
    """Return the features of tracks, one list per jet, and pT, η and φ of the jets."""
    jets = ak.zip({name: events[branch] for name, branch in options.jet.model_dump().items()})
    tracks = ak.zip({name: events[branch] for name, branch in options.track.model_dump().items()}, depth_limit=1)
    features = track_features(tracks, jets, lifetime_signs=options.signs == "decay")
    more = {name: events[branch] for name, branch in options.more.items()}
    return ak.zip(dict(zip(features.fields, ak.unzip(features), strict=True)) | more, depth_limit=1), jets


def labels(flavour, options):
    """Return the class of each jet: its name, or its index as the branch has it."""
    if not options.flavours:
        return flavour
    codes = np.array(sorted(options.flavours))
    names = np.array([options.flavours[code] for code in codes.tolist()])
    return names[np.searchsorted(codes, flavour)]


def examples(events, options):
    """Return one example per selected jet."""
    weight = ak.to_numpy(events[options.weight]) if options.weight else np.ones(len(events))
    cutflow, selected, flavour = CutFlow.start(weight), np.arange(len(events)), None
    if options.flavour in events.fields:  # not in data
        flavour = ak.to_numpy(events[options.flavour])
        if options.flavours:
            selected = selected[np.isin(flavour, list(options.flavours))]
            cutflow = cutflow.then("known flavour", weight[selected])
    if options.pt_window is not None:
        pt = ak.to_numpy(events[options.jet.pt])[selected]
        selected = selected[(pt >= options.pt_window[0]) & (pt < options.pt_window[1])]
        cutflow = cutflow.then("jet pt window", weight[selected])
    chosen = events if len(selected) == len(events) else events[selected]
    sequence, (tracks, jets) = Sequence(options.tracks), columns_of(chosen, options)
    counts = sequence.counts(tracks)
    n_axis = hist.axis.Integer(0, 60, name="n", label="tracks of a jet")
    inputs = {"tracks": (sequence, tracks)}
    if options.summary:
        inputs["summary"] = (Table.of(TRACK_SUMMARY_COLUMNS), track_summary(tracks, jets))
    return Examples(
        inputs=inputs,
        object_index=ObjectIndex(event=selected),
        cutflow=cutflow,
        label=None if flavour is None else labels(flavour[selected], options),
        weight=weight[selected],
        spectators={
            **{name: chosen[branch] for name, branch in options.spectators.items()},
            "jet_pt_gev": jets.pt,
            "jet_eta": jets.eta,
            "n_tracks": counts.n_items,
            "n_tracks_truncated": counts.n_truncated,
        },
        key={name: chosen[branch] for name, branch in options.key.items()} or None,
        histograms={
            "n_tracks": hist.Hist(n_axis, storage="weight").fill(
                counts.n_items + counts.n_truncated, weight=weight[selected]
            ),
        },
    )


Processor = processor(examples, Options, schema)
