"""Hits of true particles in a barrel tracker as sequences, one item per layer: what a network learns to follow from.

The files are those of ``hepml sample tracks --detector barrel``.  Each example is a particle; the input ``track`` has
the features of `hepml.track_steps`, of which the task ``next_item`` predicts the next residuals:

    processor:
      file: processors/barrel_tracks.py
      options:
        barrel: {field_t: 2.0, resolution_um: [50, 200]}
        key: {run: run, lumi: lumi, event: event}
"""

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import (
    STEP_FEATURES,
    BarrelOptions,
    CutFlow,
    Examples,
    ObjectIndex,
    Sequence,
    barrel_events,
    hits_of_particles,
    places_of_hits,
    processor,
    track_steps,
)

schema = BaseSchema

MAY_MISS = ("residual_rphi", "residual_z")


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    barrel: BarrelOptions = pydantic.Field(BarrelOptions(), description="The tracker; default: that of the sample")
    min_hits: int = pydantic.Field(4, ge=4, description="Hits of a particle that becomes an example")
    weight: str | None = pydantic.Field(None, description="Branch of one number per event; default: 1")
    key: dict[str, str] = pydantic.Field({}, description="Name in the recipe's event_key → branch")


def sequence_of(options):
    """Return the representation: one item per layer."""
    features = [{"name": name, "missing": "nan"} if name in MAY_MISS else name for name in STEP_FEATURES]
    return Sequence(Sequence.Options(features=features, length=len(options.barrel.radii_cm)))


def examples(events, options):
    """Return one example per particle with enough hits."""
    of_event = ak.to_numpy(events[options.weight]) if options.weight else np.ones(len(events))
    hits, barrel = barrel_events(events), options.barrel.barrel
    rows = np.flatnonzero(hits.n_hits_of_particle >= options.min_hits)
    chosen = hits_of_particles(hits, n_layers=len(barrel.radii_cm))[rows]
    features = track_steps(places_of_hits(hits, chosen), barrel).features
    event = hits.event_of_particle[rows]
    return Examples(
        inputs={
            "track": (
                sequence_of(options),
                ak.Array({name: features[:, :, place] for place, name in enumerate(STEP_FEATURES)}),
            )
        },
        object_index=ObjectIndex(
            event=event,
            object=rows - hits.particle_offsets[event],
            counts=np.diff(hits.particle_offsets),
        ),
        cutflow=CutFlow.start(of_event).then("particle with enough hits", of_event[np.unique(event)]),
        weight=of_event[event],
        spectators={
            "particle_pt_gev": hits.pt_gev[rows],
            "particle_eta": hits.eta[rows],
            "n_hits": hits.n_hits_of_particle[rows],
        },
        key={name: ak.to_numpy(events[branch])[event] for name, branch in options.key.items()} or None,
    )


Processor = processor(examples, Options, schema)
