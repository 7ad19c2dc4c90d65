"""Straight tracks through layers of pixels: the toy of ``hepml sample tracks``, one example per event.

    processor:
      file: processors/toy_tracks.py
      options: {layers: 50, pixels: 50}

The input ``pixels`` is the map of layers × pixels that are on (its view is called ``on``), stored as its hits.  The
input ``track`` is what a model has to find: the pixel of the true track on each layer, in order.
"""

import awkward as ak
import numpy as np
import pydantic
from coffea.nanoevents import BaseSchema

from hepml import CutFlow, Examples, ObjectIndex, PixelMap, Sequence, processor

schema = BaseSchema


class Options(pydantic.BaseModel, extra="forbid"):
    """What the recipe may set under `processor.options`."""

    layers: int = pydantic.Field(50, ge=1, description="Of the detector")
    pixels: int = pydantic.Field(50, ge=1, description="Of a layer")
    track: int = pydantic.Field(0, ge=0, description="Which track is to be found: 0 is the one of the seed layers")


def examples(events, options):
    """Return one example per event."""
    weight = ak.to_numpy(events.generator_weight)
    hits = ak.zip({"plane": events.hit_layer, "cell": events.hit_pixel})
    hits = ak.with_field(ak.with_field(hits, ak.zeros_like(hits.plane), "view"), ak.ones_like(hits.plane), "charge")
    own = events.hit_track == options.track
    axes = ("layer", "pixel")
    pixels = PixelMap(PixelMap.Options(views=["on"], shape=(options.layers, options.pixels), axes=axes))
    track = Sequence(Sequence.Options(features=["pixel"], length=options.layers))
    return Examples(
        inputs={"pixels": (pixels, hits), "track": (track, ak.zip({"pixel": events.hit_pixel[own]}))},
        object_index=ObjectIndex(event=np.arange(len(events))),
        cutflow=CutFlow.start(weight),
        weight=weight,
        spectators={
            "n_hits": ak.num(events.hit_layer),
            "track_slope": events.track_slope[:, options.track],
        },
        key={name: events[name] for name in ("run", "lumi", "event")},
    )


Processor = processor(examples, Options, schema)
