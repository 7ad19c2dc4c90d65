"""Events of the barrel sample, made in memory."""

from functools import cache

import awkward as ak

from hepml.samples.barrel_block import make_barrel_block
from hepml.samples.barrel_flight import build_barrel
from hepml.samples.blocks import Block
from hepml.samples.track_options import TrackSampleOptions
from hepml.tracking import barrel_events


@cache
def barrel_sample(n_events, *, particles=50, seed=1, **options):
    """Return the events and the tracker."""
    chosen = TrackSampleOptions(detector="barrel", particles=(particles, particles), **options)
    return barrel_events(columns_of_events(n_events, chosen, seed=seed)), build_barrel(chosen)


def columns_of_events(n_events, options, *, seed=1):
    """Return the events with the names of the branches in a file."""
    block = Block("barrel", index=0, run=2, first_event=0, n=n_events, seed=seed)
    made = make_barrel_block(block, options=options)
    return ak.zip({f"{kind}_{name}": made[kind][name] for kind in made for name in made[kind].fields}, depth_limit=1)
