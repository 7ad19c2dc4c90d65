"""One block of events in a barrel tracker: particles, their crossings, hits with resolution, inefficiency and noise."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.contracts import Barrel
from hepml.samples.barrel_flight import POSITION_PHI, Particles, Z, build_barrel, draw_particles, fly
from hepml.samples.blocks import Block
from hepml.samples.toy_tracks import NOISE
from hepml.samples.track_options import TrackSampleOptions

Columns = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_PION_PDG = 211


def make_barrel_block(block: Block, *, options: TrackSampleOptions) -> dict[str, ak.Array]:
    """Return the columns of one block, without its keys; fewer events are the first of more."""
    of_number, of_particles, of_flight, of_hits, of_noise = np.random.default_rng(block.seed).spawn(5)
    barrel = build_barrel(options)
    fewest, most = options.particles
    count = of_number.integers(fewest, most, size=block.n, endpoint=True)
    particles = draw_particles(int(count.sum()), options, of_particles)
    seen = _seen(barrel, fly(barrel, particles, of_flight), options.efficiency, count, of_hits)
    noise = _noise(barrel, options.noise_hits, block.n, of_noise)
    columns = {name: np.concatenate([seen[name], noise[name]]) for name in seen}
    hits_of = np.bincount(seen["owner"], minlength=len(particles.pt))
    return {"hit": _hits(barrel, columns, block.n), "particle": _particles(particles, hits_of, count)}


def _seen(barrel: Barrel, states: Floats, efficiency: float, count: Ints, rng: np.random.Generator) -> Columns:
    """Return the hits of particles; `count` particles belong to each event."""
    of_efficiency, of_resolution = rng.spawn(2)
    smear = of_resolution.standard_normal((*states.shape[:2], 2))
    found = (of_efficiency.random(states.shape[:2]) < efficiency) & ~np.isnan(states[..., Z])
    owner, layer = np.nonzero(found)
    true_phi, true_z = states[owner, layer, POSITION_PHI], states[owner, layer, Z]
    shift = smear[owner, layer] * [barrel.rphi_cm, barrel.z_cm]
    event = np.repeat(np.arange(len(count)), count)[owner]
    return {
        "event": event,
        "layer": layer,
        "owner": owner,
        "particle": owner - (np.cumsum(count) - count)[event],
        "phi": _wrapped(true_phi + shift[:, 0] / barrel.radii_cm[layer]),
        "z_cm": true_z + shift[:, 1],
        "true_phi": true_phi,
        "true_z_cm": true_z,
    }


def _noise(barrel: Barrel, mean: float, n_events: int, rng: np.random.Generator) -> Columns:
    """Return noise hits: Poisson in number on each layer of each event, anywhere on it."""
    of_number, of_place = rng.spawn(2)
    number = of_number.poisson(mean, size=(n_events, len(barrel.radii_cm)))
    event, layer = (np.repeat(index.ravel(), number.ravel()) for index in np.indices(number.shape))
    place = 2 * of_place.random((len(event), 2)) - 1
    nobody, nowhere = np.full(len(event), NOISE), np.full(len(event), np.nan)
    columns = {"event": event, "layer": layer, "owner": nobody, "particle": nobody}
    columns |= {"phi": np.pi * place[:, 0], "z_cm": barrel.half_length_cm * place[:, 1]}
    return columns | {"true_phi": nowhere, "true_z_cm": nowhere}


def _wrapped(phi: Floats) -> Floats:
    return np.remainder(phi + np.pi, 2 * np.pi) - np.pi


def _hits(barrel: Barrel, columns: Columns, n_events: int) -> ak.Array:
    """Return the hits of each event by layer and φ, an order that says nothing about the particles."""
    order = np.lexsort((columns["phi"], columns["layer"], columns["event"]))
    layer = columns["layer"][order]
    fields = {"layer": layer.astype(np.int16), "particle": columns["particle"][order].astype(np.int16)}
    fields["r_cm"] = barrel.radii_cm[layer].astype(np.float32)
    for name in ("phi", "z_cm", "true_phi", "true_z_cm"):
        fields[name] = columns[name][order].astype(np.float32)
    return ak.unflatten(ak.zip(fields), np.bincount(columns["event"], minlength=n_events))


def _particles(particles: Particles, n_hits: Ints, count: Ints) -> ak.Array:
    fields = {"pdg": (_PION_PDG * particles.charge).astype(np.int32), "charge": particles.charge.astype(np.int8)}
    for name in ("pt", "eta", "phi", "d0_cm", "z0_cm"):
        fields[name] = getattr(particles, name).astype(np.float32)
    return ak.unflatten(ak.zip(fields | {"n_hits": n_hits.astype(np.int16)}), count)
