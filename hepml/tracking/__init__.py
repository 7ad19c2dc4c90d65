"""Tracks found and followed from layer to layer, over a `Propagator`: a Kalman filter here, or a network."""

from hepml.tracking.barrel_options import BarrelOptions
from hepml.tracking.build_options import BuildOptions, SeedOptions
from hepml.tracking.build_tracks import build_tracks
from hepml.tracking.helix_filter import HelixFilter, HelixStates
from hepml.tracking.network_propagator import NetworkPropagator
from hepml.tracking.particle_hits import hits_of_particles, places_of_hits
from hepml.tracking.read_events import BARREL_BRANCHES, barrel_events
from hepml.tracking.step_features import STEP_FEATURES, TrackSteps, track_steps
from hepml.tracking.true_steps import true_steps

__all__ = [
    "BARREL_BRANCHES",
    "STEP_FEATURES",
    "BarrelOptions",
    "BuildOptions",
    "HelixFilter",
    "HelixStates",
    "NetworkPropagator",
    "SeedOptions",
    "TrackSteps",
    "barrel_events",
    "build_tracks",
    "hits_of_particles",
    "places_of_hits",
    "track_steps",
    "true_steps",
]
