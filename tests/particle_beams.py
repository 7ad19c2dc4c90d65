"""Equal particles shot along the beam into a detector of the neutrino sample."""

import numpy as np

from hepml.samples.event_deposits import deposit_energy
from hepml.samples.final_state import FinalStates
from hepml.samples.neutrino_detector import build_detector
from hepml.samples.neutrino_options import NeutrinoSampleOptions
from hepml.samples.particle_transport import mass_mev

LARGE = {
    "scintillator": {"planes": 150, "cells": 200, "attenuation_cm": 1e9, "noise_hits": 0},
    "liquid_argon": {"wires": 2000, "ticks": 2000, "attenuation_cm": 1e9, "noise_hits": 0},
}
"""Detectors that contain what is shot, and see it everywhere alike."""


def large_detector(geometry):
    return build_detector(NeutrinoSampleOptions(geometry=geometry, **LARGE[geometry]))


def shoot(detector, pdg, kinetic_gev, n, *, seed=1, start_cm=(0.1, 0.1, 66.0)):
    """Return the deposits of n particles that start at one point and go along z."""
    mass = mass_mev(pdg) / 1000
    momentum = np.sqrt(kinetic_gev * (kinetic_gev + 2 * mass))
    p4 = np.tile([0.0, 0.0, momentum, kinetic_gev + mass], (n, 1))
    states = FinalStates(np.ones(n, np.int64), np.full(n, pdg), p4, np.full(n, -1))
    return deposit_energy(detector, states, np.tile(start_cm, (n, 1)), rng=np.random.default_rng(seed))
