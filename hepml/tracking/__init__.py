"""Tracks found and followed from layer to layer, over a `Propagator`: a Kalman filter here, or a network."""

from hepml.tracking.build_options import BuildOptions, SeedOptions
from hepml.tracking.build_tracks import build_tracks
from hepml.tracking.helix_filter import HelixFilter, HelixStates
from hepml.tracking.read_events import BARREL_BRANCHES, barrel_events
from hepml.tracking.true_steps import true_steps

__all__ = [
    "BARREL_BRANCHES",
    "BuildOptions",
    "HelixFilter",
    "HelixStates",
    "SeedOptions",
    "barrel_events",
    "build_tracks",
    "true_steps",
]
