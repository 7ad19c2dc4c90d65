"""The tracks of jets as a silicon tracker would measure them."""

from __future__ import annotations

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from hepml.samples.flavour_options import FlavourSampleOptions
from hepml.samples.impact_parameters import perigee, resolution_mm, smearing


def measured_tracks(
    constituents: ak.Array, vertex_mm: NDArray[np.float64], options: FlavourSampleOptions, rng: np.random.Generator
) -> ak.Array:
    """Return the tracks of each jet, by falling pT.

    Errors hold the resolution of the vertex, with which all tracks of an event are shifted together.  pT, η and φ are
    not smeared: their errors are small beside those of the jets.

    Parameters
    ----------
    constituents : awkward array, n lists of records
        As the particles of `FlavourBatch`, by falling pT.
    vertex_mm : array, shape (n, 3)
        Deviation of the reconstructed vertex of each jet's event from the true one, which is at 0.
    options : FlavourSampleOptions
        Resolutions, efficiency and limits.
    rng : Generator
        Draws.

    Returns
    -------
    awkward array, n lists of records
        ``pt``, ``eta``, ``phi`` (at the closest approach), ``d0``, ``z0``, ``d0_error``, ``z0_error`` in mm (float32),
        ``charge`` in e and ``origin`` (int32).
    """
    charged = constituents[constituents.charge != 0]
    counts = ak.to_numpy(ak.num(charged))
    flat = ak.flatten(charged)
    particle = {name: ak.to_numpy(flat[name]) for name in ("px", "py", "pz", "x", "y", "z", "charge", "origin")}
    track = _measured(particle, np.repeat(vertex_mm, counts, axis=0), options, rng)
    sin_theta = 1 / np.cosh(track["eta"])
    found = (track["pt"] >= options.track_pt_gev) & (rng.random(len(sin_theta)) < options.track_efficiency)
    for size, largest in zip((track["d0"], track["z0"] * sin_theta), options.largest_d0_z0_mm, strict=True):
        found &= np.abs(size) < largest
    columns = {name: values[found].astype(np.float32) for name, values in track.items()}
    columns |= {name: particle[name][found].astype(np.int32) for name in ("charge", "origin")}
    jet = np.repeat(np.arange(len(counts)), counts)
    return ak.unflatten(ak.zip(columns), np.bincount(jet[found], minlength=len(counts)))


def _measured(
    particle: dict[str, NDArray[np.float64]],
    vertex_mm: NDArray[np.float64],
    options: FlavourSampleOptions,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.float64]]:
    """Return what a track of each particle would be."""
    px, py, pz = momentum = np.stack([particle[name] for name in ("px", "py", "pz")])
    place = np.stack([particle[name] for name in ("x", "y", "z")]) - vertex_mm.T
    true = perigee(place, momentum, particle["charge"], field_t=options.field_t)
    pt = np.hypot(px, py)
    sin_theta = pt / np.hypot(pt, pz)
    found = {"pt": pt, "eta": np.arcsinh(pz / pt), "phi": true.phi}
    errors = {
        "d0": resolution_mm(options.d0_resolution_um, pt, sin_theta),
        "z0": resolution_mm(options.z0_resolution_um, pt, sin_theta) / sin_theta,
    }
    for (name, error), vertex_um in zip(errors.items(), options.vertex_resolution_um, strict=True):
        deviation = smearing(error, rng, tail_fraction=options.tail_fraction, tail_scale=options.tail_scale)
        found[name] = {"d0": true.d0, "z0": true.z0}[name] + deviation
        found[f"{name}_error"] = np.hypot(error, vertex_um / 1000)
    return found
