"""Tracks found and followed from layer to layer, over a `Propagator`: a Kalman filter here, or a network."""

from hepml.tracking.helix_filter import HelixFilter, HelixStates

__all__ = ["HelixFilter", "HelixStates"]
