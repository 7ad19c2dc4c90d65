"""Events of a barrel tracker as flat arrays: what a builder reads, and the truth that it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hepml.errors import ShapeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class BarrelEvents:
    """Hits and particles of many events; those of event e are ``offsets[e]`` to ``offsets[e + 1]``.

    Attributes
    ----------
    hit_offsets, particle_offsets : array of int, shape (n_events + 1,)
        Where the hits and the particles of each event begin.
    layer : array of int, shape (n_hits,)
        Of each hit.
    phi, z_cm : array, shape (n_hits,)
        Measured, in rad and cm.
    particle : array of int, shape (n_hits,)
        Whose hit it is, counted through all events; −1 for noise.
    pt_gev, eta : array, shape (n_particles,)
        Of the particles.

    Raises
    ------
    ShapeError
        Lengths do not fit.
    """

    hit_offsets: Ints
    particle_offsets: Ints
    layer: Ints
    phi: Floats
    z_cm: Floats
    particle: Ints
    pt_gev: Floats
    eta: Floats

    def __post_init__(self) -> None:
        hits = {len(column) for column in (self.layer, self.phi, self.z_cm, self.particle)} | {
            int(self.hit_offsets[-1])
        }
        particles = {len(self.pt_gev), len(self.eta), int(self.particle_offsets[-1])}
        if len(hits) > 1 or len(particles) > 1 or len(self.hit_offsets) != len(self.particle_offsets):
            msg = (
                f"columns of hits have lengths {sorted(hits)}, those of particles {sorted(particles)}, and the offsets "
                f"{len(self.hit_offsets)} and {len(self.particle_offsets)}: give one length each"
            )
            raise ShapeError(msg)

    @property
    def n_events(self) -> int:
        """Number of events."""
        return len(self.hit_offsets) - 1

    @cached_property
    def event_of_hit(self) -> Ints:
        """Event of each hit."""
        return np.repeat(np.arange(self.n_events), np.diff(self.hit_offsets))

    @cached_property
    def event_of_particle(self) -> Ints:
        """Event of each particle."""
        return np.repeat(np.arange(self.n_events), np.diff(self.particle_offsets))

    @cached_property
    def n_hits_of_particle(self) -> Ints:
        """Hits of each particle."""
        return np.bincount(self.particle[self.particle >= 0], minlength=len(self.pt_gev))
